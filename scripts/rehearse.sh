# shellcheck shell=bash
# ./lab rehearse: plays a class on the hub that runs, and says how long each learner waited. hub/rehearse.py does it.

rehearse() {
    [[ ${1-} ]] || die "which lesson? For example: ./lab rehearse --learners 5 02"
    new_enough
    setup "test" browser
    # The codes with which the learners sign in are root's, and so is the memory of their processes to see.
    as_root env -C "$ROOT" "$VENV/bin/python" -m hub.rehearse --state "$HUB_STATE" "$@"
}
