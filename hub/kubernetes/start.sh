#!/bin/sh
# The first process of a learner's container, in a virtual machine of its own. It is root there, prepares what the lab
# needs of this machine's kernel, and becomes the learner's server with CAP_BPF and CAP_PERFMON.
set -eu
clone=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
export HOME=/home/learner USER=learner LOGNAME=learner
uid=$(id -u learner) gid=$(id -g learner) trace=$(getent group bpflab | cut -d: -f3)

mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing
# Once more, since not every kernel takes these from the first mount.
[ "$(stat -c '%g %a' /sys/kernel/tracing)" = "$trace 750" ] ||
    mount -o "remount,gid=$trace,mode=750" /sys/kernel/tracing

# No package has this kernel's headers, so BCC gets Debian's: they serve programs that read no kernel struct, and the
# lessons read none.
here=/lib/modules/$(uname -r)
if [ ! -e "$here/build" ]; then
    other=$(find /lib/modules -mindepth 2 -maxdepth 2 -name build | sort -V | tail -n 1)
    [ "$other" ] || { echo "start.sh: /lib/modules has no kernel headers: the image was built without them" >&2; exit 1; }
    mkdir -p "$here"
    for name in build source; do
        [ ! -e "${other%/*}/$name" ] || ln -s "$(readlink -f "${other%/*}/$name")" "$here/$name"
    done
fi

# The volume is new at the first start, and belongs to root.
cd "$HOME"
mkdir -p my .tmp .var-tmp
chown learner: . my .tmp .var-tmp
chmod 700 . .tmp .var-tmp

exec sh "$clone/hub/server.sh" "$clone" "$HOME" "$uid" "$gid" "$trace" \
    -all,+bpf,+perfmon singleuser.py "$@"
