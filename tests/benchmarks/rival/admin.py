"""The list as Django's admin shows it: a hundred rows, their tags in one more query, search and filters."""
from django.contrib import admin

from tests.benchmarks.rival.models import Patient


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    """The changelist."""

    list_display = ('unique_id', 'family_name', 'given_names', 'birth_date', 'entry_count', 'image_count', 'last_appointment',
                    'last_modified', 'tag_names')
    list_filter = ('tags', 'last_appointment', 'last_modified')
    search_fields = ('unique_id', 'family_name', 'given_names', 'preferred_name')
    list_per_page = 100

    def get_queryset(self, request):
        """Return everyone, with their tags."""
        return super().get_queryset(request).prefetch_related('tags')

    def tag_names(self, patient):
        """Return the tags as text."""
        return ', '.join(tag.name for tag in patient.tags.all())
