# shellcheck shell=bash disable=SC2034
# Where the machine has what the scripts read and change, and where they put what they make.

PYTHON=/usr/bin/python3  # the distribution's: no other sees python3-bpfcc
MODULES=/lib/modules
TRACEFS=/sys/kernel/tracing
PARANOID=/proc/sys/kernel/perf_event_paranoid
LOCKDOWN=/sys/kernel/security/lockdown
RELEASE=/etc/os-release
SELF=/proc/self          # what this process may, and in which user namespace
PATH=$PATH:/usr/sbin:/sbin  # Debian gives ordinary users neither
KERNEL=${BPFLAB_KERNEL:-$(uname -r)}  # a tree is set up for the kernel that it will run
GROUP=bpflab             # may read tracefs; no user is in it, only what the lab starts

LOCAL=${BPFLAB_LOCAL:-$ROOT}  # a directory of this machine alone, where several machines share the clone
VENV=$LOCAL/.venv
STATE=$LOCAL/.lab        # private: what was made, the output of the set-up, JupyterLab's own files
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}
RUNTIME=$CACHE           # JupyterLab's sockets and pages: a short path that only this user can enter
[[ ! -O ${XDG_RUNTIME_DIR-} ]] || RUNTIME=$XDG_RUNTIME_DIR
RUNTIME+=/bpflab-$(cksum <<<"$ROOT" | cut -d' ' -f1)

# Nothing of the user's leads Python elsewhere: PYTHONWARNINGS=error would end the kernel of a lesson in BCC's code,
# packages in the user's home would shadow the lab's, and without compiled modules each kernel compiles pandas anew.
unset PYTHONPATH PYTHONHOME PYTHONWARNINGS PYTHONDONTWRITEBYTECODE
export PATH HOME PYTHONNOUSERSITE=1
