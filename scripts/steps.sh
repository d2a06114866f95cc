# shellcheck shell=bash
# A step of the set-up: its time on the screen, its output in .lab/log, and the reason when it fails.

UNFINISHED=  # a path to remove if the script ends before its time, and
CLOCK=       # a process to end

finish() {
    [[ ! $CLOCK ]] || kill "$CLOCK" 2>/dev/null || true  # Ctrl-C ended it already
    [[ ! $UNFINISHED ]] || rm -rf "$UNFINISHED"
}
traps() {
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
}
traps

# The seconds so far: one line that changes on a terminal, a new line every ten seconds elsewhere.
tick() {
    local second
    trap 'say "" "Interrupted: the step that runs now ends first."; exit' INT  # dpkg takes a minute for it
    for ((second = 0; ; second++)); do
        [[ -d /proc/$$ ]] || exit 0  # ./lab itself was killed
        if [[ -t 1 ]]; then
            printf '\r%s ... %d s ' "$1" "$second"
        elif ((second % 10 == 0)); then
            say "$1 ... $second s"
        fi
        sleep 1 >/dev/null 2>&1
    done
}

# try WHAT COMMAND ...: the command, not the clock, is in the foreground, so Ctrl-C reaches it. It keeps the lock, for
# it may outlive a ./lab that is killed.
try() {
    local what=$1 began=$SECONDS status=0
    shift
    : >"$STATE/log" || true  # a full disk has its own words
    trap - EXIT INT TERM HUP  # a clock that ended at once would still have them, and remove what is being made
    tick "$what" 9>&- &
    CLOCK=$!
    traps
    { "$@" >>"$STATE/log" 2>&1 </dev/null || status=$?; } 2>/dev/null  # bash has words for a killed child
    kill "$CLOCK" 2>/dev/null || true
    wait "$CLOCK" 2>/dev/null || true
    CLOCK=
    [[ ! -t 1 ]] || printf '\r\033[K'
    ((status)) || say "$what: done in $((SECONDS - began)) s"
    return "$status"
}

# The same, or ends with the reason.
step() {
    local status=0
    try "$@" || status=$?
    ((!status)) || die "$1: $(reason "$status")"
}

# note KIND PLACE: what `clean` is to undo.
note() { grep -qsxF -- "$*" "$STATE/made" || say "$*" >>"$STATE/made"; }

# make "KIND PLACE" WHAT COMMAND ...: noted before it is made, so that an interruption loses nothing.
make() {
    note "$1"
    step "$2" as_root "${@:3}"
}

# What apt, pip and npm say, first of all, where no network answers. pip goes on to call it a conflict of versions.
NO_NETWORK='(Temporary failure|Failed to resolve|Could not resolve|NewConnectionError|ConnectTimeoutError|ProxyError'
NO_NETWORK+='|Network is unreachable|[Cc]onnection timed out|Could not connect to|Cannot initiate the connection'
NO_NETWORK+='|getaddrinfo E|connect E|network timeout).*'
no_network() { grep -qsE "$NO_NETWORK" "$STATE/log"; }

# reason STATUS: why the last step failed, by its status and its output.
reason() {
    local words
    if no_network; then
        say "failed, since there is no network, or it leads nowhere: $(grep -oE -m 1 "$NO_NETWORK" "$STATE/log")"
    elif ! say . 2>/dev/null >"$STATE/full"; then
        say "failed, since the disk of $STATE is full"
    elif (($1 > 128)); then
        say "it was killed (signal $(($1 - 128))), as the kernel does when memory runs out"
    else
        words=$(grep -oE '(E|ERROR): .*' "$STATE/log" || cat "$STATE/log")
        say "failed with: ${words##*$'\n'}"
    fi
    rm -f "$STATE/full"
}
