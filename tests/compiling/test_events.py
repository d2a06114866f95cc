"""The struct of an event as a dtype, and the line of a field that has no column."""

import numpy as np
import pytest

from bpflab import source
from bpflab.bindings.uapi import MAP_TYPES, word
from bpflab.compiling.events import event_dtype, event_dtypes
from bpflab.compiling.image import Image, MapSpec
from bpflab.errors import LabError


def event(text, fields):
    """Return the dtype of an event with these fields, declared in this text."""
    return event_dtype(source.from_text(text, "a.c"), fields, "events")


def test_an_events_dtype_comes_from_its_fields():
    """Fields and padding are those of the struct."""
    dtype = event("struct event {\n\tu8 a;\n\tu64 b;\n};\n", [("a", "u8"), ("b", "u64")])
    assert dtype == np.dtype([("a", "u1"), ("b", "u8")], align=True)


def refused(text, fields):
    """Return why such an event has no columns."""
    error = event(text, fields)
    assert isinstance(error, LabError) and error.kind == "event-field"
    return error


def test_a_bit_field_is_refused_at_its_line():
    """Its bits cannot be told from the struct's bytes."""
    text = "struct event {\n\tu32 pid;\n\tu8 flag : 1;\n};\n"
    error = refused(text, [("pid", "u32"), ("flag", "u8")])
    assert error.line == 3
    assert "'flag'" in error.message


def test_a_conditional_expression_is_no_bit_field():
    """`c ? pid : 0;` uses a field's name and declares none."""
    text = "struct event {\n\tu32 pid;\n};\nint f(int c, int pid)\n{\n\treturn c ? pid : 0;\n}\n"
    assert event(text, [("pid", "u32")]).names == ("pid",)


@pytest.mark.parametrize(
    "text",
    [
        "/* root has pid: 0, the others more */\nstruct event {\n\tu32 pid;\n};\n",
        "struct event {\n\tu32 pid; // pid: 1, or\n\t/* pid\n\t: 1; */\n};\n",
        'struct event {\n\tu32 pid;\n};\nint f(void)\n{\n\tsay("pid: 1,");\n\treturn 0;\n}\n',
        "struct event {\n\tu32 pid;\n};\nint f(int c)\n{\n\tpid: 0;\n\treturn 0;\n}\n",
    ],
    ids=["comment", "inside", "string", "label"],
)
def test_a_word_outside_of_a_struct_is_no_bit_field(text):
    """A comment, a string or a label of a field's name declares none."""
    assert event(text, [("pid", "u32")]).names == ("pid",)


def test_a_field_without_a_column_is_refused_at_its_line():
    """A double in an event stands where the struct declares it."""
    text = "struct event {\n\tu32 pid;\n\tdouble x;\n};\n"
    assert refused(text, [("pid", "u32"), ("x", "double")]).line == 3


def test_the_line_is_of_the_struct_that_is_sent():
    """Another struct has a field of that name, and stands above."""
    text = "struct a {\n\tu32 pid;\n\tu32 addr;\n};\nstruct b {\n\tu32 pid, uid;\n"
    text += "\t__int128 addr;\n};\n"
    fields = [("pid", "u32"), ("uid", "u32"), ("addr", "__int128")]
    assert refused(text, fields).line == 7


def test_a_union_without_a_name_is_refused_at_its_line():
    """The compiler's name for it says where it stands."""
    text = "struct event {\n\tu32 pid;\n\tunion {\n\t\tint a;\n\t};\n};\n"
    error = refused(text, [("pid", "u32"), ("", "union event::(anonymous at a.c:3:2)")])
    assert error.line == 3
    assert "The union without a name" in error.message
    assert refused(text, [("", "union")]).place is None


RESERVED = "BPF_RINGBUF_OUTPUT(events, 8);\nint f(void *ctx)\n{{\n\tu64 *e = {0};\n\t{1};\n}}\n"


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("events.ringbuf_discard(e, 0)", "no-events"),
        ("other.ringbuf_submit(e, 0)", "no-events"),
        ("events.ringbuf_submit(e, 0)", "no-event-type"),
        ("bpf_ringbuf_submit(e, 0)", "no-event-type"),
        ("events . ringbuf_output(&x, 8, 0)", "no-event-type"),
    ],
)
def test_a_record_that_is_only_discarded_is_not_sent(end, kind):
    """Of what type it is does not matter then; one that is sent must be a struct."""
    code = source.from_text(RESERVED.format("events.ringbuf_reserve(8)", end), "a.c")
    type = next(number for number in range(64) if word(MAP_TYPES, number) == "ringbuf")
    ring = MapSpec("events", 1, type, 0, 0, 8, 0, "", "")
    error = event_dtypes(code, Image([ring], [], b"", {}))["events"]
    assert (error.kind, error.line) == (kind, 4)
