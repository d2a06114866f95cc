# shellcheck shell=sh
# Runs in the guest as root, after helpers/bpflab/vm/session.sh, which sets home, clone and own; the lines before both
# set JupyterHub's variables. The learner has all capabilities here: this kernel is theirs alone.
# shellcheck disable=SC2154
set -eu
tracing=/sys/kernel/tracing
mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"
mount -o "remount,gid=$gid,mode=750" "$tracing" # access(2) does not count capabilities
export HOME="$home" USER=learner LOGNAME=learner SHELL=/bin/bash PYTHONNOUSERSITE=1
export PATH="$own/.venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
cd "$clone"
echo "JupyterLab starts."
exec setpriv --reuid learner --regid learner --init-groups --inh-caps +all --ambient-caps +all \
    "$own/.venv/bin/python" hub/singleuser.py
