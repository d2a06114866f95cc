"""The system call bpf(2): maps, made, read and written by descriptor."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from bpflab.bindings.bpf import ENOTSUPP, address, bpf, call

# enum bpf_cmd, include/uapi/linux/bpf.h
_CREATE, _LOOKUP, _UPDATE, _DELETE, _NEXT_KEY = range(5)
_LOOKUP_BATCH, _LOOKUP_AND_DELETE_BATCH, _UPDATE_BATCH = 24, 25, 26

# The members of union bpf_attr.
_MAP = struct.Struct("7I16s4I")
_ELEMENT = struct.Struct("IIQQQ")
_BATCH = struct.Struct("QQQQIIQQ")
_NO_BATCH = (errno.EINVAL, ENOTSUPP)


def create(
    name: str,
    type: int,
    key_size: int,
    value_size: int,
    max_entries: int,
    flags: int = 0,
    inner: int = 0,
    types: tuple[int, int, int] = (0, 0, 0),
) -> int:
    """Return the descriptor of a new map.

    Of a map of maps *inner* is the descriptor of a map like those that it will hold. A map that
    belongs to objects of the kernel needs *types*: the descriptor of type information, and the
    numbers of the key's type and the value's in it.

    Raises:
        OSError: as the kernel refuses: its sizes, its type, or a missing CAP_BPF.
    """
    label = name.encode()[:15]
    sizes = (type, key_size, value_size, max_entries, flags)
    return bpf(_CREATE, _MAP.pack(*sizes, inner, 0, label, 0, *types))[0]


def lookup(fd: int, key: bytes, size: int) -> bytes | None:
    """Return the *size* bytes that map *fd* has for *key*, or None."""
    value = ctypes.create_string_buffer(size)
    try:
        bpf(_LOOKUP, _ELEMENT.pack(fd, 0, address(key), ctypes.addressof(value), 0))
    except OSError:
        return None
    return value.raw


def update(fd: int, key: bytes, value: bytes) -> int:
    """Write *value* for *key*; return 0 or the errno."""
    try:
        return bpf(_UPDATE, _ELEMENT.pack(fd, 0, address(key), address(value), 0))[0]
    except OSError as error:
        return error.errno or errno.EINVAL


def delete(fd: int, key: bytes) -> bool:
    """Delete *key*; return whether it was there."""
    try:
        bpf(_DELETE, _ELEMENT.pack(fd, 0, address(key), 0, 0))
    except OSError:
        return False
    return True


def next_key(fd: int, key: bytes | None, size: int) -> bytes | None:
    """Return the key after *key* (the first, for None), or None at the end."""
    after = ctypes.create_string_buffer(size)
    before = 0 if key is None else address(key)
    try:
        bpf(_NEXT_KEY, _ELEMENT.pack(fd, 0, before, ctypes.addressof(after), 0))
    except OSError:
        return None
    return after.raw


def lookup_batch(
    fd: int, key_size: int, value_size: int, count: int, *, delete: bool = False
) -> tuple[bytes, bytes] | None:
    """Return all keys and all values of a map, joined, or None where its type has no batch.

    *count* is how many entries one call takes at first. With *delete* they are gone. A hash gives
    whole buckets, each once, so no key comes twice (kernel/bpf/hashtab.c, since Linux 5.6).

    Raises:
        OSError: as the kernel refuses.
    """
    keys, values = [], []
    token, before = ctypes.create_string_buffer(max(4, key_size)), 0
    while True:
        some_keys = ctypes.create_string_buffer(count * key_size)
        some_values = ctypes.create_string_buffer(count * value_size)
        found, error = _batch(
            _LOOKUP_AND_DELETE_BATCH if delete else _LOOKUP_BATCH,
            (before, ctypes.addressof(token)),
            ctypes.addressof(some_keys),
            ctypes.addressof(some_values),
            count,
            fd,
        )
        if error == errno.ENOSPC and not found:  # one bucket has more
            count *= 2
            continue
        if error in _NO_BATCH and not before:
            return None
        if error not in (0, errno.ENOENT, errno.ENOSPC):
            raise OSError(error, os.strerror(error))
        keys.append(some_keys.raw[: found * key_size])
        values.append(some_values.raw[: found * value_size])
        if error == errno.ENOENT:  # that was the end
            return b"".join(keys), b"".join(values)
        before = ctypes.addressof(token)


def update_batch(fd: int, keys: bytes, values: bytes, count: int) -> tuple[int, int]:
    """Write *count* entries; return how many were written, and 0 or the errno of the next one.

    What has no batch, or refuses all (and leaves *count* as it was), is written one by one.
    """
    written, error = _batch(_UPDATE_BATCH, (0, 0), address(keys), address(values), count, fd)
    if not error or (error not in _NO_BATCH and written < count):
        return written, error
    key_size, value_size = len(keys) // count, len(values) // count
    for number in range(count):
        key = keys[number * key_size : (number + 1) * key_size]
        if error := update(fd, key, values[number * value_size : (number + 1) * value_size]):
            return number, error
    return count, 0


def _batch(
    command: int, tokens: tuple[int, int], keys: int, values: int, count: int, fd: int
) -> tuple[int, int]:
    """Return the count as the kernel left it, and 0 or the errno."""
    _, error, left = call(command, _BATCH.pack(*tokens, keys, values, count, fd, 0, 0))
    return int(_BATCH.unpack_from(left)[4]), error
