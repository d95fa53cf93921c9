// SPDX-License-Identifier: GPL-2.0-or-later
//! The `backport-verify` command: everything it does is in the library's `native` module.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    backport_verify::native::main()
}
#[cfg(target_arch = "wasm32")]
fn main() {}
