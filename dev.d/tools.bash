# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the machine must have. Tools of this project go to .tools/ and node_modules/; packages of the system are
# installed only where that is plainly ours to do.

wasm_bindgen_version=0.2.130 # that of Cargo.toml: the two must be one
wasm_pack_version=0.15.1
geckodriver_version=0.37.1
cargo_fuzz_version=0.13.2
cargo_mutants_version=27.1.0
mwparserfromhell_version=0.7.2

# package:command that shows it is there
chromium_packages=(chromium:chromium chromium-driver:chromedriver)
firefox_packages=(firefox-esr:firefox-esr)
# Debian 12's, and known by package only; the same list as PACKAGES in tests/bed/real/mod.rs.
# InspIRCd is for the relay's tests: it echoes, which ngircd does not, and Atheme's services log clients in to it. webhook
# takes posts for the line's tests.
real_packages=(
    atheme-services gcc haproxy ii inspircd libc6-dev libnginx-mod-http-headers-more-filter mediawiki mount nginx-light ngircd
    php8.2-cli php8.2-fpm php8.2-intl php8.2-mbstring php8.2-sqlite3 php8.2-xml varnish webhook
)

# need WHAT…: rust, wasm, chromium, firefox, browsers (both), real (the bed of real servers), fuzz, mutants, python
# (with the parser of the benchmark).
# Rust comes first, the rest is fetched side by side.
need() {
    local what tools=() packages=() npm=no
    for what in "$@"; do
        case $what in
            rust) need_rust ;;
            wasm) tools+=(wasm-bindgen wasm-pack) npm=yes ;;
            fuzz) tools+=(cargo-fuzz) packages+=($(absent g++:c++)) ;;
            mutants) tools+=(cargo-mutants) ;;
            python) need_python ;;
            chromium) packages+=($(absent "${chromium_packages[@]}") $(absent_fonts)) ;;
            firefox) packages+=($(absent "${firefox_packages[@]}") $(absent_fonts)) tools+=(geckodriver) ;;
            browsers)
                packages+=($(absent "${chromium_packages[@]}" "${firefox_packages[@]}") $(absent_fonts))
                tools+=(geckodriver)
                ;;
            real) packages+=($(absent_real)) ;;
        esac
    done
    local titles=() jobs=() logs=() tool lacking=()
    for tool in ${tools[@]+"${tools[@]}"}; do
        has_tool "$tool" || lacking+=("$tool")
    done
    if ((${#packages[@]} > 0)); then
        may_install "${packages[@]}"
        beside "Packages of the system: ${packages[*]}" install_packages "${packages[@]}"
    fi
    if [[ $npm == yes ]] && ! npm_is_fresh; then
        need_node
        beside "Packages of npm" install_npm
    fi
    if ((${#lacking[@]} > 0)); then
        beside "Tools: ${lacking[*]}" install_tools "${lacking[@]}"
    fi
    finish_beside
}

# beside TITLE COMMAND…: starts a step next to others; COMMAND must return its own failures.
beside() {
    local log
    log=$(mktemp)
    heading "$1"
    titles+=("$1") logs+=("$log")
    shift
    "$@" >"$log" 2>&1 &
    jobs+=($!)
}

# Waits for what was started beside, and says which of it failed.
finish_beside() {
    local place failed=''
    ((${#jobs[@]} > 0)) || return 0
    local start=$SECONDS
    # Steps in the background do not hear Ctrl-C themselves.
    trap 'trap - INT TERM; kill 0' INT
    for place in "${!jobs[@]}"; do
        if ! wait "${jobs[$place]}"; then
            failed=${titles[$place]}
            tail -n 60 "${logs[$place]}" >&2
            complain "failed to fetch <$failed>; the end of its output is above"
        fi
        rm -f "${logs[$place]}"
    done
    trap - INT
    [[ -z $failed ]] || die "cannot go on without that" "try again; a download may have been cut off"
    took "$((SECONDS - start)) s"
}

need_rust() {
    command -v cargo >/dev/null ||
        die "Rust is missing" "install it with rustup, https://rustup.rs; rust-toolchain.toml names the version"
    local sysroot
    if command -v rustup >/dev/null; then
        rustc --version >/dev/null 2>&1 || quiet "Rust" rustup toolchain install
        cargo fmt --version >/dev/null 2>&1 || quiet "rustfmt" rustup component add rustfmt
        cargo clippy --version >/dev/null 2>&1 || quiet "Clippy" rustup component add clippy
    fi
    sysroot=$(rustc --print sysroot)
    [[ -d $sysroot/lib/rustlib/wasm32-unknown-unknown ]] && return
    command -v rustup >/dev/null ||
        die "this Rust cannot build for the browser" "install Rust with rustup, or your system's package of its wasm32-unknown-unknown target"
    quiet "Rust for the browser" rustup target add wasm32-unknown-unknown
}

need_node() {
    local major
    major=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//') || true
    if ((${major:-0} < 20)) || ! command -v npm >/dev/null; then
        die "Node.js 20 or later, with npm, is missing" "install it from https://nodejs.org or with your system's packages"
    fi
}

# A Python of its own with mwparserfromhell, in .tools/venv.
need_python() {
    is_fresh .tools/venv/.stamp "$mwparserfromhell_version" && return
    python3 -c 'import venv, ensurepip' 2>/dev/null ||
        die "Python 3 with venv is missing" "install it with your system's packages (Debian: python3-venv)"
    quiet "mwparserfromhell" install_python
}

install_python() {
    rm -rf .tools/venv
    python3 -m venv .tools/venv || return
    .tools/venv/bin/pip install --quiet --disable-pip-version-check "mwparserfromhell==$mwparserfromhell_version" || return
    printf '%s\n' "$mwparserfromhell_version" >.tools/venv/.stamp
}

npm_is_fresh() { is_fresh node_modules/.stamp "$(fingerprint package-lock.json)"; }

install_npm() {
    npm ci --ignore-scripts --loglevel=error || return
    fingerprint package-lock.json >node_modules/.stamp
}

tool_version() {
    case $1 in
        wasm-bindgen) echo "$wasm_bindgen_version" ;;
        wasm-pack) echo "$wasm_pack_version" ;;
        geckodriver) echo "$geckodriver_version" ;;
        cargo-fuzz) echo "$cargo_fuzz_version" ;;
        cargo-mutants) echo "$cargo_mutants_version" ;;
    esac
}

has_tool() {
    local ask=("$1")
    # It answers only as a part of cargo.
    [[ $1 != cargo-mutants ]] || ask=(cargo mutants)
    [[ " $("${ask[@]}" --version 2>/dev/null | head -n 1) " == *" $(tool_version "$1") "* ]]
}

# Built without optimisation and debug information: they start seconds later into their work than they would take longer to build.
install_tools() {
    local tool crate options
    for tool in "$@"; do
        case $tool in
            # Its lock file names a version that was withdrawn; the parts left out only serve its test runner.
            wasm-bindgen) crate=wasm-bindgen-cli options=--no-default-features ;;
            *) crate=$tool options=--locked ;;
        esac
        CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$project/.tools/build" cargo install --root "$project/.tools" --debug "$options" \
            --version "=$(tool_version "$tool")" "$crate" || return
    done
    rm -rf "$project/.tools/build"
}

# absent PACKAGE:COMMAND…: the packages whose command is not there.
absent() {
    local pair
    for pair in "$@"; do
        command -v "${pair#*:}" >/dev/null || echo "${pair%%:*}"
    done
}

# Without any font, pages are measured and pictured without text.
absent_fonts() {
    [[ -d /usr/share/fonts/truetype || ! -d /etc/apt ]] || echo fonts-dejavu-core
}

absent_real() {
    command -v dpkg-query >/dev/null ||
        die "the real bed is made of packages of Debian 12, which this machine is not" \
            "use the embedded bed (no --real), or a container of Debian 12"
    local there
    there=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${real_packages[@]}" 2>/dev/null |
        awk '$2 == "installed" { print $1 }') || true
    comm -23 <(printf '%s\n' "${real_packages[@]}" | LC_ALL=C sort) <(LC_ALL=C sort <<<"$there")
}

may_install() {
    command -v apt-get >/dev/null ||
        die "missing on this machine: $*" "these are Debian's names; install what your system calls them"
    ((EUID == 0)) || die "missing on this machine: $*" "run: sudo apt-get install --no-install-recommends $*"
}

install_packages() {
    local policy=/usr/sbin/policy-rc.d ours=no code=0
    # The bed starts its own servers; Debian's must not start theirs on the machine's ports.
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        ours=yes
    fi
    local apt=(apt-get -o DPkg::Lock::Timeout=300)
    { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@"; } || code=$?
    [[ $ours == no ]] || rm -f "$policy"
    return "$code"
}
