"""Names that C declares."""

import pytest

from bpflab.cell.declarations import declared


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("u64 a = f(1, b), *c;", {"a": "u64", "c": "u64 *"}),
        ("unsigned long long big; return x;", {"big": "unsigned long long"}),
        ("const struct event *e", {"e": "struct event *"}),
        ("x = y; x += 2; call(a * b); if (a * b)", {}),
        ("char name[16][2]", {"name": "char[16][2]"}),
        ("", {}),
    ],
)
def test_what_statements_declare(text, names):
    """Names with types; calls and assignments declare nothing."""
    assert declared(text) == names
