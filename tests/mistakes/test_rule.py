"""Rules, and what every fault has of them."""

import re

import pytest

from bpflab.mistakes import rule, verifier
from bpflab.mistakes.compiler import old_rules as compiler_rules


def test_a_log_holds_nothing_hidden():
    """What the machine printed is shown line by line, tabs as blanks, the rest made visible."""
    assert rule.safe_log("a\tb\n\x1b[2J\n\u202e") == "a       b\n\\x1b[2J\n\\u202e"


@pytest.mark.parametrize("rule", [*compiler_rules.RULES, *verifier.RULES], ids=lambda r: r.kind)
def test_every_rule_is_whole(rule):
    """Each has words and a fix, and fills in no group that its pattern does not have."""
    assert rule.message.endswith(".")
    assert rule.fix
    groups = ("x",) * re.compile(rule.pattern).groups
    for part in (rule.message, rule.why):
        assert "{" not in part.format(*groups)
    assert rule.fix.format(*groups)
