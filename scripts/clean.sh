# shellcheck shell=bash
# ./lab clean: stops JupyterLab and undoes what .lab/made says, the last first.

# Another clone's JupyterLab or lesson, by its command line: no list of labs could outlive a crash. It uses what labs
# share, tracefs and its group for one.
other_lab() {
    { ps -e -o pid=,args= 2>/dev/null || true; } |
        sed -nE 's,^ *([0-9]+) (/.*)/\.venv/bin/python.* (-m bpflab |.*/00-start-here).*,\2 (process \1),p' |
        grep -vF "$LOCAL (process " | head -n 1
}

# undo KIND PLACE
undo() {
    case $1 in
    link) as_root rm -f "$2" && { as_root rmdir "${2%/*}" 2>/dev/null || true; } ;;
    mount) ! mountpoint -q "$2" || as_root umount "$2" ;;
    tracefs) ! mountpoint -q "$TRACEFS" || as_root mount -o "remount,$2" "$TRACEFS" ;;
    paranoid) as_root sh -c 'echo "$1" >"$0"' "$PARANOID" "$2" ;;
    user) ! id "$2" &>/dev/null || as_root userdel "$2" 2>/dev/null ;;
    homes) as_root rmdir "$2" 2>/dev/null || say "The class's work stays: it is in $2." ;;
    group) [[ ! $(group_id) ]] || as_root groupdel "$2" ;;
    esac
}

clean() {
    local pid kind place other packages=() left=()
    no_words clean "$@"
    lock
    ! grep -qsv '^package ' "$STATE/made" || is_root || sudo true ||
        die "sudo refused, and only root can undo what ./lab made outside of this clone: nothing was done"
    for pid in $(servers); do
        kill "$pid"
        timeout 10 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
        say "JupyterLab, process $pid: stopped."
    done
    end_hub
    other=$(other_lab) || true
    while read -r kind place; do
        if [[ $kind == package ]]; then
            ! installed "$place" || packages+=("$place")
        elif [[ ! $other ]] && undo "$kind" "$place"; then
            say "Undone: $kind $place"
        else
            left=("$kind $place" "${left[@]}")
        fi
    done < <(tac "$STATE/made" 2>/dev/null)
    rm -rf "$VENV" "$STATE" "$RUNTIME" "$HUB"/{.venv,node_modules} .{ruff,mypy}_cache
    [[ $other ]] || rm -rf "$CACHE/bpflab"
    find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
    [[ ! -d my ]] || say "Your own lessons stay: they are in $ROOT/my."
    ((!${#packages[@]})) || say "The packages stay. To remove them: sudo apt-get purge --auto-remove ${packages[*]}"
    if ((!${#left[@]})); then
        say "All that ./lab made ${other:+for this clone alone }is gone."
        return
    fi
    (umask 077 && mkdir -p "$STATE" && printf '%s\n' "${left[@]}" >"$STATE/made")
    printf 'Left: %s\n' "${left[@]}"
    say "Still in use${other:+ by the lab of $other}: run ./lab clean here again when that has ended."
    return 1
}
