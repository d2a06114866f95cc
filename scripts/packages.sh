# shellcheck shell=bash
# The distribution's packages.

PACKAGES=(python3-bpfcc python3-venv libatomic1 clang libbpf-dev make)

installed() { [[ $(dpkg-query -W -f='${db:Status-Status} ' "$1" 2>/dev/null) == installed* ]]; }

# The very file that BCC looks for. Debian has it beside build, in source.
has_headers() { [[ -e $1/build/include/linux/kconfig.h || -e $1/source/include/linux/kconfig.h ]]; }

# The first of some names under which apt knows a package, or else the first.
first_offered() {
    local name
    for name; do
        [[ ! $(apt-cache show "$name" 2>/dev/null) ]] || { say "$name" && return; }
    done
    say "$1"
}

# packages [browser]: those of PACKAGES and what depends on the machine, and with "browser" one for the tests.
packages() {
    local wanted=() missing=() name
    for name in "${PACKAGES[@]}"; do installed "$name" || wanted+=("$name"); done
    # Ubuntu's bpftool is a script that starts the running kernel's own, if that is there.
    bpftool version >/dev/null 2>&1 || installed linux-tools-generic || wanted+=(bpftool)
    has_headers "$MODULES/$KERNEL" || wanted+=("headers for $KERNEL")
    [[ ! ${1-} ]] || ! lacks_browser || wanted+=(chromium)
    if ((!${#wanted[@]})); then
        say "Packages: all there."
        return
    fi
    command -v apt-get >/dev/null || die "there is no apt-get here, and the lab needs Debian 12, Ubuntu 24.04 or newer"
    step "apt-get update" apt_update
    for name in "${wanted[@]}"; do
        case $name in
        bpftool) name=$(first_offered bpftool "linux-tools-$KERNEL" linux-tools-generic) ;;
        headers*)
            name=linux-headers-$(dpkg --print-architecture)  # so Debian calls it
            name=$(first_offered "linux-headers-$KERNEL" "linux-headers-${KERNEL##*[0-9]-}" linux-headers-generic "$name")
            ;;
        esac
        installed "$name" || missing+=("$name")
    done
    ((!${#missing[@]})) || fetch "${missing[@]}"
}

# Whether Debian's Chromium is wanted. Ubuntu's is a snap, which no test can drive: there a test says what to install.
lacks_browser() {
    grep -qsx ID=debian "$RELEASE" && ! installed chromium && ! command -v google-chrome google-chrome-stable >/dev/null
}

fetch() {
    local name
    for name; do note "package $name"; done
    step "apt-get install $* (needs a network)" apt_install "$@"
}

# Short timeouts and no second try: that there is no network is said at once.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=0 -o Acquire::http::Timeout=10 \
        -o Acquire::https::Timeout=10 -o DPkg::Lock::Timeout=120 "$@" 9>&-  # nor may what a package starts keep the lock
}

# What counts is whether the packages are found. If not, what this says comes first among the reasons.
apt_update() { apt update >"$STATE/update" 2>&1 || true; }

apt_install() { cat "$STATE/update" && apt install -y --no-install-recommends "$@"; }
