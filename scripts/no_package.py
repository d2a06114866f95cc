"""Refuse to build a package, in words: pip and other builders ask this module (PEP 517)."""

from typing import NoReturn


def build_wheel(*_: object, **__: object) -> NoReturn:
    """End with the reason and the way out."""
    raise SystemExit(
        "bpflab is not a package that pip can install: its C (bpf/) and its lessons (notebooks/)"
        " stand beside helpers/ in the clone. Run ./lab there: it makes an environment with bpflab."
    )


build_editable = build_sdist = build_wheel
