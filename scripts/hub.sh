# shellcheck shell=bash
# ./lab hub: a class on this machine. hub/README.md is for the teacher; hub/ has what runs.

HUB=$ROOT/hub
HUB_STATE=${BPFLAB_HUB_STATE:-${BPFLAB_LOCAL:-$ROOT}/.lab/hub}  # root's alone: the learners' codes, the hub's database and log

UNREADABLE="learners cannot read $ROOT: move the clone to a place that all may enter (sudo git clone ... /opt/bpflab)"

# As a user who owns nothing here, as no learner does.
as_nobody() { as_root setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }

# A path as the caller means it: ./lab works in its clone.
callers() { case $1 in /*) say "$1" ;; *) say "$OLDPWD/$1" ;; esac; }

hub() {
    local users='' port=8000 vm='' passed=()
    while (($#)); do
        if [[ $1 == --vm ]]; then
            vm=debian-13
            [[ ${2-} != debian-* ]] || { shift && vm=$1; }
            shift
            continue
        fi
        [[ ${2-} ]] || die "$1 needs a value: see ./lab help, or hub/README.md"
        case $1 in
        --users) users=$(callers "$2") ;;
        --certificate | --key) passed+=("$1" "$(callers "$2")") ;;
        --port) port=$2 ;;
        --listen | --memory | --cpus | --idle | --instructor) passed+=("$1" "$2") ;;
        *) die "unknown option '$1': see ./lab help, or hub/README.md" ;;
        esac
        shift 2
    done
    [[ $users ]] || die "who is in the class? Write a name a line into a file, then ./lab hub --users FILE"
    ! grep -qsF hub.start "/proc/$(cat "$HUB_STATE.pid" 2>/dev/null)/cmdline" ||
        die "the hub of this clone runs already: Ctrl-C where it was started, or ./lab clean, ends it"
    free_port "$port"
    new_enough
    "$PYTHON" -B "$HUB/learners.py" "$users" >/dev/null || exit
    ! is_root || as_nobody test -r "$ROOT/lab" || die "$UNREADABLE"  # before minutes of set-up
    umask 022  # what is made here is for the learners to read
    [[ $vm ]] || bpf_allowed
    setup
    [[ ! $vm ]] || guest_disk
    lock
    hub_packages
    hub_readable
    # Also where root runs ./lab, who needs neither: the learners do.
    group_reads_tracefs
    [[ $vm ]] || perfmon_attaches
    accounts "$users"
    unlock
    become_hub --users "$users" --port "$port" "${passed[@]}"
}

# The disk from which each learner's guest boots. They read it where the hub mounts it: here they cannot pass.
guest_disk() {
    local disk
    vm_packages
    (become_vm disk "$vm") || exit
    disk=$(PYTHONPATH="$ROOT/helpers" "$PYTHON" -Bc \
        'import sys; from bpflab.vm import disk; print(disk.find(sys.argv[1]).directory)' "$vm")
    chmod 755 "$disk"
    passed+=(--vm "$vm" --disk "$disk")
}

# JupyterHub from PyPI, and the proxy before it from npm: both stay inside hub/.
hub_packages() {
    local wanted=() name stamps
    for name in nodejs npm; do installed "$name" || command -v "${name%js}" >/dev/null || wanted+=("$name"); done
    if ((${#wanted[@]})); then
        step "apt-get update" apt_update
        fetch "${wanted[@]}"
    fi
    environment "$HUB/.venv" hub/constraints.txt jupyterhub --group hub
    if ! cmp -s hub/package-lock.json "$HUB/node_modules/lab-stamp"; then
        step "npm ci (needs a network)" npm ci --prefix "$HUB" --omit=dev --ignore-scripts --no-audit --no-fund \
            --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=10000
        cp hub/package-lock.json "$HUB/node_modules/lab-stamp"
    fi
    # Learners cannot write here, so each of their servers would compile each module anew.
    stamps=$(cat "$VENV/lab-stamp" "$HUB/.venv/lab-stamp")
    [[ $(cat "$HUB/.venv/compiled" 2>/dev/null) != "$stamps" ]] || return 0
    # shellcheck disable=SC2016  # for the inner shell to expand
    step "Compiling Python's modules" sh -c '"$0" -m compileall -q -j 0 -x "/tests?/" "$@" >/dev/null || :' \
        "$VENV/bin/python" "$VENV/lib" "$HUB" helpers
    printf '%s' "$stamps" >"$HUB/.venv/compiled"
}

# The learners use this clone, and are other users than its owner.
hub_readable() {
    as_nobody sh -c 'cd "$0" && hub/.venv/bin/python -c "import hub" && .venv/bin/python -c "import bpflab"' \
        "$ROOT" &>"$STATE/log" || die "$UNREADABLE"
    mkdir -p my  # over which each server sees its learner's own
}

# Makes the learners' accounts. They have no password: the hub alone lets a learner in.
accounts() {
    local name home uid
    while read -r name home uid; do
        [[ -d ${home%/*} ]] || make "homes ${home%/*}" "Making ${home%/*}" install -d -m 711 "${home%/*}"
        make "user $name" "Making the account $name" useradd --home-dir "$home" --no-create-home \
            --shell /usr/sbin/nologin --comment "learner of bpflab" --user-group ${uid:+--uid "$uid"} "$name"
    done < <("$PYTHON" -B "$HUB/learners.py" "$1")
    while read -r name home; do
        as_root install -d -m 700 -o "$name" -g "$name" "$home"
        # As the learner, who may have put a link in the place of one: root would follow it.
        as_root setpriv --reuid "$name" --regid "$name" --clear-groups -- mkdir -pm 700 "$home"/{my,.tmp,.var-tmp} ||
            say "$name has something in the place of a folder in $home, so their server will not start: see above"
    done < <("$PYTHON" -B "$HUB/learners.py" --names "$1")
}

become_hub() {
    local sudo=()
    is_root || sudo=(sudo --)
    as_root install -d -m 700 "$HUB_STATE"
    # shellcheck disable=SC2016  # for the inner shell to expand
    exec "${sudo[@]}" env -C "$ROOT" sh -c 'echo "$$" >"$0"; exec "$@"' "$HUB_STATE.pid" \
        "$HUB/.venv/bin/python" -m hub.start --state "$HUB_STATE" "$@"
}

# Ends this clone's hub and its servers, also those of a hub that was killed, and removes what it kept: the codes for one.
end_hub() {
    local pid
    pid=$(cat "$HUB_STATE.pid" 2>/dev/null) || return 0
    if grep -qsF hub.start "/proc/$pid/cmdline"; then
        as_root kill -INT "$pid"
        timeout 30 tail --pid="$pid" -f /dev/null || die "the hub, process $pid, does not end: see $HUB_STATE/log"
        say "The hub, process $pid: stopped."
    fi
    as_root "$PYTHON" -Bc 'import sys; from pathlib import Path; from hub import cgroups
cgroups.end_all(cgroups.parent(Path(sys.argv[1])))' "$HUB_STATE" || die "not all servers of the hub have ended: see above"
    as_root rm -rf "$HUB_STATE" "$HUB_STATE.pid"
}
