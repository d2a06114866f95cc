# shellcheck shell=bash
# What the lab needs of a machine: packages, headers, tracing for ordinary users, and Python's packages in .venv.

# setup [test [browser]]: what the lab needs, and with "test" the tests.
setup() {
    new_enough
    lock
    privileges
    packages "${2-}"
    headers
    tracing
    new_enough  # again: apt may have brought the first one
    venv "${1-}"
    unlock  # what comes next may run for hours
}

# A kernel that has no package of headers gets those of another version.
headers() {
    local here=$MODULES/$KERNEL other='' name
    ! has_headers "$here" || return 0
    while read -r name; do
        ! has_headers "$name" || other=$name
    done < <(printf '%s\n' "$MODULES"/* | sort -V)
    [[ $other ]] || die "there are no kernel headers in $MODULES, and BCC needs some"
    [[ ! -e $here/build && ! -L $here/build ]] || die "$here/build leads to no headers: remove it"
    as_root mkdir -p "$here"
    for name in build source; do
        [[ ! -e $other/$name || -e $here/$name ]] ||
            make "link $here/$name" "Linking $here/$name" ln -s "$(readlink -f "$other/$name")" "$here/$name"
    done
    say "Kernel $KERNEL has no package of headers, so BCC gets those of ${other##*/}: they serve programs" \
        "that read no kernel struct (the lessons do not); others would read the wrong bytes."
}

tracing() {
    local level
    [[ ! ${BPFLAB_KERNEL-} ]] || return 0  # the running one is not ours
    mountpoint -q "$TRACEFS" || make "mount $TRACEFS" "Mounting tracefs" mount -t tracefs nodev "$TRACEFS"
    ! is_root || return 0
    group_id >/dev/null || make "group $GROUP" "Making the group $GROUP" groupadd --system "$GROUP"
    [[ $(stat -c '%g %a' "$TRACEFS") == "$(group_id) 750" ]] ||
        make "tracefs $(stat -c 'gid=%g,mode=%a' "$TRACEFS")" "Letting the group $GROUP read tracefs" \
            mount -o "remount,gid=$(group_id),mode=750" "$TRACEFS"
    # Debian's kernels know a third level, Ubuntu's a fourth, at which CAP_PERFMON is not enough to attach. At 2,
    # the highest of kernel.org's, others still see nothing of the kernel or of each other.
    level=$(cat "$PARANOID" 2>/dev/null) || level=0
    ((level <= 2)) || make "paranoid $level" "Letting CAP_PERFMON attach programs" sh -c 'echo 2 >"$0"' "$PARANOID"
}

# venv [test]: the packages of pyproject.toml, and with "test" those of the tests. The stamp says which are there.
venv() {
    local extra=${1-} version stamp have old=yes status=0 wanted
    mapfile -t wanted < <("$PYTHON" -B scripts/requirements.py ${extra:+"$extra"})
    version=${wanted[0]}
    stamp=$(cat pyproject.toml constraints.txt - <<<"$ROOT $version" | sha256sum)
    have=$(cat "$VENV/lab-stamp" 2>/dev/null) || true
    if [[ $have == "$stamp$extra" || $have == "${stamp}test" ]]; then
        say "Python packages: all there."
        return
    fi
    # A venv of this place and this Python that sees the distribution's packages is kept, whoever made it.
    if ! { grep -qsx 'include-system-site-packages = true' "$VENV/pyvenv.cfg" &&
        grep -qsF "$VENV" "$VENV/pyvenv.cfg" && [[ -x $VENV/bin/python$version ]]; }; then
        UNFINISHED=$VENV
        old=
        rm -rf "$VENV"
        step "Making .venv of Python $version" "$PYTHON" -m venv --system-site-packages "$VENV"
    fi
    # Modules are compiled when first imported: most never are. A user's settings would put packages elsewhere.
    try "pip install (needs a network)" env -u PIP_PREFIX -u PIP_TARGET -u PIP_ROOT -u PIP_REQUIRE_HASHES \
        PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=10 PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$VENV/bin/python" -m pip install -q --no-compile -c constraints.txt "${wanted[@]:1}" || status=$?
    if ((status)) && [[ $old && $have == *"$extra" && $have ]] && no_network; then
        say "There is no network. pyproject.toml or constraints.txt has changed, and the packages are as they were before."
        return
    fi
    ((!status)) || die "pip install (needs a network): $(reason "$status")"
    say "$ROOT/helpers" >"$VENV/lib/python$version/site-packages/bpflab.pth"
    # pip may have put them elsewhere, or on a disk from which no library may be loaded.
    "$VENV/bin/python" -c "import bpflab, zmq" &>"$STATE/log" ||
        die "what pip installed does not work: $(tail -n 1 "$STATE/log")"
    printf '%s' "$stamp$extra" >"$VENV/lab-stamp"
    UNFINISHED=
}
