# shellcheck shell=bash
# ./lab check and ./lab test: three tiers of tests. pyproject.toml has the markers, conftest.py the rule.

QUICK="not kernel and not jupyter and not slow"
JUDGES="judges and not slow"
LIVE="(kernel or jupyter) and not judges and not slow"

# A race that a judge looks for may not happen on a busy machine, and a browser may miss a moment: up to three tests
# that fail are tried once more, and their first failures are shown as well. A cell would run twice in one kernel, and
# what fails by chance in tests/chaos is a fault that it looks for.
AGAIN=(--reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks)
AGAIN+=(--rerun-exclude-path notebooks --rerun-exclude-path tests/chaos)

static() {
    tool ruff check && tool ruff format --check && tool mypy && tool deptry . --extend-exclude "^(my|notebooks)/" &&
        "$VENV/bin/python" -c "from importlinter import cli; cli.lint_imports_command()" --no-cache --no-logo
}

# No root, and nothing of the distribution's where it makes a venv as it is.
check() {
    no_words check "$@"
    new_enough
    if ! tool pip --version &>/dev/null && ! "$PYTHON" -c "import ensurepip, venv" &>/dev/null; then
        setup "test"
    else
        lock
        venv "test"
        unlock
    fi
    static
    tool pytest -n 2 -m "$QUICK" tests
}

# With the lab's own rights, what `check` tests and then what needs the kernel: two files beside each other, each in its
# order. All that judges answers is as one file, and comes before the rest: conftest.py says why.
both() {
    static
    (become "$VENV/bin/python" -m pytest -n 2 -m "$QUICK" tests)
    (become "$VENV/bin/python" -m pytest -n 2 --dist loadfile -m "$JUDGES" tests/kernel "${AGAIN[@]}")
    (become "$VENV/bin/python" -m pytest -n 2 --dist loadfile -m "$LIVE" "${AGAIN[@]}")
}

# What is slow, first of all in two guests at once, each of which keeps one CPU busy: not every machine's kernel has
# kprobes, or preempts a program. Of the newest kernel one file alone, as a guest may be emulated: CI has a job that runs
# the lessons there as well.
rest() {
    local status=0
    vm_packages newest
    become_vm test newest tests/kernel/test_missed.py >"$STATE/newest" 2>&1 &
    CLOCK=$!  # it ends with this script
    (become_vm test debian-12 tests/kernel/test_kprobes.py \
        notebooks/01-hello-world.ipynb notebooks/02-first-map.ipynb) || status=$?
    wait "$CLOCK" || status=$?
    CLOCK=
    cat "$STATE/newest"
    (become "$VENV/bin/python" -m pytest -n 2 --dist loadfile -m slow "${AGAIN[@]}") || status=$?
    return "$status"
}

run_tests() {
    case ${1-} in
    --vm)
        [[ ${2-} == debian-* || ${2-} == newest || ${2-} == all ]] ||
            die "which machine? For example: ./lab test --vm debian-12"
        vm_packages "$2"
        become_vm "test" "${@:2}"
        ;;
    --all | --rest)
        no_words "test $1" "${@:2}"
        setup "test" browser
        if [[ $1 == --all ]]; then both; fi  # not ||, in which bash lets a command fail
        rest
        ;;
    '')
        setup "test"
        both
        ;;
    *)
        setup "test"
        become "$VENV/bin/python" -m pytest "$@"
        ;;
    esac
}
