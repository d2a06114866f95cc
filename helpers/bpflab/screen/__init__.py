"""Pictures that move: drawn in the background, shown in a page, and kept when they end."""

from bpflab.screen.bar import progress
from bpflab.screen.live_view import Live
from bpflab.screen.start import live

__all__ = ["Live", "live", "progress"]
