"""Files that people send: known by their content, freed of what gives away, or refused with a reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """A file as we keep it: checked, cleaned and named neutrally."""

    name: str
    content_type: str
    content: bytes
    sha256: str
