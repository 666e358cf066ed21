"""The same people as Django would keep them: the columns that the list shows, an index for every sort and filter, tags as they show."""
from django.db import models


class Tag(models.Model):
    """A tag."""

    name = models.CharField(max_length=60)
    slug = models.CharField(max_length=60, unique=True)

    class Meta:
        app_label = 'rival'
        ordering = ('name',)

    def __str__(self) -> str:
        return self.name


class Patient(models.Model):
    """A patient with the figures that our list has stored, too."""

    unique_id = models.CharField(max_length=32, unique=True)
    family_name = models.CharField(max_length=120)
    given_names = models.CharField(max_length=120)
    preferred_name = models.CharField(max_length=120)
    birth_date = models.DateField(null=True)
    entry_count = models.IntegerField(db_index=True)
    image_count = models.IntegerField(db_index=True)
    last_appointment = models.DateTimeField(null=True, db_index=True)
    last_modified = models.DateTimeField(db_index=True)
    tags = models.ManyToManyField(Tag)

    class Meta:
        app_label = 'rival'
        ordering = ('-last_modified',)
        indexes = (models.Index(fields=('family_name', 'given_names'), name='rival_name'),)

    def __str__(self) -> str:
        return f'{self.family_name}, {self.given_names}'
