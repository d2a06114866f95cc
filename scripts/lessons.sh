# shellcheck shell=bash
# ./lab run, refresh, explain, doctor and bench: what the package does, with the lab's rights.

run() {
    [[ ${1-} ]] || die "which lesson? For example: ./lab run 01"
    lessons run "$@"
}

refresh() { lessons refresh "$@"; }

explain() {
    [[ ${1-} ]] || die "which file? For example: ./lab explain mine.c"
    new_enough
    bpf_allowed
    setup >&2  # what is explained goes to a file
    cd -- "$OLDPWD"  # where FILE is
    become "$VENV/bin/python" -m bpflab explain "$@"
}

lessons() {
    new_enough
    [[ ! -x $PYTHON ]] ||  # an unknown one is refused before anything is set up
        PYTHONPATH=helpers "$PYTHON" -B -m bpflab "$1" --dry-run "${@:2}" >/dev/null || exit
    bpf_allowed
    setup
    become "$VENV/bin/python" -m bpflab "$@"
}

doctor() {
    local python=("$VENV/bin/python" -B)  # -B: it leaves no compiled modules either
    if [[ ! -e $VENV/lab-stamp ]]; then  # none, one that is being made, or an editor's
        [[ -x $PYTHON ]] || die "there is no $PYTHON: run ./lab, which installs it"
        python=(env PYTHONPATH="$ROOT/helpers" "$PYTHON" -B)
    fi
    # With the lab's own rights, where they cost no password.
    is_root || sudo -n true 2>/dev/null || exec "${python[@]}" -m bpflab doctor "$@"
    become "${python[@]}" -m bpflab doctor "$@"
}

bench() {
    setup "test" >&2  # what is measured goes to a file
    become "$VENV/bin/python" -m bench "$@"
}
