"""A lesson's C: found by its name or taken from a cell, as one text that knows its lines."""

from bpflab.source.lines import Source
from bpflab.source.reading import CHOICE, EITHER, MADE, find, from_text

__all__ = ["CHOICE", "EITHER", "MADE", "Source", "find", "from_text"]
