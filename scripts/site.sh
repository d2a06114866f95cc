# shellcheck shell=bash
# ./lab site: the course as pages that need no kernel; with --links it asks instead whether the links that leave those
# pages answer. Sphinx has an environment of its own, .lab/site-venv: neither the lab nor a virtual machine needs it.

site() {
    local venv=$STATE/site-venv made=$STATE/site-made builder=html
    [[ ${1-} != --links ]] || { builder=linkcheck && shift; }
    no_words site "$@"
    new_enough
    lock
    environment "$venv" docs/site/constraints.txt sphinx --group site
    rm -rf "$made"
    local sphinx=("$venv/bin/python" -m sphinx -q -W --keep-going -E -c docs/site -d "$made/trees" -b)
    if [[ $builder == linkcheck ]]; then
        try "Asking for the outside links" "${sphinx[@]}" linkcheck . "$made/links" || true  # a dead link fails it
        "$venv/bin/python" -B docs/site/links.py "$made/links/output.json"
        rm -rf "$made"
        return
    fi
    step "Building the site" "${sphinx[@]}" html . "$made/html"
    rm -rf "$STATE/site"
    mv "$made/html" "$STATE/site"
    rm -rf "$made"
    unlock
    say "The site: $STATE/site/index.html"
}
