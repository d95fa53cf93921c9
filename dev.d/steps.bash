# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How ./dev talks: a heading and a time for each step, and errors that say what to do next.

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'
    export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-always}
else
    bold='' dim='' red='' plain=''
fi

heading() { printf '%s== %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '%s\n' "$*"; }
took() { printf '%s   %s%s\n' "$dim" "$1" "$plain"; }
complain() { printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2; }
elapsed() { printf '%d s' "$SECONDS"; }

# die WHAT NEXT: ends with what is wrong and what to do about it.
die() {
    complain "$1"
    [[ -z ${2:-} ]] || printf '  %s\n' "$2" >&2
    exit 1
}

# loud TITLE COMMAND…: a step whose output is worth reading.
loud() {
    local title=$1 start=$SECONDS
    shift
    heading "$title"
    "$@" || return
    took "$((SECONDS - start)) s"
}

# quiet TITLE COMMAND…: a step whose output matters only when it fails.
# COMMAND is called where `set -e` has no effect: a function must return its own failures.
quiet() {
    local title=$1 start=$SECONDS log
    shift
    log=$(mktemp)
    heading "$title"
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "the step <$title> failed; its output is above"
    fi
    rm -f "$log"
    took "$((SECONDS - start)) s"
}

hash_lines() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# fingerprint PATH…: a text that changes when a file under a path does, or its name.
fingerprint() {
    find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 cat -- "/dev/null" | hash_lines | cut -d' ' -f1
    find "$@" -type f | LC_ALL=C sort | hash_lines | cut -d' ' -f1
}

# is_fresh STAMP TEXT: whether the stamp was left with this text.
is_fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; }
