// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways by which tests come into the form.

use super::icon::Icon;
use super::page::Page;
use maud::{Markup, html};

/// The buttons; `gerrit` is the change whose tests are edited, if it is one's.
pub(super) fn toolbar(_page: &Page, _gerrit: Option<u64>) -> Markup {
    html! {
        div.bv-toolbar role="group" aria-label="Add tests" {
            button.cdx-button type="button" id="add-test" data-act="add-test" { (Icon::Add.view()) "Add test" }
        }
    }
}
