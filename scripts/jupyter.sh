# shellcheck shell=bash
# ./lab up and ./lab url: JupyterLab, here or in a virtual machine.

# Reads the options of `up` into its variables.
options() {
    while (($#)); do
        case $1 in
        --port) shift; port=${1-} ;;
        --port=*) port=${1#*=} ;;
        --no-browser) browser= ;;
        --vm)
            vm=debian-13
            [[ ${2-} != debian-* && ${2-} != newest ]] || { shift; vm=$1; }
            ;;
        *) die "unknown option '$1': see ./lab help" ;;
        esac
        (($# == 0)) || shift
    done
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local free=$1
    if ! [[ $1 =~ ^[1-9][0-9]{3,4}$ ]] || (($1 < 1024 || $1 > 65535)); then
        die "a port is a number from 1024 to 65535, not '$1'"
    fi
    while ! is_free "$free"; do free=$((free < 65535 ? free + 1 : 1024)); done
    ((free == $1)) || die "port $1 is in use, and $free is free: give --port $free"
}

# The pids of this clone's JupyterLab, or of the virtual machine that it runs in. A number in the file may by now be
# another process's.
servers() {
    local pid
    while read -r pid; do
        ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" |
            grep -qF -e "$VENV/bin/python -m jupyterlab" -e "$(page "$pid")" || say "$pid"
    done < <(cat "$STATE/servers" 2>/dev/null)
}

# A page that leads to a server, by JupyterLab's own rule for its name.
page() { say "$RUNTIME/jpserver-$1-open.html"; }

# The addresses of servers that have a page, from their pids.
addresses() {
    local pid
    for pid; do
        grep -om1 'http://[^"]*' "$(page "$pid")" 2>/dev/null || true
    done
}

url() {
    local found
    no_words url "$@"
    # shellcheck disable=SC2046  # pids
    found=$(addresses $(servers))
    [[ $found ]] || die "no JupyterLab of this clone answers yet: ./lab starts one"
    say "$found"
}

# open_browser [pids that ran before]: shows the page of the server that starts now. The browser starts from here, so
# as to have none of JupyterLab's rights. A virtual machine takes minutes.
open_browser() {
    local pid
    [[ ${DISPLAY-}${WAYLAND_DISPLAY-} ]] && ! is_root || return 0
    for _ in {1..3600}; do
        sleep 0.5
        for pid in $(servers); do
            [[ " $* " == *" $pid "* || ! -e $(page "$pid") ]] || exec xdg-open "$(page "$pid")"
        done
        [[ -d /proc/$$ ]] || return 0
    done
}

# Brings my/ up to date; says what is worth knowing of that.
own_lessons() {
    local python
    any_python
    "${python[@]}" -m bpflab update
}

up() {
    local port=any browser=yes vm='' transport=tcp ran address pid
    options "$@"
    ran=$(servers)
    # shellcheck disable=SC2086  # pids
    if [[ $port == any && ! $vm && $ran ]]; then
        address=$(addresses $ran)
        [[ $address ]] || die "JupyterLab of this clone starts already: ./lab url prints its address in a moment"
        own_lessons || true
        say "JupyterLab of this clone runs already:"
        say "    $address"
        [[ ! $browser ]] || open_browser &>/dev/null
        return
    fi
    [[ $port != any ]] || port=8899
    free_port "$port"
    if [[ $vm ]]; then
        lock
        vm_packages
        unlock
    else
        bpf_allowed
        setup
    fi
    (umask 077 && mkdir -p "$RUNTIME")
    for pid in "$RUNTIME"/jpserver-*-open.html; do  # what killed servers left
        pid=${pid%-open.html} pid=${pid##*-}
        grep -qxF -e "$pid" <<<"$ran" || rm -f "$(page "$pid")"
    done
    # shellcheck disable=SC2086  # pids
    [[ ! $browser ]] || open_browser $ran &>/dev/null &
    if [[ $vm ]]; then
        say "$$" >>"$STATE/servers"
        become_vm up "$vm" "$port" "$(page $$)"
    fi
    # Kernels talk over sockets in there, unless their paths would be longer than the system allows.
    ((${#RUNTIME} > 55)) || transport=ipc
    # The lab's own settings: a user's might turn the token off.
    export JUPYTER_RUNTIME_DIR=$RUNTIME JUPYTER_CONFIG_DIR=$STATE/jupyter JUPYTER_DATA_DIR=$STATE/jupyter
    # A kernel that was restarted knows bpflab before a cell imports it, and says what a missing name is.
    export IPYTHONDIR=$STATE/ipython
    mkdir -p "$IPYTHONDIR/profile_default"
    say '{"InteractiveShellApp": {"extensions": ["bpflab"]}}' >"$IPYTHONDIR/profile_default/ipython_kernel_config.json"
    own_lessons
    say "JupyterLab starts: open the http address below, token and all. Ctrl-C here stops it."
    # It makes the token itself, so that no command line shows it, and prints little but the address.
    # shellcheck disable=SC2016  # for the inner shell to expand
    become bash -c 'echo "$$" >>"$0"; exec "$@"' "$STATE/servers" \
        "$VENV/bin/python" -m jupyterlab --no-browser --allow-root --log-level=WARN --LabApp.log_level=WARN \
        --ServerApp.ip=127.0.0.1 --ServerApp.port="$port" --ServerApp.port_retries=0 --ServerApp.root_dir="$ROOT" \
        --ServerApp.answer_yes=True --LabApp.extra_labextensions_path="$ROOT/helpers/jupyter/labextensions" \
        --LabApp.app_settings_dir="$ROOT/helpers/jupyter/settings" \
        --LabApp.default_url=/lab/tree/my/00-start-here.ipynb --KernelManager.transport="$transport"
}
