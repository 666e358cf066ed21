"""The vocabulary of tags: categories and tags, renamed, moved, merged, retired."""
from data.repositories.base import Repository


class Tags(Repository):
    """Acts on tags."""
