"""Maps that cannot be made from an image: refused at their declaration."""

import pytest

from bpflab import source
from bpflab.compiling import declared
from bpflab.errors import LabError

HOOK = "\nint hook(void *ctx) { return 0; }\n"


@pytest.mark.parametrize(
    "line",
    [
        'BPF_TABLE_PINNED("hash", u64, u64, counts, 16, "/sys/fs/bpf/counts");',
        'BPF_QUEUESTACK_PINNED("queue", counts, u64, 16, 0, "/sys/fs/bpf/counts");',
        'BPF_TABLE("hash:/sys/fs/bpf/counts", u64, u64, counts, 16);',
        'BPF_TABLE_PUBLIC("hash", u64, u64, counts, 16);',
        'BPF_TABLE_SHARED("hash", u64, u64, counts, 16);',
        'BPF_F_TABLE( "extern", u64, u64, counts, 16, 0);',
    ],
)
def test_a_pinned_or_shared_map_is_refused_before_the_compile(line):
    """BCC would make it in the child, and this process another one."""
    text = f'/* two\nlines */ char text[] = "/*"; // one\n{line}{HOOK}'
    with pytest.raises(LabError) as caught:
        declared.check_text(source.from_text(text, "counts.c"))
    assert (caught.value.kind, caught.value.place.line) == ("map-type", 3)
    assert "from bcc import BPF" in caught.value.fix


@pytest.mark.parametrize(
    "line",
    [
        "BPF_HASH(counts);",
        'BPF_TABLE("hash", u64, u64, counts, 16);',
        "// BPF_TABLE_PINNED(counts)",
        '/* as in\nBPF_TABLE("extern", u64, u64, counts, 16); */',
    ],
)
def test_any_other_declaration_is_none_of_these(line):
    """Nor is what stands in a comment."""
    declared.check_text(source.from_text(line + HOOK, "counts.c"))
