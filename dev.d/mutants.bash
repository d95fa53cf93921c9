# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Small wrong changes in the code that decides: each must be felt by a test. .cargo/mutants.toml says how.

# What the code that decides is built from; what stands behind it on the road (tests/walls.rs) takes twice as long to build.
road_to_verify=(exchange change schedule deployed preflight reminder debug check suite verify)

# mutants [PATH…]: all of check/, debug/ and verify/, or only these folders and files. Works on a copy of the sources in
# target/mutants/tree, so that one can go on editing. First the tests that stand beside the code are tried, then, on what
# they did not feel, all others of the library and those of the background.
mutants() {
    local path made=$target/mutants tree=$target/mutants/tree scope=() code=0
    (($# > 0)) || set -- src/check src/debug src/verify
    for path in "$@"; do
        [[ -e $path && $path =~ ^src/(check|debug|verify)(/|$) ]] ||
            die "<$path> is no folder or file where a verdict is made" "say src/check, src/debug, src/verify, or a file in them"
        if [[ -d $path ]]; then scope+=(--file "${path%/}/**"); else scope+=(--file "$path"); fi
    done
    need rust mutants
    rm -rf "$tree" "$made"/mutants.out*
    mkdir -p "$tree"
    tar -cf - --exclude=./target --exclude=./dist --exclude=./node_modules --exclude=./.tools --exclude=./.git . |
        tar -xf - -C "$tree"
    printf 'pub mod %s;\n' "${road_to_verify[@]}" >"$tree/src/lib.rs"
    heading "Mutants, and the tests beside them"
    mutate "${scope[@]}" || code=$?
    if ((code == 2)); then
        code=0
        cp src/lib.rs "$tree/src/lib.rs"
        heading "What is left, and the tests of the background"
        mutate --iterate --cargo-arg=--test=background "${scope[@]}" || code=$?
    fi
    ((code == 0 || code == 2 || code == 3)) || die "the mutants could not be tried" "what failed is in $made/mutants.out/log/"
    mutants_table "$made"
    ((code != 2)) || die "no test feels the mutants named above" \
        "write the missing test; for a change that changes nothing, give the reason in .cargo/mutants.toml"
}

# Runs cargo-mutants in the copy: 0 when every mutant was caught, 2 when one was missed, 3 when one hung.
mutate() {
    (cd "$tree" && CARGO_TARGET_DIR=$made cargo mutants --in-place --timeout 60 --output "$made" "$@")
}

# One line for all and one for each file; what hung was felt as well, since its tests did not end well.
mutants_table() {
    local out=$1/mutants.out first=$1/mutants.out.old list
    [[ -d $first ]] || first=$out
    printf '%7s %7s %8s %7s %7s  %s\n' mutants caught unviable timeout missed file
    {
        for list in "$first/caught" "$first/unviable" "$out/missed" "$out/timeout"; do
            sed "s|^|${list##*/} |" "$list.txt"
        done
        [[ $first == "$out" ]] || sed 's|^|caught |' "$out/caught.txt"
    } | awk '{
            split($2, place, ":"); files[place[1]]; files["all"]
            count[place[1], $1]++; count["all", $1]++; sum[place[1]]++; sum["all"]++
        }
        END {
            for (file in files) printf "%7d %7d %8d %7d %7d  %s\n", sum[file], count[file, "caught"], count[file, "unviable"], \
                count[file, "timeout"], count[file, "missed"], file
        }' | LC_ALL=C sort -k 6
    cat "$out/missed.txt"
}
