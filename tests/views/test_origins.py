"""Where each byte of a buffer comes from, against a model of the kernel's copy."""

import random
from collections import Counter

from bpflab.views.origins import leftovers_start, origins

SIGNS = {"string": "s", "nul": "0", "zeroed": "z", "left over": "#", "never written": "."}


class Buffer:
    """The kernel's side of bpf_probe_read_user_str, and who wrote each byte last."""

    def __init__(self, size):
        self.bytes = bytearray(size)
        self.wrote = [0] * size
        self.reads = 0

    def put(self, at, data):
        """Write *data*, in the name of this read."""
        self.bytes[at : at + len(data)] = data
        self.wrote[at : at + len(data)] = [self.reads] * len(data)

    def read(self, source, size=None):
        """Read a string, or nothing where *source* is None; return what the helper does."""
        self.reads += 1
        size = len(self.bytes) if size is None else size
        if source is None:
            self.put(0, bytes(size))
            return -14
        user = source + b"\0" + b"garbage behind the NUL " * 9
        at = self.strncpy_from_user(user, size)
        if at >= size:
            self.put(size - 1, b"\0")
            return size
        return at + 1

    def strncpy_from_user(self, user, size):
        """By words while eight bytes are left, masking what follows the NUL; then by bytes."""
        at = 0
        while size - at >= 8:
            word = user[at : at + 8]
            if 0 in word:
                end = word.index(0)
                self.put(at, word[:end] + bytes(8 - end))
                return at + end
            self.put(at, word)
            at += 8
        while at < size:
            self.put(at, user[at : at + 1])
            if user[at] == 0:
                return at
            at += 1
        return at


def wrote(*strings, size=64):
    """Return the buffer before and after the last of *strings* was read, and the length."""
    buffer = Buffer(size)
    for string in strings:
        before = bytes(buffer.bytes)
        length = buffer.read(string)
    return bytes(buffer.bytes), length, before


def signs(*args):
    """Return origins as one sign a byte."""
    return "".join(SIGNS[origin] for origin in origins(*args))


def test_origins_agree_with_the_kernels_copy():
    """Nothing is claimed that did not happen, over random series of strings."""
    rng = random.Random(3)
    seen = Counter()
    for _ in range(3000):
        buffer = Buffer(rng.randint(1, 48))
        for _ in range(rng.randint(1, 5)):
            before = bytes(buffer.bytes)
            source = bytes(rng.choices(b"abc/", k=rng.randint(0, 56)))
            length = buffer.read(None if rng.random() < 0.1 else source)
            now = bytes(buffer.bytes)
            found = origins(now, length, before)
            assert len(found) == len(now)
            for at, origin in enumerate(found):
                here, earlier = buffer.wrote[at] == buffer.reads, buffer.wrote[at] > 0
                if 0 <= at < length:
                    assert origin == ("nul" if at == length - 1 else "string")
                elif length < 0:
                    assert (origin, here) == ("zeroed", True)
                elif now[at]:
                    assert (origin, here, earlier) == ("left over", False, True)
                elif before[at]:
                    assert (origin, here) == ("zeroed", True)
                else:
                    assert origin != "zeroed" or here
                    assert origin != "left over" or (earlier and not here)
                    assert origin == "never written" or earlier
                seen[origin] += 1
    assert min(seen[origin] for origin in SIGNS) > 500, seen


def test_the_word_of_the_nul_is_cleared_and_the_rest_left():
    """The bug of the lesson: a long path, then a short one."""
    assert signs(*wrote(b"/usr/lib/locale/C.utf8", b"/etc/host")) == (
        "sssssssss0zzzzzz######" + "." * 42
    )


def test_a_nul_that_ends_its_word_clears_nothing():
    """And one that starts a word clears the seven after it."""
    assert signs(*wrote(b"x" * 20, b"y" * 7, size=24)) == "sssssss0############...."
    assert signs(*wrote(b"x" * 20, b"y" * 8, size=24)) == "ssssssss0zzzzzzz####...."
    assert signs(*wrote(b"x" * 20, b"", size=24)) == "0zzzzzzz############...."


def test_the_first_string_of_a_fresh_buffer_leaves_the_rest_unwritten():
    """What the kernel clears there was 0 before: nobody can tell."""
    assert signs(*wrote(b"abc", size=16)) == "sss0............"


def test_a_zero_between_left_overs_is_left_over():
    """It is the NUL of a string in between; in the word of the new NUL it was cleared again."""
    assert signs(*wrote(b"x" * 40, b"y" * 17, b"z", size=48)) == (
        "s0zzzzzz" + "#" * 16 + "#" * 16 + "." * 8
    )
    assert signs(*wrote(b"x" * 20, b"yyyy", b"zz", size=24)) == "ss0zzzzz############...."


def test_without_before_the_left_overs_still_show():
    """They are not 0; what lies before them was reached by an earlier string."""
    now, length, before = wrote(b"x" * 20, b"yy", size=24)
    assert signs(now, length) == signs(now, length, before) == "ss0zzzzz############...."
    assert signs(now, length, before.rstrip(b"\0")) == signs(now, length, before)


def test_the_last_bytes_of_an_uneven_buffer_are_copied_one_by_one():
    """There is no whole word there, so nothing after the NUL is cleared."""
    assert signs(*wrote(b"x" * 12, b"y" * 9, size=13)) == "sssssssss0##."
    assert signs(b"ab\0cd\0\0\0", 3, b"xxxcd\0\0\0") == "ss0##..."
    assert signs(b"ab\0\0d\0\0\0", 3, b"xxx\0d\0\0\0") == "ss0##..."


def test_a_failed_read_clears_the_whole_buffer():
    """The helper fills all that it was given with zeros."""
    assert signs(*wrote(b"x" * 20, None, size=24)) == "z" * 24
    assert signs(b"\0\0\0\0\0\0\0\0ab", -14, b"abcdefghab") == "zzzzzzzz##"


def test_a_string_that_was_cut_fills_the_buffer():
    """With a NUL as its last byte; where a reader left none there, all is string."""
    now, length, before = wrote(b"x" * 99, size=16)
    assert length == 16
    assert signs(now, 17, before) == signs(now, 16, before) == "s" * 15 + "0"
    assert signs(b"x" * 16, 17) == "s" * 16


def test_nothing_read_is_nothing_of_this_string():
    """A length of 0 wrote nothing, and an empty buffer has no origins."""
    assert signs(b"ab\0\0", 0, b"ab\0\0") == "##.."
    assert origins(b"", 5) == []


def test_what_a_program_cleared_itself_is_zeroed():
    """Also beyond the word: it held something, and holds nothing now."""
    assert signs(b"a\0" + bytes(14), 2, b"x" * 12 + bytes(4)) == "s0zzzzzzzzzz...."
    assert signs(b"a\0" + bytes(13) + b"x", 2, b"x" * 16) == "s0zzzzzzzzzzzzz#"


def test_where_left_overs_start():
    """The offset of the first, or None."""
    assert leftovers_start(origins(*wrote(b"x" * 20, b"yy"))) == 8
    assert leftovers_start(origins(*wrote(b"x" * 20))) is None
    assert leftovers_start([]) is None
