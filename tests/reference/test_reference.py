"""Helpers, macros and methods: what is known of each, compared with the headers that are here."""

import re
from pathlib import Path

import pytest

from bpflab import reference
from bpflab.compiling import bcc
from bpflab.reference.helpers import HELPERS
from bpflab.reference.helpers import find as helper
from bpflab.reference.macros import MACROS, METHODS, maps_of, methods_of
from bpflab.reference.macros import find as macro
from bpflab.source import from_text

UAPI, LIBBPF = Path("/usr/include/linux/bpf.h"), Path("/usr/include/bpf/bpf_helper_defs.h")


@pytest.mark.skipif(not UAPI.exists(), reason="there is no linux/bpf.h")
def test_each_helper_of_the_header_has_its_number():
    """In the order of the kernel's own list."""
    listed = re.findall(r"\bFN\((\w+)", UAPI.read_text(encoding="utf-8"))
    listed = [name for name in listed if name not in ("x", "name", "unspec")]
    assert len(listed) > 200
    for number, name in enumerate(listed, 1):
        assert HELPERS[f"bpf_{name}"].number == number


@pytest.mark.skipif(not LIBBPF.exists(), reason="there is no bpf/bpf_helper_defs.h")
def test_a_signature_has_the_parameters_of_libbpf():
    """As many, of the same names."""
    declared = re.findall(
        r"\(\* ?(?:const )?(bpf_\w+)\)\((.*?)\) = ", LIBBPF.read_text(encoding="utf-8")
    )
    assert len(declared) > 200
    for name, inside in declared:
        if name == "bpf_kptr_xchg":  # libbpf 1.1 says map_value, 1.5 and later dst
            inside = inside.replace("dst", "map_value")
        names = re.findall(r"(\w+)(?:,|$)", inside)
        known = [re.sub(r".*\W", "", each) for each in HELPERS[name].parameters]
        assert known == [each for each in names if each != "void"]


def test_a_helper_is_found_by_its_name():
    """With its licence, and since when it is there."""
    found = helper("bpf_probe_read_user_str")
    assert (found.number, found.gpl, found.since) == (114, True, "5.5")
    assert (found.least, found.most, found.takes_map) == (3, 3, False)
    assert helper("bpf_probe_read_usr_str") is None
    assert helper("bpf_trace_printk").most is None
    assert helper("bpf_ktime_get_ns").parameters == ()
    assert helper("bpf_ringbuf_reserve").takes_map


def test_numbers_are_complete_and_versions_only_grow():
    """The kernel appends to its list and never takes a helper away."""
    assert [each.number for each in HELPERS.values()] == list(range(1, 212))
    versions = [tuple(map(int, each.since.split("."))) for each in HELPERS.values()]
    assert versions == sorted(versions)


def test_each_sentence_is_one_and_short():
    """A list shows it beside the name."""
    methods = [each for kind in METHODS.values() for each in kind.values()]
    for each in [*HELPERS.values(), *MACROS.values(), *methods]:
        assert each.summary.endswith(".") and len(each.summary) <= 105, each.name
        assert not re.search(r"\.\s", each.summary)
        assert each.parameters is not None
        assert re.search(rf"\b{each.name}\(", each.signature)


def test_a_macro_says_how_many_arguments_it_takes():
    """Those with = may be left out."""
    assert (macro("BPF_HASH").least, macro("BPF_HASH").most) == (1, 4)
    assert (macro("BPF_RINGBUF_OUTPUT").least, macro("BPF_RINGBUF_OUTPUT").most) == (2, 2)
    assert (macro("BPF_HASH_OF_MAPS").least, macro("BPF_HASH_OF_MAPS").most) == (2, 4)
    assert macro("LSM_PROBE").most is None
    assert macro("BPF_HASH").declares and not macro("TRACEPOINT_PROBE").declares
    assert macro("BPF_HASH").loads and not macro("BPF_TABLE_PINNED").loads


