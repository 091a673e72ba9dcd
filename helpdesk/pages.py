"""Pages of the console beside the queues: each app names its own, helpdesk only lists them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ConsolePage:
    """A page that the console's rail leads to, for those who hold one of these roles."""

    url_name: str
    title: Any
    roles: tuple[str, ...]


_pages: dict[str, ConsolePage] = {}


def add_page(url_name: str, title: Any, *roles: str) -> None:
    """Called once for each page, in `AppConfig.ready()`."""
    _pages[url_name] = ConsolePage(url_name, title, roles)


def pages_for(user: Any) -> list[ConsolePage]:
    return [page for page in _pages.values() if user.has_role(*page.roles)]
