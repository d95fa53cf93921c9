# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the parsers are put to beyond their tests: the clock, and any bytes.

samples() { printf '%s\n' "${BACKPORT_VERIFY_SAMPLES:-$project/../shared/samples}"; }

# The calendar's parser beside mwparserfromhell, on a week of our own and on sample weeks where there are any.
bench() {
    need rust python
    local pages=() folder
    folder=$(samples)/calendar/generated
    if [[ -d $folder ]]; then
        pages=("$folder"/*.wikitext)
    else
        say "note: samples absent: only a week of our own is read"
    fi
    loud "Benchmark, built" cargo build --quiet --release --example bench
    heading "Calendar, median of rounds that alternate; mwparserfromhell $mwparserfromhell_version"
    cargo run --quiet --release --example bench -- .tools/venv/bin/python benches/peer.py ${pages[@]+"${pages[@]}"}
}

# fuzz TARGET [SECONDS]: libFuzzer on one target, with the fixtures as seeds. The sources hold no unsafe code, so that
# no sanitizer is used, and the compiler that builds the project is enough: no nightly.
fuzz() {
    local target_name=${1:-} seconds=${2:-60} seeds
    case $target_name in
        calendar) seeds=tests/fixtures/calendar ;;
        log) seeds=tests/fixtures/sal ;;
        *) die "there is no fuzz target <$target_name>" "say ./dev fuzz calendar or ./dev fuzz log" ;;
    esac
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "<$seconds> is no number of seconds" "say ./dev fuzz $target_name 60"
    need rust fuzz
    local made=$target/fuzz
    mkdir -p "$made/corpus/$target_name" "$made/artifacts"
    heading "Fuzzing $target_name for $seconds s"
    cargo fuzz run --sanitizer none --target-dir "$made" "$target_name" "$made/corpus/$target_name" "$seeds" -- \
        -max_total_time="$seconds" -timeout=10 -max_len=65536 -print_final_stats=1 -artifact_prefix="$made/artifacts/"
    # cargo-fuzz makes its own folder for what is found, and it stays empty.
    rmdir fuzz/artifacts/* fuzz/artifacts 2>/dev/null || true
}
