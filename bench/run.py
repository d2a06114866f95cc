"""Side-by-side measurements, printed as ratios: ``./lab bench [ring|load|live] ...``."""

import importlib
import sys

NAMES = ("ring", "load", "live")


def main(words: list[str]) -> int:
    """Run the named measurements, or all; return an exit status. ``./lab`` knows the names."""
    for name in words or NAMES:
        importlib.import_module(name).main()
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
