"""What a view of the list comes to, read from one snapshot: its page, the tags it names, and what the trail keeps of the look."""
from dataclasses import dataclass, replace

from components.patient_filters import Labels
from data.patient_query import Counts, Days, ListView
from data.read_models import TagLabel
from data.records import Detail, Records
from data.repositories.patient_list import ListPage

Known = dict[str, tuple[TagLabel, int]]
"""Tags by their slug, each with how many patients bear it."""


@dataclass(frozen=True)
class Found:
    """What a view comes to: the view as it can be, its page, and the tags that it names."""

    view: ListView
    page: ListPage
    labels: dict[str, TagLabel]

    @property
    def covers(self) -> list[str]:
        """Return the keys of every picture shown."""
        return [cover.key for row in self.page.rows for cover in row.covers]

    @property
    def kept(self) -> 'Found':
        """Return what is kept of it as long as the page is open: of who is shown the key and the names, not what was drawn."""
        rows = [replace(row, birth_on=None, last_appointment=None, covers=(), tags=(), formerly='') for row in self.page.rows]
        return replace(self, page=replace(self.page, rows=rows))

    @property
    def detail(self) -> Detail:
        """Return what the trail keeps of a look: numbers, which filters were on, and the keys of the chosen tags; no word."""
        view = self.view
        on = {'seen': view.seen != Days(), 'modified': view.modified != Days(), 'tags': bool(view.tags),
              'entries': view.entries != Counts(), 'images': view.images != Counts()}
        told: Detail = {'query_length': len(view.q), 'hits': self.page.total}
        if any(on.values()):
            told['filters'] = [name for name, is_on in on.items() if is_on]
        if view.tags:
            told['tags'] = [self.labels[slug].key for slug in view.tags]
        return told


def find(records: Records, view: ListView, known: Labels | None = None) -> Found:
    """Return what a view comes to. A merged tag is the one it was merged into; one that nobody made is left out.

    The tags that are `known` are those that the view means, whatever they are called by now.
    """
    labels = labels_of(records, view.tags, known or {})
    tags = dict.fromkeys(labels[slug].slug if slug in labels else slug for slug in view.tags)
    page = records.patients.page(replace(view, tags=tuple(tags)))
    there = tuple(slug for slug in tags if slug not in page.unknown_tags)
    return Found(replace(view, tags=there, page=page.page), page, {label.slug: label for label in labels.values()})


def find_again(records: Records, found: Found, *, has_new_rows: bool = True) -> Found:
    """Return the patients who are shown as they are now, in the order in which they stand, with the totals of now.

    Without new rows only the totals are read, unless a tag of the view is called differently. A page without anyone is filled when
    someone fits by now.
    """
    labels = labels_of(records, found.view.tags, found.labels)
    view = replace(found.view, tags=tuple(dict.fromkeys(labels[slug].slug for slug in found.view.tags if slug in labels)))
    totals, shown = records.patients.totals(view), [row.key for row in found.page.rows]
    if not shown and totals.total:
        return find(records, found.view, found.labels)
    rows = records.patients.rows(shown, view.q) if shown and (has_new_rows or view != found.view) else found.page.rows
    page = replace(found.page, rows=rows, total=totals.total, everyone=totals.everyone)
    return Found(view, page, {label.slug: label for label in labels.values()})


def facets(records: Records, view: ListView) -> Known:
    """Return every tag on offer with how many patients of the view bear it."""
    return {facet.tag.slug: (facet.tag, facet.count) for facet in records.patients.facets(view)}


def labels_of(records: Records, slugs: tuple[str, ...], known: Labels) -> dict[str, TagLabel]:
    """Return the tags of an address as they are now. One of the `known` is found by its key: another tag may have its former name."""
    rows = [tag for category in records.tags.vocabulary() for tag in category.tags] if slugs else []
    by_key = {tag.label.key: tag for tag in rows}
    keys = {tag.label.slug: tag.label.key for tag in rows}
    found = {}
    for slug in slugs:
        tag = by_key.get(known[slug].key if slug in known else keys.get(slug, ''))
        while tag and tag.merged_into:
            tag = by_key[tag.merged_into.key]
        if tag:
            found[slug] = tag.label
    return found
