"""Says what Lima would not accept of a template, or would accept and not do.

The rules are those of Lima 2.2.0's own check (pkg/limayaml/validate.go), as far as a template can
meet them without a host: `fields` holds the names and values.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from tests.lima.fields import (
    CHOICES,
    EXPANDED,
    FIELDS,
    PROBE_MODES,
    PROVISION_MODES,
    SYSTEM_PATHS,
    Map,
)

_SIZE = re.compile(r"\d+(\.\d+)? ?([kmgtp]i?b?|b)?", re.IGNORECASE)
_VERSION = re.compile(r"\d+\.\d+\.\d+(-[\w.]+)?")
_VARIABLE = re.compile(r"\{\{-?\s*\.(\w+)(?:\.(\w+))?\s*-?\}\}")
_DATA_ONLY = ("content", "overwrite", "owner", "path", "permissions")

Path = tuple[Any, ...]


def problems(template: dict[str, Any]) -> list[str]:
    """Return one sentence for each thing that is wrong; none for a template that Lima takes."""
    shape = list(_shape(template, FIELDS, ()))
    if shape:
        return shape  # the rules below may rely on it
    rules = (_whole, _params, _variables, _mounts, _provision, _probes, _forwards, _copies)
    return [said for rule in rules for said in rule(template)]


def _name(path: Path) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _shape(value: Any, kind: Any, path: Path) -> Iterator[str]:
    """Compare a value with its type, down to the leaves."""
    if isinstance(kind, tuple):
        found = [list(_shape(value, choice, path)) for choice in kind]
        yield from min(found, key=len)
    elif isinstance(kind, list) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _shape(item, kind[0], (*path, number))
    elif isinstance(kind, Map) and isinstance(value, dict):
        for name, item in value.items():
            yield from _shape(item, kind.of, (*path, name))
    elif isinstance(kind, dict) and isinstance(value, dict):
        for name, item in value.items():
            if name in kind:
                yield from _shape(item, kind[name], (*path, name))
            else:
                yield f"{_name((*path, name))}: there is no such field"
    elif not (isinstance(kind, type) and type(value) is kind):
        wanted = kind.__name__ if isinstance(kind, type) else "another shape"
        yield f"{_name(path)}: {value!r} is not of type {wanted}"
    elif path[-1] in CHOICES and value not in CHOICES[path[-1]]:
        yield f"{_name(path)}: {value!r} is none of {CHOICES[path[-1]]}"


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar of the template, with where it stands."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            yield from _leaves(item, (*path, name))
    else:
        yield path, value


def _whole(template: dict[str, Any]) -> Iterator[str]:
    if not template.get("base") and not template.get("images"):
        yield "images: neither they nor a base are given"
    for number, image in enumerate(template.get("images", [])):
        if "location" not in image or "arch" not in image:
            yield f"images[{number}]: needs a location and an arch"
        if not re.fullmatch(r"sha(256:\w{64}|512:\w{128})|", image.get("digest", "")):
            yield f"images[{number}].digest: is none"
    if not _VERSION.fullmatch(template.get("minimumLimaVersion", "1.0.0")):
        yield "minimumLimaVersion: is no version"
    if template.get("cpus") == 0:
        yield "cpus: must not be 0"
    for name in ("memory", "disk"):
        if not _SIZE.fullmatch(template.get(name, "1GiB")):
            yield f"{name}: {template[name]!r} is no size"
    containerd = template.get("containerd", {})
    if template.get("user", {}).get("passwordlessSudo") is False and not template.get("plain"):
        yield "user.passwordlessSudo: false needs plain"
    if template.get("dns") and template.get("hostResolver", {}).get("enabled", True):
        yield "dns: needs hostResolver.enabled: false"
    for number, archive in enumerate(containerd.get("archives", [])):
        if "location" not in archive:
            yield f"containerd.archives[{number}]: needs a location"


def _params(template: dict[str, Any]) -> Iterator[str]:
    # Lima looks for a parameter in these, and nowhere else; the environment's PARAM_ counts too.
    rooms = ("provision", "probes", "copyToHost", "portForwards", "mounts")
    texts = [str(v) for room in rooms for _, v in _leaves(template.get(room, []))]
    for name, value in template.get("param", {}).items():
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", name):
            yield f"param.{name}: is no name of a parameter"
        if not value.replace("\t", " ").isprintable():
            yield f"param.{name}: cannot be printed"
        used = re.compile(rf"{{{{[^}}]*\.Param\.{name}[^}}]*}}}}|\bPARAM_{name}\b")
        if not any(used.search(text) for text in texts):
            yield f"param.{name}: is used nowhere"


def _variables(template: dict[str, Any]) -> Iterator[str]:
    params = template.get("param", {})
    for path, value in _leaves(template):
        if not isinstance(value, str) or "{{" not in value:
            continue
        known = EXPANDED.get(tuple(part for part in path if not isinstance(part, int)))
        if known is None:
            yield f"{_name(path)}: Lima puts no values here"
            continue
        if value.count("{{") != len(_VARIABLE.findall(value)):
            yield f"{_name(path)}: has braces that are no variable"
        for variable, member in _VARIABLE.findall(value):
            if variable not in known:
                yield f"{_name(path)}: knows no .{variable}"
            elif variable == "Param" and member not in params:
                yield f"{_name(path)}: there is no parameter {member!r}"


def _mounts(template: dict[str, Any]) -> Iterator[str]:
    params = template.get("param", {})
    for number, mount in enumerate(template.get("mounts", [])):
        field = f"mounts[{number}]"
        where = _VARIABLE.sub(
            lambda found: params.get(found[2], "/") if found[1] == "Param" else "/",
            mount.get("location", ""),
        )
        if not where.startswith(("/", "~")):
            yield f"{field}.location: {where!r} is not absolute"
        point = mount.get("mountPoint", "/mnt")
        if point in SYSTEM_PATHS or point.startswith(("~", "{{.Home}}")):
            yield f"{field}.mountPoint: must not be {point!r}"


def _provision(template: dict[str, Any]) -> Iterator[str]:
    for number, step in enumerate(template.get("provision", [])):
        field, mode = f"provision[{number}]", step.get("mode", "system")
        if mode not in PROVISION_MODES:
            yield f"{field}.mode: {mode!r} is none of {PROVISION_MODES}"
        if mode in ("data", "yq"):
            if not step.get("path", "").startswith(("/", "{{.Home}}")):
                yield f"{field}.path: must be absolute"
            needed = "content" if mode == "data" else "expression"
            if needed not in step and "file" not in step:
                yield f"{field}.{needed}: must be given"
            if not re.fullmatch("[0-7]+", step.get("permissions", "644")):
                yield f"{field}.permissions: must be octal"
            continue
        for name in _DATA_ONLY:
            if name in step:
                yield f"{field}.{name}: belongs to mode data"
        if not step.get("script") and "file" not in step and mode != "ansible":
            yield f"{field}.script: must not be empty"
        if "LIMA_CIDATA" in step.get("script", ""):
            yield f"{field}.script: must not use LIMA_CIDATA variables"
        if mode != "dependency" and "skipDefaultDependencyResolution" in step:
            yield f"{field}: only mode dependency skips the default"


def _probes(template: dict[str, Any]) -> Iterator[str]:
    for number, probe in enumerate(template.get("probes", [])):
        field = f"probes[{number}]"
        if probe.get("mode", "readiness") not in PROBE_MODES:
            yield f"{field}.mode: is none of {PROBE_MODES}"
        if not probe.get("script", "").startswith("#!") and "file" not in probe:
            yield f"{field}.script: must start with #!"


def _range(rule: dict[str, Any], side: str) -> tuple[int, int]:
    """The ports of one side of a rule, as Lima fills in what is not given."""
    port = rule.get(f"{side}Port", 0)
    both = rule.get(f"{side}PortRange") or ([port, port] if port else None)
    if both and len(both) == 2:
        return both[0], both[1]
    return (0, -1) if both else (1, 65535) if side == "guest" else _range(rule, "guest")


def _forwards(template: dict[str, Any]) -> Iterator[str]:
    for number, rule in enumerate(template.get("portForwards", [])):
        field = f"portForwards[{number}]"
        for side in ("guest", "host"):
            try:
                ip_address(rule.get(f"{side}IP", "127.0.0.1"))
            except ValueError:
                yield f"{field}.{side}IP: is no address"
            low, high = _range(rule, side)
            if not 0 < low <= high <= 65535 or 22 in (low, high):
                yield f"{field}: the {side}'s ports are none"
            if rule.get(f"{side}Port", low) != low:
                yield f"{field}.{side}Port: is not where the range begins"
        guest, host = _range(rule, "guest"), _range(rule, "host")
        if "hostSocket" not in rule and guest[1] - guest[0] != host[1] - host[0]:
            yield f"{field}: as many ports there as here"
        if rule.get("guestIPMustBeZero") and rule.get("guestIP", "0.0.0.0") != "0.0.0.0":
            yield f"{field}.guestIPMustBeZero: needs guestIP 0.0.0.0"
        if rule.get("reverse") and not ("guestSocket" in rule and "hostSocket" in rule):
            yield f"{field}.reverse: is for sockets"
        if not rule.get("guestSocket", "/").startswith(("/", "{{")):
            yield f"{field}.guestSocket: must be absolute"


def _copies(template: dict[str, Any]) -> Iterator[str]:
    for number, copy in enumerate(template.get("copyToHost", [])):
        for side in ("guest", "host"):
            if not copy.get(side, "").startswith(("/", "{{.Home}}", "{{.Dir}}")):
                yield f"copyToHost[{number}].{side}: must be absolute"
