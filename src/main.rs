// SPDX-License-Identifier: GPL-2.0-or-later
//! The `backport-verify` command.

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
#[cfg(target_arch = "wasm32")]
fn main() {}
