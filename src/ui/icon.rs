// SPDX-License-Identifier: GPL-2.0-or-later
//! The few icons of the pages, drawn in the text's colour.
//!
//! The shapes are those of Codex Icons 2.6.0 (npm package `@wikimedia/codex-icons`, MIT licence).

use maud::{Markup, html};

/// An icon; it says nothing to a screen reader, so the control beside it must have words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// Plus.
    Add,
    /// A triangle with an exclamation mark.
    Alert,
    /// A tick.
    Check,
    /// Two sheets.
    Copy,
    /// An arrow down.
    Down,
    /// A cross.
    Close,
    /// An octagon with an exclamation mark.
    Error,
    /// A question mark.
    Help,
    /// An i in a circle.
    Info,
    /// An arrow on.
    Redo,
    /// An arrow in a circle.
    Reload,
    /// A cog.
    Settings,
    /// A bin.
    Trash,
    /// An arrow back.
    Undo,
    /// An arrow up.
    Up,
}

impl Icon {
    const fn paths(self) -> &'static [&'static str] {
        match self {
            Self::Add => &["M11.005 9H16v2h-4.995v5.005h-2V11H4V9h5.005V4.005h2z"],
            Self::Alert => &["M9.5 1h1L19 17.2V19H1v-1.8zM9 7v6h2V7zm0 8v2h2v-2z"],
            Self::Check => &["M18.154 3.837 8 16.8H6.65l-4.8-3.6 1.2-1.6 4.02 3.015 9.517-12.02z"],
            Self::Down => &["M11 1v13.876l4-4 1.414 1.414-5.707 5.707H9.293L3.586 12.29 5 10.876l4 4V1z"],
            Self::Up => &["M16.414 7.71 15 9.124l-4-4V19H9V5.124l-4 4L3.586 7.71l5.707-5.707h1.414z"],
            Self::Redo => {
                &["M17 7.293v1.414l-4.69 4.707L10.895 12l3-3H9a4 4 0 00-4 4v5H3v-5a6 6 0 016-6h4.896l-3-3 1.414-1.414z"]
            }
            Self::Error => &["M19 6.4v7.199L13.6 19H6.4L1 13.599v-7.2L6.4 1h7.2zM9 14v2h2v-2zm0-9v7h2V5z"],
            Self::Help => &[
                "M11 18H9v-2h2zM10 2c1.497 0 2.76.433 3.66 1.268.905.84 1.34 1.994 1.34 3.232 0 1.182-.443 2.007-1.094 2.638a6.7 6.7 0 01-.95.742c-.363.241-.587.373-.923.602C11.351 10.948 11 11.86 11 13v1H9v-1c0-1.455.443-3.17 1.905-4.169.3-.204.71-.461.94-.615.281-.187.498-.349.67-.515.297-.287.485-.607.485-1.201 0-.762-.258-1.357-.7-1.768C11.853 4.317 11.117 4 10 4 7.98 4 7 5.636 7 6.5v1H5v-1C5 4.614 6.794 2 10 2",
            ],
            Self::Info => &[
                "M11 13h1v2H8v-2h1v-2H8V9h3zm0-6H9V5h2z",
                "M10 1a9 9 0 110 18 9 9 0 010-18m0 2a7 7 0 100 14 7 7 0 000-14",
            ],
            Self::Copy => &["M13 19H1V7h6V1h12v12h-6zm-6-6V9H3v8h8v-4zm2-2h8V3H9z"],
            Self::Close => &[
                "M16.707 4.707 11.414 10l5.293 5.293-1.414 1.414L10 11.414l-5.293 5.293-1.414-1.414L8.586 10 3.293 4.707l1.414-1.414L10 8.586l5.293-5.293z",
            ],
            Self::Reload => {
                &["M10 1a8.98 8.98 0 016.999 3.343L17 2h2v5l-1 1h-5l-.001-2h2.746a7 7 0 101.184 5h2.016A9 9 0 1110 1"]
            }
            Self::Settings => &[
                "M10 8.5a1.5 1.5 0 110 3 1.5 1.5 0 010-3",
                "M11.74 3.218a7 7 0 011.822.757l2.095-1.046 1.414 1.414-1.047 2.094c.334.562.591 1.174.757 1.823L19 9v2l-2.219.74a7 7 0 01-.757 1.822l1.047 2.095-1.414 1.414-2.095-1.047a7 7 0 01-1.823.757L11 19H9l-.74-2.219a7 7 0 01-1.823-.757l-2.094 1.047-1.414-1.414 1.046-2.095a7 7 0 01-.757-1.823L1 11V9l2.218-.74a7 7 0 01.757-1.823L2.929 4.343l1.414-1.414 2.094 1.046a7 7 0 011.823-.757L9 1h2zM10 5a5 5 0 100 10 5 5 0 000-10",
            ],
            Self::Trash => &["m16 8-1.087 12H5.087L4 8h2l.913 10h6.174L14 8zM13 4h5v2H2V4h5V0h6zM9 4h2V2H9z"],
            Self::Undo => &[
                "m9.124 4-3 3H11a6 6 0 016 6v5h-2v-5a4 4 0 00-4-4H6.124l3 3-1.414 1.414-4.707-4.707V7.293L7.71 2.586z",
            ],
        }
    }

    /// The icon's drawing.
    pub(super) fn view(self) -> Markup {
        html! {
            span.cdx-icon.cdx-icon--small aria-hidden="true" {
                svg viewBox="0 0 20 20" width="20" height="20" focusable="false" {
                    @for path in self.paths() { path d=(path) {} }
                }
            }
        }
    }
}
