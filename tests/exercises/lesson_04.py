"""Wrong answers to the exercises of lesson 04."""

import os

from tests.exercises.mutant import Mutant


def copied(length, items):
    """Return a copy."""
    if length > len(items):
        raise IndexError(length)
    return items[:length]


def shorter(length, items):
    """Return what there is."""
    return memoryview(items)[:length]


def from_the_second(length, items):
    """Return the items from the second on."""
    if length > len(items):
        raise IndexError(length)
    return memoryview(items)[1 : length + 1]


def spaces(path):
    """Fill up with spaces."""
    return os.fsencode(path).ljust(512)


def characters(path):
    """Fill up before the path becomes bytes."""
    return os.fsencode(path.ljust(512, "\0"))


def cut(path):
    """Cut what is too long."""
    return os.fsencode(path)[:511].ljust(512, b"\0")


def without_nul(path):
    """Accept a path of 512 bytes."""
    name = os.fsencode(path)
    if len(name) > 512:
        raise ValueError(path)
    return name.ljust(512, b"\0")


def by_characters(path):
    """Compare the number of characters with the room for bytes."""
    if len(path) > 511:
        raise ValueError(path)
    return os.fsencode(path).ljust(512, b"\0")[:512]


def ends_python(length, items):
    """End Python instead of raising an error."""
    raise SystemExit


def without_words(length, items):
    """Raise an error without a word where all items are asked for."""
    if length >= len(items):
        raise IndexError
    return memoryview(items)[:length]


COUNTS = "lock_xadd(excluded, 1);"
LOOKUP = "EXCLUDED_USERS.lookup(&user)"
WHOLE = " &&\n\t    is_whole(e->path_len, sizeof(e->path))"
RESET = "\t__builtin_memset(e->path, 0, sizeof(e->path));\n"
READ = "\te->path_len = read_path(e->path, sizeof(e->path), ctx->filename);\n"
IN_IT = "bpf_map_lookup_elem(list, e->path)"
IN_LIST = f" &&\n\t    {IN_IT}"

