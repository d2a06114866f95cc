"""The verifier's walk as a page: steps over lines of C, a slider without a script, a text twin."""

import re
import textwrap
import xml.etree.ElementTree as ET

from bpflab.errors import Place
from bpflab.verifier_log.log import parse
from bpflab.views.verifier_walk import states, steady, verifier_walk

C = """BPF_HASH(counts, u32, u64);
int hook(void *ctx)
{
	u32 key = 1;
	u64 *n = counts.lookup(&key);
	if (!n)
		return 0;
	(*n)++;
	return 0;
}"""
SOURCE = [Place("mine.c", number, text) for number, text in enumerate(C.split("\n"), 1)]
LOG = """
    0: R1=ctx() R10=fp0
    ;  @ mine.c:4
    0: (b7) r1 = 1                        ; R1=1
    1: (63) *(u32 *)(r10 -4) = r1         ; R1=1 R10=fp0 fp-8=mmmm????
    ;  @ mine.c:5
    2: (18) r1 = 0xffff8881047f3400       ; R1=map_ptr(map=counts,ks=4,vs=8)
    4: (bf) r2 = r10                      ; R2=fp0 R10=fp0
    ;  @ mine.c:0
    5: (07) r2 += -4                      ; R2=fp-4
    ; return bpf_map_lookup_elem((void *)map, key); @ helpers.h:1225
    6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counts,ks=4,vs=8)
    ;  @ mine.c:6
    7: (15) if r0 == 0x0 goto pc+3        ; R0=map_value(map=counts,ks=4,vs=8)
    ;  @ mine.c:8
    8: (79) r1 = *(u64 *)(r0 +0)          ; R0=map_value(map=counts,ks=4,vs=8) R1=scalar()
    9: (07) r1 += 1                       ; R1=scalar()
    10: (7b) *(u64 *)(r0 +0) = r1         ; R0=map_value(map=counts,ks=4,vs=8) R1=scalar()
    ;  @ mine.c:9
    11: (b7) r0 = 0                       ; R0=0
    12: (95) exit

    from 7 to 11: safe
    processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1
"""
REFUSED = LOG[: LOG.index("; R0=map_value(map=counts,ks=4,vs=8)\n    ;  @ mine.c:8")].replace(
    "7: (15) if r0 == 0x0 goto pc+3        ", "7: (79) r1 = *(u64 *)(r0 +0)"
) + (
    "\n    R0 invalid mem access 'map_value_or_null'\n"
    "    processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0\n"
)
TWIN = """mine
The verifier accepts it.
It looked at 12 instructions, on 2 paths.
1 path stops early: the verifier had checked that instruction before, with a state that allows \
at least as much.
path 1: from the start; returns
   1  mine.c:4  u32 key = 1;
        r1: 1
        stack -8: 4 bytes written, at -4; 4 not written
   2  mine.c:5  u64 *n = counts.lookup(&key);
        r0: a value of counts (8 bytes), or NULL
        r1: nothing any more
   3  mine.c:6  if (!n)
        r0: a value of counts (8 bytes)
   4  mine.c:8  (*n)++;
        r1: any number
   5  mine.c:9  return 0;
        r0: 0
path 2: from step 3 where r0 == 0; stops, as the state is known from step 5"""


def view(log, **how):
    """Return the view of a log that is indented here."""
    return verifier_walk("mine", parse(textwrap.dedent(log)), SOURCE, **how)


def page(shown):
    """Return the view's HTML, once all of it has parsed."""
    html = re.sub(r"<(input[^>]*?)( checked)?>", r"<\1/>", shown.html).replace("<br>", "<br/>")
    return ET.fromstring(html)


def words(element):
    """Return an element's text."""
    return " ".join(" ".join(element.itertext()).split())


def test_the_text_twin():
    """A line for each step, what changed below it, and where the paths branch off and end."""
    assert view(LOG).text == TWIN


def test_each_step_is_in_the_page():
    """Without a style sheet the steps stand one below the other, each with its line and state."""
    sections = page(view(LOG)).findall(".//section")
    assert [words(one.find("p/code")) for one in sections] == [
        "u32 key = 1;", "u64 *n = counts.lookup(&key);", "if (!n)", "(*n)++;", "return 0;",
    ]  # fmt: skip
    assert words(sections[2].find("table")).endswith(
        "• r0 a value of counts (8 bytes) stack -8 4 bytes written, at -4; 4 not written"
    )
    assert "Path 2 goes on from here where r0 == 0." in words(sections[2])


def test_the_slider():
    """One button a step, named; the first is chosen, and it shows its step and marks its line."""
    shown = view(LOG)
    buttons = page(shown).findall(".//input")
    assert [button.get("class") for button in buttons] == ["k0", "k1", "k2", "k3", "k4"]
    assert page(shown).findall(".//label/span")[2].text == "step 3 of 5: mine.c:6"
    assert re.findall(r'class="(k\d)"[^>]* checked', shown.html) == ["k0"]
    scope = page(shown).find(".//form").get("class")
    style = page(shown).find(".//style").text
    assert f".{scope}:has(.k2:checked) .s2{{display:block}}" in style
    line = re.search(r":has\(\.k2:checked\) \.(l[\w-]+)\{", style)[1]
    assert words(page(shown).find(f".//span[@class='{line}']")) == "6 if (!n)"


def test_a_form_that_sends_nothing():
    """Enter in a form loads the page anew, but for a form of this method."""
    assert page(view(LOG)).find(".//form").get("method") == "dialog"


