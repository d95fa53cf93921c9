// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports filled with WebExtension APIs, and the entry points of background and pages. Only for wasm32.
