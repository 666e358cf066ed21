"""What a comparison is called."""
from components.image_grid import site_of
from data.repositories.comparisons import GroupRecord


def group_name(group: GroupRecord) -> str:
    """Return the title, or what the images say of themselves."""
    sites = dict.fromkeys(site_of(tile) for tile in group.images if tile.body_site)
    return group.title or '; '.join(sites) or 'Comparison'


def summary(groups: list[GroupRecord]) -> str:
    """Return the line that stands in for the closed section."""
    return '; '.join(group_name(group) for group in groups)
