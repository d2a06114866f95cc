# shellcheck shell=bash
# What several commands need: their words, the lock, and the right to change the machine.

VM="./lab --vm runs the lab in a virtual machine"  # the way out where BPF is not to be had

# For a command that takes no words: a mistyped option must not do what the plain command does.
no_words() { (($# == 1)) || die "'$1' takes no words, but got '$2', so nothing was done: see ./lab help"; }

is_root() { [[ $(id -u) == 0 ]]; }

as_root() { if is_root; then "$@"; else sudo -- "$@"; fi; }

group_id() { getent group "$GROUP" | cut -d: -f3; }

# By `python -m`: a script of pip's does not start in every path.
tool() { "$VENV/bin/python" -m "$@"; }

new_enough() {
    [[ ! -x $PYTHON ]] || "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$PYTHON is older than 3.11: the lab needs Debian 12, Ubuntu 24.04 or newer"
}

# One ./lab at a time makes or unmakes, and only what its user may.
lock() {
    local made owner
    for made in "$VENV" "$STATE"; do
        if ! is_root && [[ -e $made && ! -O $made ]]; then
            owner=$(stat -c %U "$made")
            [[ $owner == root && -O $ROOT ]] &&
                die "$made belongs to root, since ./lab ran with sudo: sudo ./lab clean, then ./lab without it"
            die "$made belongs to $owner: make a clone of your own, and run ./lab there"
        fi
    done
    (umask 077 && mkdir -p "$STATE") 2>/dev/null && [[ -w $STATE ]] ||
        die "nothing can be written into $LOCAL: make a clone of your own, and run ./lab there"
    exec 9>"$STATE/lock"
    flock -n 9 || die "another ./lab is busy in this clone: wait for it"
}

unlock() { exec 9>&-; }

# privileges [what to do without them]
privileges() {
    local otherwise=${1-"or without root: $VM"}
    if is_root; then
        say "You are root, so the lab runs as root${SUDO_USER:+ (without sudo it would run as $SUDO_USER)}."
        return
    fi
    command -v sudo >/dev/null || die "there is no sudo: install it, or run ./lab as root, $otherwise"
    sudo -n true 2>/dev/null || { say "The set-up needs root:" && sudo true; } ||
        die "sudo refused: the lab needs it to set up, and to get the right to load BPF programs; $otherwise"
}

# Where no program can be loaded whatever is installed, this is said at once. CAP_SYS_ADMIN (21) holds CAP_PERFMON
# (38) and CAP_BPF (39), which count in the first user namespace alone: its numbers of users are all there are.
bpf_allowed() {
    local name value bounds=0 users
    while read -r name value; do [[ $name != CapBnd: ]] || bounds=$((16#$value)); done <"$SELF/status"
    read -r _ _ users <"$SELF/uid_map"
    ((users == 4294967295 && (bounds >> 21 | bounds >> 38 & bounds >> 39) & 1)) ||
        die "not even root may load BPF programs here, as in most containers: $VM"
    ! grep -qsF '[confidentiality]' "$LOCKDOWN" ||
        die "this kernel is locked down and lets no BPF program read it: $VM"
}

# Becomes a command that may load BPF programs. Root may. Another user gets two capabilities and the
# group that reads tracefs, for this command and its children alone. Who sets a tree up for another kernel
# needs neither, and in a container has none to give.
become() {
    local kept=() name gid caps=-all,+bpf,+perfmon
    [[ ! ${BPFLAB_KERNEL-} ]] && ! is_root || exec "$@"
    for name in $(compgen -e); do
        case $name in  # nothing secret, since command lines are seen by all
        HOME | USER | LOGNAME | SHELL | PATH | LANG | LC_* | TERM | TZ | TMPDIR | XDG_* | CI | JUPYTER_*_DIR | \
            IPYTHONDIR | PYTHON* | BPFLAB_* | SSL_CERT_*) kept+=("$name=${!name}") ;;
        *_proxy | *_PROXY) [[ ${!name} == *@* ]] || kept+=("$name=${!name}") ;;  # an @ follows a password
        esac
    done
    gid=$(group_id) || true
    exec sudo -- setpriv --reuid "$(id -u)" --regid "$(id -g)" --groups "$(id -G | tr ' ' ,)${gid:+,$gid}" \
        --inh-caps "$caps" --ambient-caps "$caps" --bounding-set "$caps" -- env -i "${kept[@]}" "$@"
}
