# shellcheck shell=bash
# Virtual machines, for ./lab --vm and ./lab test --vm. helpers/bpflab/vm makes and runs them.

VM_PACKAGES=(python3 mmdebstrap debian-archive-keyring fakeroot uidmap e2fsprogs)

# vm_packages [NAME]: what a virtual machine takes here, packages alone, and no rights once they are there.
vm_packages() {
    local packages=("${VM_PACKAGES[@]}") wanted=() name qemu=qemu-system-x86
    [[ $(uname -m) != aarch64 ]] || qemu="qemu-system-arm"
    packages+=("$qemu")
    [[ ${1-} != *-arm64* || $qemu == qemu-system-arm ]] || packages+=(qemu-system-arm qemu-user-static arch-test)
    for name in "${packages[@]}"; do installed "$name" || wanted+=("$name"); done
    if ((${#wanted[@]})); then
        lock
        privileges "or have somebody install what the virtual machine needs: apt-get install ${wanted[*]}"
        step "apt-get update" apt_update
        fetch "${wanted[@]}"
        unlock
    fi
    new_enough
}

# become_vm test NAME [pytest's arguments], or become_vm up NAME PORT PAGE
become_vm() { exec env PYTHONPATH="$ROOT/helpers" "$PYTHON" -B -m bpflab.vm "$@"; }
