#!/bin/sh
# Runs in the guest: puts the clone that the host shares in the place of the disk's. What starts there comes after it.
# The line before this one sets tag, the shared directory's; port, JupyterLab's; uid and gid, of the user who shares.
# shellcheck disable=SC2154
set -eu
[ "$(id -u)" = 0 ] || exec sudo sh "$0" # it is started as the learner
unset SUDO_USER SUDO_UID SUDO_GID SUDO_COMMAND
home=/home/learner
clone=$home/bpflab
own=/run/bpflab # the disk's clone: its .venv and .lab stay in use

modprobe -a 9pnet_virtio 9p virtio_net
mkdir "$own"
mount --bind "$clone" "$own"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 "$tag" "$clone"

# Owners are numbers, the same ones on both sides: the learner takes the number of the user who shares.
sed -i "s/^learner:x:[0-9]*:[0-9]*:/learner:x:$uid:$gid:/" /etc/passwd
sed -i "s/^learner:x:[0-9]*:/learner:x:$gid:/" /etc/group
chown "$uid:$gid" "$home" "$own" "$own/.venv"
chown -R "$uid:$gid" "$own/.lab"

# QEMU hands calls to the guest's 127.0.0.1, where JupyterLab listens. From another device than lo they would be
# thrown away, but for the last line.
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet

uname -srv
