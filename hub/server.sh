# shellcheck shell=sh
# server.sh CLONE HOME UID GID GROUP CAPABILITIES PROGRAM [arguments]: becomes a learner's server, PROGRAM of hub/, which
# is in one more GROUP. It starts as root, in a mount namespace of its own, so what is mounted here is seen by this
# server alone.
set -eu
clone=$1 home=$2 uid=$3 gid=$4 group=$5 caps=$6 program=$7
shift 7

# The learner may have put a link in the place of a folder. Root would follow it to where only root may go.
for folder in my .tmp .var-tmp; do
    if [ -L "$home/$folder" ] || [ ! -d "$home/$folder" ]; then
        echo "lab: $home/$folder is no folder, so no server starts there: move it away, and start the hub again" >&2
        exit 1
    fi
done

# /proc shows the learner's own processes only. Their numbers are still those of the whole machine, which is what BPF
# programs see: a namespace of processes would give them other numbers.
mount -t proc -o hidepid=2 proc /proc
# The clone's my/ is this learner's: whatever uses my/ needs to know nothing of a hub.
mount --bind "$home/my" "$clone/my"
# Where everybody may write, nobody else's files can be seen, or stand in the way. What must outlive the server is in
# the home. A clone in one of these directories would be hidden as well.
for shared in /tmp /var/tmp /dev/shm /dev/mqueue /run/lock /var/crash; do
    case $clone in "$shared"/*) continue ;; esac
    [ -d "$shared" ] || continue
    case $shared in
    /tmp) mount --bind "$home/.tmp" /tmp ;;
    /var/tmp) mount --bind "$home/.var-tmp" /var/tmp ;;
    *) mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$shared" ;;  # it counts as the learner's memory
    esac
done

cd "$clone"
exec setpriv --reuid "$uid" --regid "$gid" --groups "$gid,$group" --inh-caps "$caps" --ambient-caps "$caps" \
    --bounding-set "$caps" --no-new-privs -- "$clone/.venv/bin/python" "$clone/hub/$program" "$@"
