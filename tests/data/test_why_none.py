"""Why there is nothing to see, in one sentence."""

import pytest

from bpflab.data.why_none import Places, no_entries, no_events, none_of
from bpflab.views import table
from tests.logs import FakeMap, log_of, row

NEVER = Places()
NOW = Places({("hook", "sched:sched_switch"): 3}, {"sched:sched_switch": None})
BEFORE = Places({}, {"syscalls:sys_enter_open": None})


@pytest.mark.parametrize(
    ("counts", "places", "said"),
    [
        ({"seen": 1}, NOW, "the program saw 1 event: it sent none"),
        ({"seen": 9, "filtered": 7, "dropped": 2}, NOW, "saw 9 events: 7 filtered, 2 dropped"),
        ({"seen": 1, "missed": 1}, NOW, "it sent none; the kernel skipped 1 run of the program"),
        ({"filtered": 7, "missed": 2}, None, "counted 7 filtered; the kernel skipped 2 runs of"),
        ({"seen": 0, "missed": 4}, NOW, "the kernel skipped 4 runs of the program"),
        ({}, NEVER, "the program was never attached"),
        ({"seen": 0}, NOW, "attached to sched:sched_switch, and has counted no event (seen is 0)"),
        ({}, NOW, "it is attached to sched:sched_switch, and has sent nothing"),
        ({}, BEFORE, "while attached to syscalls:sys_enter_open it sent nothing (The C library's"),
        ({}, None, "the program sent nothing"),
    ],
)
def test_no_events_have_their_reason(counts, places, said):
    """Seen, filtered, dropped, skipped, never attached, nothing came: from the surest on."""
    assert said in no_events(counts, places)


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (None, "the program sent nothing through left_out"),
        (NEVER, "the program was never attached"),
        (NOW, "it is attached to sched:sched_switch, and has sent nothing through left_out"),
    ],
)
def test_the_counts_of_a_program_with_other_rings_are_no_reason(places, said):
    """What it saw may have gone through another ring."""
    assert no_events({"seen": 3, "filtered": 1, "missed": 2}, places, "left_out") == said


def test_the_call_that_the_c_library_makes_is_named():
    """Only of a call that has another name there."""
    assert no_events({}, BEFORE).endswith("(The C library's open() makes openat.)")
    other = Places({}, {"syscalls:sys_enter_openat": None, "syscalls:sys_enter_time": None})
    assert "library" not in no_events({}, other)


def test_a_map_without_entries_has_its_reason():
    """As a log."""
    assert no_entries(None) == "the map is empty"
    assert no_entries(NEVER) == "the map is empty; its program was never attached"
    assert no_entries(NOW).endswith("empty; its program is attached to sched:sched_switch")
    assert "its program was attached to syscalls:sys_enter_open (The C l" in no_entries(BEFORE)


class Detaching(str):
    """A hook from which another thread detaches while somebody looks at it."""

    def __new__(cls, name, links):
        """Return the name, which knows the links."""
        hook = super().__new__(cls, name)
        hook.links = links
        return hook

    def __hash__(self):
        self.links.clear()
        return super().__hash__()


@pytest.mark.parametrize("say", [no_entries, lambda places: no_events({}, places)])
def test_a_program_that_is_detached_meanwhile_has_its_reason(say):
    """A live view's thread asks; the cell beside it detaches."""
    links = {}
    links["hook", Detaching("sched:sched_switch", links)] = 3
    assert "is attached to sched:sched_switch" in say(Places(links))
    assert not links


def test_a_table_of_a_log_says_it():
    """Of all events, and of those of some processes; a table with rows says nothing."""
    counts = {"seen": FakeMap(3), "filtered": FakeMap(3)}
    frame = log_of(maps=counts).frame()
    for shown in (frame, frame[["pid"]], frame[frame["pid"] > 1]):
        assert table(shown, "t").text.endswith("no rows: the program saw 3 events: 3 filtered")
    log = log_of(row(pid=1), row(pid=2))
    assert table(log.frame([3]), "t").text.endswith(none_of(2, 1, {}))
    assert table(log.frame([]), "t").text.endswith("2 events came, and only= names no process")
    assert table(log.frame(newest=0), "t").text.endswith("no rows")
    assert "no rows" not in table(log, "t").text
    assert log.frame([1]).attrs == {}


def test_events_of_others_may_not_be_all():
    """Where runs were skipped, those may have been of the processes that are asked for."""
    said = "2 events came, none of a process that only= names"
    assert none_of(2, 1, {"missed": 0}) == said
    assert none_of(2, 1, {"missed": 1}) == f"{said}; the kernel skipped 1 run of the program"


def test_a_hostile_name_is_text():
    """A module may call its event as it likes."""
    places = Places({}, {"a:<b>\x1b": None})
    html = table(log_of(places=places).frame(), "t").html
    assert "a:&lt;b&gt;\\x1b" in html
