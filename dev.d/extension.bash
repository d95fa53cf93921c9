# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From the sources to dist/: the wasm, the unpacked extension, the zip.

# The host of the tests' webhook, granted in the copy that tests and demo load.
webhook_of_the_tests='https://backport-verify.toolforge.org/*'
dist=$project/dist
pkg=$target/extension-pkg

version() { sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1; }

# The paths of this machine are taken out of the wasm, so that it comes out the same on another.
build_wasm() {
    local flags sysroot
    sysroot=$(rustc --print sysroot) || return
    flags="--remap-path-prefix=$project=/backport-verify"
    flags+=$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    flags+=$'\x1f'"--remap-path-prefix=$sysroot=/rust"
    rm -rf "$pkg"
    CARGO_ENCODED_RUSTFLAGS=$flags wasm-pack build --target web --profile wasm --mode no-install --no-typescript --no-pack \
        --out-dir "$pkg" --out-name backport_verify -- --locked || return
}

pack() { cargo run --quiet --example pack -- --project "$project" --pkg "$pkg" "$@"; }

pack_both() {
    pack --out "$dist/extension" || return
    pack --out "$dist/extension-granted" --grant "$webhook_of_the_tests"
}

# Builds dist/extension/ and dist/extension-granted/ where an input has changed.
build_extension() {
    local word
    word=$(fingerprint Cargo.toml Cargo.lock rust-toolchain.toml package-lock.json dev.d vendor $(find src -name '*.rs' ! -path 'src/native/*' ! -name main.rs))
    if ! is_fresh "$pkg/.stamp" "$word"; then
        quiet "Wasm" build_wasm
        printf '%s\n' "$word" >"$pkg/.stamp"
    fi
    word=$(fingerprint "$pkg" extension manifest.json LICENSE)
    if ! is_fresh "$dist/.stamp" "$word"; then
        mkdir -p "$dist"
        rm -f "$dist/.stamp"
        quiet "Extension" pack_both
        printf '%s\n' "$word" >"$dist/.stamp"
    fi
    say "dist/extension/ is up to date."
}

zip_twice() {
    local again
    again=$(mktemp -d) || return
    pack --zip "$1" && pack --zip "$again/again.zip" || return
    cmp "$1" "$again/again.zip" || return
    rm -rf "$again"
}

# Zips the extension and lets the add-on store's linter judge it.
lint_extension() {
    zip=$dist/backport-verify-$(version).zip
    quiet "Zip, twice the same" zip_twice "$zip"
    heading "Linter of the add-on store"
    node dev.d/lint.mjs "$zip"
}

package_extension() {
    build_extension
    lint_extension
    local source
    source=$dist/backport-verify-$(version)-source.tar.gz
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git archive --format=tar.gz --prefix="backport-verify-$(version)/" --output="$source" HEAD
        [[ -z $(git status --porcelain) ]] ||
            say "note: there are changes that are not committed; the source archive is of the last commit"
    else
        say "note: no source archive, since this is no git checkout"
        source=
    fi
    heading "Sizes"
    local wasm=$dist/extension/pkg/backport_verify_bg.wasm
    printf '%10d  wasm\n%10d  wasm, gzip -9\n' "$(wc -c <"$wasm")" "$(gzip -9 -c "$wasm" | wc -c)"
    printf '%10d  %s\n' "$(wc -c <"$zip")" "${zip#"$project"/}"
    [[ -z $source ]] || printf '%10d  %s\n' "$(wc -c <"$source")" "${source#"$project"/}"
}
