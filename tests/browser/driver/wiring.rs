// SPDX-License-Identifier: GPL-2.0-or-later
//! What a browser is connected to, and which extensions are in it.
//!
//! Must not start anything.

use std::net::SocketAddr;
use std::path::Path;

/// What a browser is connected to.
#[derive(Debug, Clone)]
pub(crate) struct Wiring<'a> {
    /// Where every https request arrives, whatever its host name.
    pub(crate) edge: SocketAddr,
    /// Base64 of the SHA-256 of the edge's public key, which Chromium is to trust. Firefox trusts any certificate here.
    pub(crate) spki: &'a str,
    /// Folder of the unpacked extension; absolute.
    pub(crate) extension: &'a Path,
    /// Another extension in the same browser.
    pub(crate) beside: Option<Beside<'a>>,
    /// Whether it is shown on the display; headless else.
    pub(crate) window: bool,
}

/// Another extension.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside<'a> {
    /// Its unpacked folder; absolute.
    pub(crate) folder: &'a Path,
    /// Whether it is installed before ours, and its page opened so that its rules come first in Firefox too.
    pub(crate) earlier: bool,
}

/// The page of the other extension, with `data-ready` as ours.
pub(super) const OTHERS_PAGE: &str = "switch.html";

impl Wiring<'_> {
    /// The folders of the extensions, in the order in which they are installed.
    pub(super) fn folders(&self) -> Vec<&Path> {
        match self.beside {
            None => vec![self.extension],
            Some(beside) if beside.earlier => vec![beside.folder, self.extension],
            Some(beside) => vec![self.extension, beside.folder],
        }
    }
}