def test_each_map_has_the_methods_of_its_kind():
    """And no other map's."""
    assert "ringbuf_reserve" in methods_of("BPF_RINGBUF_OUTPUT")
    assert "lookup" not in methods_of("BPF_RINGBUF_OUTPUT")
    assert "delete" in methods_of("BPF_HASH") and "delete" not in methods_of("BPF_ARRAY")
    assert list(methods_of("BPF_TABLE", "prog")) == ["call"]
    assert methods_of("BPF_TABLE", "lru_hash") == methods_of("BPF_HASH")
    assert methods_of("no such macro") == {}
    increment = methods_of("BPF_HASH")["increment"]
    assert (increment.least, increment.most) == (1, 2)


def test_the_maps_of_a_text_are_found():
    """Declared by any macro; a program's macro declares none."""
    maps = maps_of(
        "BPF_HASH(seen, u32);\nBPF_TABLE(\"lru_hash\",\n  u32, u64, recent, 4);\n"
        "BPF_PERF_OUTPUT(perf);\nTRACEPOINT_PROBE(sched, sched_switch) { BPF_NOTHING(x); }\n"
        "BPF_HASH("
    )  # fmt: skip
    assert {name: (made.name, type) for name, (made, type) in maps.items()} == {
        "seen": ("BPF_HASH", ""),
        "recent": ("BPF_TABLE", "lru_hash"),
        "perf": ("BPF_PERF_OUTPUT", ""),
    }


@pytest.mark.kernel
@pytest.mark.parametrize("longest", [False, True])
def test_bcc_takes_each_macro_and_each_method_as_its_signature_says(longest):
    """With as few arguments as it may be given, and with as many."""
    maps = [each for each in MACROS.values() if each.declares and each.loads]
    text = ["struct prefix { u32 bits; u32 data; };"]
    for each in maps:
        name = f"a_{each.name.lower()}"
        given = each.parameters[: each.most if longest else each.least]
        values = [name if one.split("=")[0] == "name" else argument(one) for one in given]
        if each.name == "BPF_LPM_TRIE":  # the kernel takes a struct alone for its key
            values = [name, "struct prefix"]
        text.append(f"{each.name}({', '.join(one for one in values if one)});")
        for method in methods_of(each.name).values():
            given = method.parameters[: method.most if longest else method.least]
            values = [argument(one, of=name) for one in given]
            text.append(
                f"int {name}_{method.name}(void *ctx) {{ typeof({name}.key) key;"
                " __builtin_memset(&key, 0, sizeof(key)); u64 value = 0;"
                f" {name}.{method.name}({', '.join(values)}); return 0; }}"
            )
    code = "\n".join(text).replace("typeof(a_bpf_queue.key)", "int")
    code = code.replace("typeof(a_bpf_stack.key)", "int")
    image = bcc.compiled(from_text(code, "all"))
    assert {one.name for one in image.maps} == {f"a_{each.name.lower()}" for each in maps}
    assert len(image.programs) == sum(len(methods_of(each.name)) for each in maps)


def argument(parameter, of=""):
    """Return a value for a parameter of a macro, or of a method of the map *of*."""
    if of and "*" in parameter:
        return (
            "ctx"
            if parameter == "void *ctx"
            else "&key"
            if "key" in parameter or "index" in parameter
            else "&value"
        )
    if of:
        return "key" if parameter.startswith("key_type") else "8"
    samples = {"key_type": "u32", "value_type": "u64", '"type"': '"hash"', "flags": "0"}
    return "" if "path" in parameter else samples.get(parameter.split("=")[0], "8")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bpf_get_curent_comm", ["bpf_get_current_comm"]),
        ("bpf_get_current_pid", ["bpf_get_current_pid_tgid"]),
        ("BPF_HSAH", ["BPF_HASH"]),
        ("BPF_RINGBUF", ["BPF_RINGBUF_OUTPUT"]),
        ("TRACEPOINT_PORBE", ["TRACEPOINT_PROBE"]),
        ("get_current_comm", ["bpf_get_current_comm"]),
        ("printf", []),
        ("strlen", []),
        ("bpf_", []),
        ("", []),
    ],
)
def test_near_names(written, meant):
    """What is misspelt is found, and what is another library's is near to nothing."""
    assert reference.near(written)[:1] == meant[:1] and len(reference.near(written)) <= 3
    assert bool(reference.near(written)) == bool(meant)