MUTANTS = {
    "04-1": [
        Mutant(
            "The counts in EXCLUDED_CMDS: 1 of 2",
            swaps=(("u64, 10", "u8, 10"), ("u64 *", "u8 *"), (COUNTS, "*excluded += 1;")),
        ),
        Mutant("their values in the map are all still 0", swaps=((COUNTS, ""),)),
        Mutant(
            "an addition to EXCLUDED_CMDS or to filtered is three steps",
            swaps=((COUNTS, "*excluded += 1;"),),
        ),
        Mutant(
            "an addition to EXCLUDED_CMDS is three steps",
            swaps=(
                (COUNTS, "*excluded += 1;"),
                ("BPF_ARRAY(f", "BPF_PERCPU_ARRAY(f"),
                ("filtered.atomic_", "filtered."),
            ),
        ),
        Mutant(
            "or to filtered or to total is three steps",
            swaps=(
                ("BPF_ARRAY(f", "BPF_ARRAY(total, u64, 1);\nBPF_ARRAY(f"),
                (COUNTS, "*excluded += 1;\n\t\ttotal.atomic_increment(0);"),
            ),
        ),
        Mutant(
            "and the longer path begins with it",
            swaps=(
                (COUNTS, ""),
                ("\tif (excluded &&", f"\tif (excluded)\n\t\t{COUNTS}\n\tif (excluded &&"),
            ),
        ),
        Mutant("The counts in EXCLUDED_CMDS: 2 of 2", swaps=((COUNTS, "*excluded = 1;"),)),
        Mutant("A command of the list was called", swaps=((COUNTS + "\n\t\treturn 0;", COUNTS),)),
    ],
    "04-2": [
        Mutant("the slice still has the old one", answer=copied),
        Mutant("were asked for, and no error came", answer=shorter),
        Mutant("These are not the first", answer=from_the_second),
        Mutant("The answer is of the type list", answer=[1, 2, 3]),
        Mutant("numbers. It ended with SystemExit", answer=ends_python),
        Mutant("numbers. It ended with IndexError", answer=without_words),
    ],
    "04-3": [
        Mutant("a path of ASCII letters has a wrong byte", answer=spaces),
        Mutant("letters that take two bytes has 5", answer=characters),
        Mutant("601 bytes was given, and no error", answer=cut),
        Mutant("512 bytes was given, and no error", answer=without_nul),
        Mutant("was raised. It has 301 characters", answer=by_characters),
        Mutant("is of the type str, not bytes", answer=lambda path: path),
    ],
    "04-4": [
        Mutant("of a listed user was called", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant(
            "of a listed user was called",
            swaps=(("if (excluded)", "if (!excluded)"), (COUNTS, "")),
        ),
        Mutant("is not that of the commands", swaps=((COUNTS, ""),)),
        Mutant("has room for 10 users, not for 100", swaps=(("u64, 100", "u64, 10"),)),
        Mutant(
            "value of EXCLUDED_USERS is not", swaps=(("u32, u64", "u32, u32"), ("u64 *e", "u32 *e"))
        ),
        Mutant(
            "is not a number of 4 bytes", swaps=(("_USERS, u32", "_USERS, u64"), ("u32 u", "u64 u"))
        ),
        Mutant("your addition is three steps", swaps=((COUNTS, "*excluded += 1;"),)),
        Mutant(
            "The program itself has added users",
            swaps=(
                (LOOKUP, LOOKUP + ", one = 1"),
                ("\te->pid", "\tEXCLUDED_USERS.insert(&user, &one);\n\te->pid"),
            ),
        ),
    ],
    "04-5": [
        Mutant("has a path of 511 bytes, and the command begins with it", swaps=((WHOLE, ""),)),
        Mutant(
            "511 bytes is in the list, and it was reported",
            swaps=((WHOLE, " &&\n\t    e->path_len < sizeof(e->path)"),),
        ),
        Mutant(
            "each time after a longer path", swaps=((RESET, RESET.replace("(e->path)", "(e)")),)
        ),
        Mutant("Event 1 of", swaps=((RESET, ""), (READ, READ + RESET))),
        Mutant(
            "The number in filtered is wrong", swaps=(("\t\tfiltered.atomic_increment(0);\n", ""),)
        ),
        Mutant("commands ran", status="silent", swaps=(("if (EXCL", "if (1 || EXCL"),)),
    ],
    "04-6": [
        Mutant(
            "is in the list of its user was called", swaps=(("uid_gid();", "uid_gid() >> 32;"),)
        ),
        Mutant(
            "is in the list of its user was called",
            swaps=(("bpf_get_current_uid_gid();", "bpf_get_current_pid_tgid() >> 32;"),),
        ),
        Mutant("not in the list of its user was called", swaps=((IN_LIST, ""),)),
        Mutant(
            "not in the list of its user was called",
            swaps=((IN_LIST, IN_LIST.replace(IN_IT, "A.lookup((struct path *)e->path)")),),
        ),
        Mutant(
            "is in the list of its user was called",
            swaps=(
                ("(list && is", "(is"),
                (IN_LIST, IN_LIST.replace(IN_IT, "B.lookup((struct path *)e->path)")),
            ),
        ),
        Mutant("with a long path,", swaps=((" && is_whole(e->path_len, sizeof(e->path))", ""),)),
        Mutant(
            "The number in filtered is wrong", swaps=(("\t\tfiltered.atomic_increment(0);\n", ""),)
        ),
        Mutant("has room for 10 users, not for 100", swaps=(("100", "10"),)),
        Mutant(
            "of the type array_of_maps, not hash_of_maps",
            swaps=(("BPF_HASH_OF_MAPS(LISTS, u32, ", "BPF_ARRAY_OF_MAPS(LISTS, "),),
        ),
        Mutant(
            "LISTS is not a number of 4 bytes",
            swaps=(("LISTS, u32", "LISTS, u64"), ("u32 u", "u64 u")),
        ),
    ],
}
