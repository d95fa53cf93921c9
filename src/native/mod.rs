// SPDX-License-Identifier: GPL-2.0-or-later
//! The ports filled with an HTTP client and files, the command line, and the relay. Not for wasm32.
