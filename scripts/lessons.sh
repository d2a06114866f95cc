# shellcheck shell=bash
# ./lab run, refresh, compare, explain, doctor and bench: what the package does, with the lab's rights; fresh and
# progress, which need none.

run() {
    [[ ${1-} ]] || die "which lesson? For example: ./lab run 01"
    lessons run "$@"
}

refresh() { lessons refresh "$@"; }

compare() {
    local guests name
    [[ ${1-} ]] || die "which cell? For example: ./lab compare 02:null-array"
    setup
    guests=$("$VENV/bin/python" -m bpflab compare --dry-run "$@") || exit
    [[ ! $guests ]] || vm_packages
    for name in $guests; do (become_vm disk "$name") || :; done  # with the lab's rights alone none can be made
    become "$VENV/bin/python" -m bpflab compare "$@"
}

explain() {
    local word
    [[ ${1-} ]] || die "which file? For example: ./lab explain mine.c"
    for word; do
        [[ $word == -* ]] || (cd -- "$OLDPWD" && [[ -r $word ]]) || die "there is no file $word that you can read"
    done
    new_enough
    bpf_allowed
    setup >&2  # what is explained goes to a file
    cd -- "$OLDPWD" || exit  # where FILE is
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

# Sets `python` for what sets nothing up. -B: it leaves no compiled modules either.
any_python() {
    python=("$VENV/bin/python" -B)
    [[ ! -e $VENV/lab-stamp ]] || return 0
    # There is no .venv, or one that is being made, or an editor's.
    [[ -x $PYTHON ]] || die "there is no $PYTHON: run ./lab, which installs it"
    python=(env PYTHONPATH="$ROOT/helpers" "$PYTHON" -B)
}

doctor() {
    local python
    any_python
    # With the lab's own rights, where they cost no password.
    is_root || sudo -n true 2>/dev/null || exec "${python[@]}" -m bpflab doctor "$@"
    become "${python[@]}" -m bpflab doctor "$@"
}

fresh() {
    local python
    [[ ${1-} ]] || die "which lesson? For example: ./lab fresh 01"
    new_enough
    any_python
    "${python[@]}" -m bpflab fresh "$@"
}

progress() {
    local python
    new_enough
    any_python
    "${python[@]}" -m bpflab progress "$@"
}

bench() {
    setup "test" >&2  # what is measured goes to a file
    become "$VENV/bin/python" -m bench "$@"
}
