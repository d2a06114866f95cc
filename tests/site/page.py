"""What is in a page of the site: its text, ids, links, and what it loads."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

LOADS = {"src", "srcset", "poster", "data", "action", "background"}
UNSEEN = ("script", "style")


@dataclass
class Page(HTMLParser):
    """One page, read from its file."""

    path: Path
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    """The addresses of what a browser asks for by itself, styles and pictures for example."""
    bare: list[str] = field(default_factory=list)
    """Pictures without a text in their place."""
    _text: list[str] = field(default_factory=list)
    _within: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    @property
    def text(self) -> str:
        """All that is shown, with no space in it: what wraps is the same text."""
        return "".join(self.spaced.split())

    @property
    def spaced(self) -> str:
        """All that is shown, with its blanks and tabs."""
        return "".join(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element has."""
        has = {name: value or "" for name, value in attrs}
        self._within = tag if tag in UNSEEN else ""
        if "id" in has:
            self.ids.append(has["id"])
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag == "link" and not set(has.get("rel", "").split()) & {
            "next",
            "prev",
            "index",
            "search",
        }:
            self.loads.append(has.get("href", ""))
        if tag == "img" and "alt" not in has:
            self.bare.append(has["src"][:80])
        self.loads += [value for name, value in has.items() if name in LOADS]

    def handle_endtag(self, tag: str) -> None:
        """Note that what follows is text again."""
        self._within = ""

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if not self._within:
            self._text.append(data)
