// SPDX-License-Identifier: GPL-2.0-or-later
//! A problem as a message: what is wrong, what to do next, and a button that does it.

use super::icon::Icon;
use super::seam::Screen;
use crate::app::Problem;
use maud::{Markup, html};

/// Where a problem comes from, which decides whether it can be put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It was told once: an answer or a notice.
    Told,
    /// It is so until something changes.
    Standing,
}

/// The message for a problem. `id` must be unique in the page.
pub(super) fn view(problem: &Problem, source: Source, screen: Screen, id: &str) -> Markup {
    html! {
        div.cdx-message.cdx-message--block.bv-problem.(level(problem)) data-problem=(tag(problem)) id=(id) {
            span.cdx-message__icon {}
            div.cdx-message__content {
                p dir="auto" { strong { (problem.sentence()) } " " (problem.next_step()) }
                @if let Some((act, gerrit, label)) = remedy(problem, screen) {
                    p { button.cdx-button type="button" id={ (id) "-" (act) } data-act=(act) data-gerrit=[gerrit] { (label) } }
                }
            }
            @if source == Source::Told {
                button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only.cdx-button--size-small.bv-problem__close
                    type="button" id={ (id) "-dismiss" } data-act="dismiss" aria-label="Dismiss" title="Dismiss" { (Icon::Close.view()) }
            }
        }
    }
}

/// The problem's kind, as it is called where it is stored.
pub(super) const fn tag(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoNick => "no_nick",
        Problem::CalendarUnreachable { .. } => "calendar_unreachable",
        Problem::NotACalendar { .. } => "not_a_calendar",
        Problem::NoArchive { .. } => "no_archive",
        Problem::NoChange => "no_change",
        Problem::NoTests { .. } => "no_tests",
        Problem::BadTest { .. } => "bad_test",
        Problem::NoWiki { .. } => "no_wiki",
        Problem::WhichWiki { .. } => "which_wiki",
        Problem::NoSuchWiki { .. } => "no_such_wiki",
        Problem::TestChanged { .. } => "test_changed",
        Problem::SavedElsewhere => "saved_elsewhere",
        Problem::BadPage { .. } => "bad_page",
        Problem::BadSetting { .. } => "bad_setting",
        Problem::NoAccess { .. } => "no_access",
        Problem::Busy => "busy",
        Problem::Gone => "gone",
        Problem::Storage { .. } => "storage",
        Problem::TooManyUnsaved { .. } => "too_many_unsaved",
        Problem::Unreadable { .. } => "unreadable",
        Problem::NotDeployed { .. } => "not_deployed",
        Problem::GerritUnreachable { .. } => "gerrit_unreachable",
        Problem::NotShared { .. } => "not_shared",
        Problem::PageUnreadable { .. } => "page_unreadable",
        Problem::NoWebhook => "no_webhook",
        Problem::WebhookGone => "webhook_gone",
        Problem::NotCopied => "not_copied",
        Problem::NotWritten { .. } => "not_written",
        Problem::Tab { .. } => "tab",
        Problem::Notification { .. } => "notification",
        Problem::Protocol { .. } => "protocol",
    }
}

const fn level(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoTests { .. }
        | Problem::NoNick
        | Problem::Busy
        | Problem::Gone
        | Problem::NoWiki { .. }
        | Problem::WhichWiki { .. }
        | Problem::NoSuchWiki { .. }
        | Problem::TestChanged { .. }
        | Problem::SavedElsewhere
        | Problem::NoWebhook
        | Problem::TooManyUnsaved { .. }
        | Problem::WebhookGone
        | Problem::NotDeployed { .. } => "cdx-message--warning",
        _ => "cdx-message--error",
    }
}

/// The button: its act, the change it is about, its label.
const fn remedy(problem: &Problem, screen: Screen) -> Option<(&'static str, Option<u64>, &'static str)> {
    match (problem, screen) {
        (Problem::CalendarUnreachable { .. } | Problem::NotACalendar { .. } | Problem::GerritUnreachable { .. }, _) => {
            Some(("refresh", None, "Try again"))
        }
        (Problem::NotDeployed { gerrit, .. }, _) => {
            Some(("verify-production-anyway", Some(*gerrit), "Verify on production anyway"))
        }
        (Problem::WhichWiki { gerrit, .. }, Screen::Popup) => Some(("edit-tests", Some(*gerrit), "Choose the wiki")),
        (Problem::Gone, _) => Some(("refresh", None, "Refresh")),
        (Problem::NoAccess { .. }, _) => Some(("grant-access", None, "Grant access")),
        (Problem::Busy, _) => Some(("cancel", None, "Cancel the run")),
        (
            Problem::NoWebhook | Problem::WebhookGone | Problem::BadSetting { .. } | Problem::Unreadable { .. },
            Screen::Popup,
        ) => Some(("settings", None, "Open settings")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::tag;
    use crate::app::Problem;
    use crate::deployed::Phase;

    #[test]
    fn a_problem_is_tagged_as_it_is_stored() {
        let all = [
            Problem::NoNick,
            Problem::CalendarUnreachable { detail: String::new() },
            Problem::NotACalendar { detail: String::new() },
            Problem::NoTests { gerrit: 1 },
            Problem::BadTest { test: String::new(), detail: String::new() },
            Problem::SavedElsewhere,
            Problem::BadSetting { detail: String::new() },
            Problem::NoAccess { origins: Vec::new() },
            Problem::Busy,
            Problem::Gone,
            Problem::Storage { detail: String::new() },
            Problem::TooManyUnsaved { kept: 1 },
            Problem::Unreadable { what: String::new(), detail: String::new() },
            Problem::NotDeployed { gerrit: 1, phase: Phase::Merged, detail: String::new() },
            Problem::GerritUnreachable { detail: String::new() },
            Problem::NoWebhook,
            Problem::WebhookGone,
            Problem::NotCopied,
            Problem::NotWritten { detail: String::new() },
            Problem::Tab { detail: String::new() },
            Problem::Notification { detail: String::new() },
            Problem::Protocol { detail: String::new() },
        ];
        for problem in all {
            let value = serde_json::to_value(&problem).unwrap();
            // A variant without fields is written as its name alone.
            let written = value.as_str().or_else(|| value.as_object()?.keys().next().map(String::as_str));
            assert_eq!(written, Some(tag(&problem)));
        }
    }
}