def test_keys_are_the_views_own():
    """JupyterLab looks at the element that has the focus, and leaves it its keys."""
    found = page(view(LOG))
    keys = [*found.findall(".//input"), *found.findall(".//summary")]
    assert {one.get("data-lm-suppress-shortcuts") for one in keys} == {"true"}


def test_a_refusal():
    """The last step is chosen; what it knows is what was known before it, with the reason."""
    shown = view(REFUSED)
    assert shown.text.split("\n")[1] == (
        "The verifier refuses it: R0 invalid mem access 'map_value_or_null'"
    )
    last = page(shown).findall(".//section")[-1]
    assert "✗ R0 invalid mem access 'map_value_or_null'" in words(last)
    assert "What is known before the refused instruction" in words(last)
    assert "r0 a value of counts (8 bytes), or NULL" in words(last)
    assert re.findall(r'class="(k\d)"[^>]* checked', shown.html) == ["k2"]


def test_the_kernels_own_reason():
    """Linux 7.3 says why; that stands below its message."""
    explained = """
    Verification failed: Type Safety: Invalid dereference

    Reason:
      R0 may be NULL
      here.
"""
    text = view(REFUSED.replace("\n    processed", f"{explained}\n    processed")).text
    assert text.split("\n")[2] == "The kernel's reason: R0 may be NULL here."


def test_a_register_that_nobody_knows():
    """A refused register that holds nothing is in the table of its step."""
    log = """
        0: R1=1 R10=fp0
        ;  @ mine.c:8
        1: (63) *(u32 *)(r6 +0) = r1
        R6 !read_ok
    """
    last = page(view(log)).findall(".//section")[-1]
    assert "✗ r6 nothing that can be used r1 1" in words(last)


def test_the_same_data_gives_the_same_bytes():
    """The kernel's address of a map is not in it."""
    shown = view(LOG)
    assert view(LOG.replace("0xffff8881047f3400", "0xffff888204700000")).html == shown.html
    assert "0xffff" not in shown.html
    assert steady("(18) r1 = 0xffff8881047f3400") == "(18) r1 = map"
    assert steady("(b7) r1 = 0xffff") == "(b7) r1 = 0xffff"


def test_two_views_have_rules_of_their_own():
    """The style of one does not reach the other."""
    scopes = {page(one).find(".//form").get("class") for one in (view(LOG), view(REFUSED))}
    assert len(scopes) == 2


def test_not_more_steps_than_asked_for():
    """Of a walk that is accepted there are the first steps, of a refusal the last ones."""
    assert "3 more steps are not shown" in view(LOG, steps=2).text
    assert "mine.c:5" in view(LOG, steps=2).text
    assert "mine.c:6" not in view(LOG, steps=2).text
    short = view(REFUSED, steps=1)
    assert "mine.c:6" in short.text
    assert "mine.c:5" not in short.text


def test_the_way_to_a_refusal():
    """Of the steps before a refusal those count that lead to it."""
    log = """
        0: R1=scalar() R10=fp0
        ;  @ mine.c:4
        0: (15) if r1 == 0x0 goto pc+4        ; R1=scalar(umin=1)
        ;  @ mine.c:5
        1: (b7) r0 = 0                        ; R0=0
        ;  @ mine.c:7
        2: (95) exit
        from 0 to 5: R1=0 R10=fp0
        ;  @ mine.c:8
        5: (79) r0 = *(u64 *)(r1 +0)
        R1 invalid mem access 'scalar'
        processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1
    """
    lines = [line for line in view(log, steps=2).text.split("\n") if "mine.c:" in line]
    assert [line.split()[1] for line in lines] == ["mine.c:4", "mine.c:8"]


def test_a_path_that_stops_does_not_say_what_came_last():
    """The state after its last instruction is not in the log, and not in the view."""
    log = """
        0: R1=1 R2=2 R10=fp0
        ;  @ mine.c:5
        63: (85) call bpf_ringbuf_output#130
        64: safe
        processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1
    """
    section = page(view(log)).find(".//section")
    assert "What is known before its last instruction" in words(section)


def test_no_source():
    """A saved log has its steps by the file and line that it names."""
    walk = parse(textwrap.dedent(LOG))
    text = verifier_walk("saved", walk, ()).text
    assert "   1  mine.c:4" in text
    assert "helpers.h:1225  return bpf_map_lookup_elem((void *)map, key);" in text


def test_nothing_to_show():
    """A log without a step is said to be one."""
    assert "The verifier" not in view("").text
    said = view("BPF program is too large.\n").text.split("\n")[1:]
    assert said == ["The verifier refuses it: BPF program is too large."]


def test_a_log_that_is_cut():
    """Where only the beginning is there, the view says so, and claims nothing of the end."""
    text = view(LOG[: LOG.index("    ;  @ mine.c:8")]).text
    assert "Its log is too long: this is the beginning of it." in text
    assert "accepts" not in text
    assert "returns" not in text


def test_hostile_names():
    """What a text calls itself does not act on the page."""
    source = [Place("</style><script>.c", 4, "int x; // </pre><b>")]
    log = LOG.replace("mine.c:4", "</style><script>.c:4")
    html = verifier_walk("<b>", parse(textwrap.dedent(log)), source).html
    assert "<script>" not in html
    assert "<b>&lt;b&gt;" not in html
    assert "</style><script>" not in html


def test_states_are_ordered():
    """What changed comes first, then registers, then the stack."""
    from bpflab.verifier_log.visits import visits

    visit = visits(parse(textwrap.dedent(LOG)), SOURCE)[1]
    assert [(name, mark) for name, _, mark in states(visit)] == [
        ("r0", "•"), ("stack -8", ""), ("r1", "•"),
    ]  # fmt: skip
