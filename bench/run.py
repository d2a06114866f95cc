"""Side-by-side measurements, printed as ratios: ``./lab bench [ring|load|live] ...``."""

import importlib
import sys

NAMES = ("ring", "load", "live")


def main(words: list[str]) -> int:
    """Run the named measurements, or all; return an exit status."""
    unknown = [word for word in words if word not in NAMES]
    if unknown:
        print(f"bench: there is no {unknown[0]!r}, but {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in words or NAMES:
        importlib.import_module(name).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
