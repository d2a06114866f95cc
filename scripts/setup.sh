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
    say "Kernel $KERNEL has no package of headers, so BCC gets those of ${other##*/}: programs that read" \
        "no kernel struct work, as in the lessons; others would read the wrong bytes."
}

tracing() {
    [[ ! ${BPFLAB_KERNEL-} ]] || return 0  # the running one is not ours
    mountpoint -q "$TRACEFS" || make "mount $TRACEFS" "Mounting tracefs" mount -t tracefs nodev "$TRACEFS"
    ! is_root || return 0
    group_reads_tracefs
    perfmon_attaches
}

# Debian's kernels know a third level, Ubuntu's a fourth, at which CAP_PERFMON is not enough to attach. At 2, the highest
# of kernel.org's, others still see nothing of the kernel or of each other.
perfmon_attaches() {
    local level
    level=$(cat "$PARANOID" 2>/dev/null) || level=0
    ((level <= 2)) || make "paranoid $level" "Letting CAP_PERFMON attach programs" sh -c 'echo 2 >"$0"' "$PARANOID"
}

group_reads_tracefs() {
    group_id >/dev/null || make "group $GROUP" "Making the group $GROUP" groupadd --system "$GROUP"
    [[ $(stat -c '%g %a' "$TRACEFS") == "$(group_id) 750" ]] ||
        make "tracefs $(stat -c 'gid=%g,mode=%a' "$TRACEFS")" "Letting the group $GROUP read tracefs" \
            mount -o "remount,gid=$(group_id),mode=750" "$TRACEFS"
}

# venv [test]: the packages of pyproject.toml, and with "test" those of the tests.
venv() { environment "$VENV" constraints.txt "bpflab, zmq" ${1:+"$1"}; }

# environment FOLDER CONSTRAINTS MODULES [test | --group NAME]: packages that pyproject.toml names, in a venv. The lab's
# own sees the distribution's as well. The stamp, given once MODULES can be imported, says which packages are there.
environment() {
    local folder=$1 pins=$2 modules=$3 words=("${@:4}") make=("$PYTHON" -m venv) name='' see=false old=yes status=0
    local version stamp have all wanted
    [[ ${4-} != --group ]] || name=" for the $5"
    [[ $folder != "$VENV" ]] || { see=true && make+=(--system-site-packages); }
    mapfile -t all < <("$PYTHON" -B scripts/requirements.py "${words[@]:-test}")
    version=${all[0]}
    stamp=$(cat "$pins" - <<<"$ROOT ${all[*]}" | sha256sum)  # the rest of pyproject.toml installs nothing
    have=$(cat "$folder/lab-stamp" 2>/dev/null) || true
    if [[ $have == "$stamp${words[*]}" || $have == "${stamp}test" ]]; then
        say "Python packages$name: all there."
        return
    fi
    # A venv of this place and this Python is kept, whoever made it.
    if ! { grep -qsx "include-system-site-packages = $see" "$folder/pyvenv.cfg" &&
        grep -qsF "$folder" "$folder/pyvenv.cfg" && [[ -x $folder/bin/python$version ]]; }; then
        "$PYTHON" -c "import ensurepip, venv" &>/dev/null ||
            die "Python cannot make an environment here: sudo apt-get install python3-venv, then the same again"
        UNFINISHED=$folder
        old=
        rm -rf "$folder"
        step "Making ${folder#"$ROOT"/} of Python $version" "${make[@]}" "$folder"
    fi
    mapfile -t wanted < <("$PYTHON" -B scripts/requirements.py "${words[@]}")
    # Modules are compiled when first imported: most never are. A user's settings would put packages elsewhere.
    try "pip install$name (needs a network)" env -u PIP_PREFIX -u PIP_TARGET -u PIP_ROOT -u PIP_REQUIRE_HASHES \
        PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=10 PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$folder/bin/python" -m pip install -q --no-compile -c "$pins" "${wanted[@]:1}" || status=$?
    if ((status)) && [[ $old && $have == *"${words[*]}" && $have ]] && no_network; then
        say "There is no network. pyproject.toml or $pins has changed, but the packages are still the old ones."
        return
    fi
    ((!status)) || die "pip install$name (needs a network): $(reason "$status")"
    [[ $see == false ]] || say "$ROOT/helpers" >"$folder/lib/python$version/site-packages/bpflab.pth"
    # pip may have put them elsewhere, or on a disk from which no library may be loaded.
    "$folder/bin/python" -c "import $modules" &>"$STATE/log" ||
        die "what pip installed does not work: $(tail -n 1 "$STATE/log")"
    printf '%s' "$stamp${words[*]}" >"$folder/lab-stamp"
    # shellcheck disable=SC2034  # steps.sh reads it
    UNFINISHED=
}
