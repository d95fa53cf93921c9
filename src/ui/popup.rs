// SPDX-License-Identifier: GPL-2.0-or-later
//! The popup: my patches in the windows of the calendar, with what can be done now.

use super::icon::Icon;
use super::page::Page;
use super::seam::Region;
use super::{earlier, fitness, live, picked, problem, report, run, stored, window};
use crate::app::{Browsing, Loaded, Problem, State};
use crate::schedule::Window;
use jiff::Timestamp;
use maud::{Markup, html};

/// Where the calendar is for people.
const CALENDAR: &str = "https://wikitech.wikimedia.org/wiki/Deployments";

/// The popup's regions.
pub(super) fn regions(page: &Page) -> Vec<Region> {
    let region = |id, markup: Markup| Region { id, html: markup.into_string() };
    vec![
        region("header", header(page)),
        region("status", status(page)),
        region("notices", notices(page)),
        region("setup", setup(page)),
        region("picked", picked::marked(page)),
        region("schedule", schedule(page)),
        region("reports", report::left(page)),
        region("browsing", browsing(page)),
        region("earlier", earlier::view(page)),
    ]
}

/// What is said to those who hear the page: the progress of the run, or its end, and where patches have got to.
pub(super) fn status(page: &Page) -> Markup {
    let latest = page.state.as_ref().and_then(|state| state.running().or_else(|| state.runs.first()));
    html! {
        @if let Some(latest) = latest { p { (run::spoken(&latest.journal)) } }
        @for moved in &page.moves { p { (moved) } }
        @if let Some(said) = &page.said { p { (said) } }
    }
}

/// Everything that went wrong, each once; what is about one patch stands in its card.
pub(super) fn notices(page: &Page) -> Markup {
    let notice = page.state.as_ref().and_then(|state| state.notice.as_ref());
    let told = page.problem.iter().chain(notice.filter(|notice| page.problem.as_ref() != Some(notice)));
    let told = told.filter(|told| !page.shows_in_a_card(told));
    let no_access = page.state.as_ref().map_or(&[][..], |state| &state.no_access);
    let said =
        matches!(page.problem, Some(Problem::NoAccess { .. })) || matches!(notice, Some(Problem::NoAccess { .. }));
    html! {
        (stored::view(page))
        @for (at, told) in told.enumerate() {
            (problem::view(told, problem::Source::Told, page.screen, &format!("problem-{at}")))
        }
        @if !no_access.is_empty() && !said {
            (problem::view(&Problem::NoAccess { origins: no_access.to_vec() }, problem::Source::Standing, page.screen, "problem-access"))
        }
    }
}

/// Tabs that a debug backend serves.
pub(super) fn browsing(page: &Page) -> Markup {
    let tabs: &[Browsing] = page.state.as_ref().map_or(&[], |state| &state.browsing);
    html! {
        @if !tabs.is_empty() {
            section.bv-browsing aria-labelledby="browsing-title" {
                h2 id="browsing-title" { "Tabs on mwdebug" }
                ul.bv-plain {
                    @for tab in tabs { (browsing_tab(tab, page)) }
                }
            }
        }
    }
}

fn browsing_tab(tab: &Browsing, page: &Page) -> Markup {
    html! {
        li.bv-tab data-browsing=(tab.tab) {
            div.bv-tab__text {
                p.bv-cut dir="auto" title=(tab.url) { (tab.url) }
                p.bv-quiet { "on " (tab.backend) ", ends " (page.clock().until(tab.until)) }
                @if let Some(other) = &tab.conflict {
                    p.bv-note.bv-note--error dir="auto" {
                        "✗ Another extension sent its own header here (" (other) "). "
                        "This tab does not show what you asked for: turn that extension off."
                    }
                }
                @if let Some(cookie) = &tab.cookie {
                    p.bv-note.bv-note--error dir="auto" {
                        "✗ A cookie X-Wikimedia-Debug (" (cookie) ") went along and decides which server answers. "
                        "In this tab press F12, choose Application (Chromium) or Storage (Firefox), then Cookies; "
                        "delete it and reload."
                    }
                }
            }
            button.cdx-button type="button" id={ "stop-" (tab.tab) } data-act="stop-browsing" data-tab=(tab.tab) { "Stop" }
        }
    }
}

fn header(page: &Page) -> Markup {
    let nick = page.state.as_ref().and_then(|state| state.settings.nick.as_ref());
    html! {
        h1 { "Backport Verify" }
        @if let Some(nick) = nick { span.bv-quiet.bv-cut dir="auto" { (nick) } }
        span.bv-header__space {}
        (live::word(page.state.as_ref()))
        button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only type="button" id="refresh" data-act="refresh"
            aria-label="Refresh" title="Refresh" { (Icon::Reload.view()) }
        button.cdx-button.cdx-button--weight-quiet.cdx-button--icon-only type="button" id="open-settings" data-act="settings"
            aria-label="Settings" title="Settings" { (Icon::Settings.view()) }
    }
}

fn setup(page: &Page) -> Markup {
    let asks = page.state.as_ref().is_some_and(|state| state.settings.nick.is_none());
    html! {
        @if asks {
            form.bv-setup data-act="save-nick" {
                h2 { "Which patches are yours?" }
                div.cdx-field {
                    div.cdx-label {
                        label.cdx-label__label for="nick" { span.cdx-label__label__text { "Your IRC nick" } }
                        span.cdx-label__description { "As it stands beside your patches on the Deployments calendar." }
                    }
                    div.cdx-text-input {
                        input.cdx-text-input__input id="nick" name="nick" type="text" autocomplete="off" autocapitalize="off"
                            spellcheck="false" dir="auto" required;
                    }
                }
                button.cdx-button.cdx-button--action-progressive.cdx-button--weight-primary type="submit" id="save-nick" { "Save" }
            }
        }
    }
}

fn schedule(page: &Page) -> Markup {
    let Some(state) = &page.state else { return loading() };
    if state.settings.nick.is_none() {
        return html! {};
    }
    match &state.schedule {
        Loaded::Absent | Loaded::Loading => loading(),
        Loaded::Ready { at, value } => html! { (windows(value, state, page)) (read_at(*at, page)) },
        Loaded::Failed { problem, stale } => html! {
            (problem::view(problem, problem::Source::Standing, page.screen, "schedule-problem"))
            @if let Some((at, value)) = stale {
                p.bv-note.bv-note--warning data-stale {
                    "⚠ This is the calendar as it was at " (page.clock().moment(*at)) ", " (page.clock().ago(*at)) ". It may have changed."
                }
                (windows(value, state, page))
            }
        },
    }
}

fn loading() -> Markup {
    html! {
        div.bv-loading data-loading {
            div.cdx-progress-bar.cdx-progress-bar--inline role="progressbar" aria-label="Reading the calendar" {
                div.cdx-progress-bar__bar {}
            }
            p.bv-quiet { "Reading the Deployments calendar…" }
            div.bv-skeleton aria-hidden="true" { div {} div {} div {} }
        }
    }
}

fn read_at(at: Timestamp, page: &Page) -> Markup {
    html! {
        p.bv-quiet.bv-read {
            a.bv-link href=(CALENDAR) target="_blank" rel="noreferrer" { "Deployments calendar" } " read " (page.clock().ago(at))
        }
    }
}

fn windows(all: &[Window], state: &State, page: &Page) -> Markup {
    if all.is_empty() {
        return empty(state);
    }
    html! { (fitness::failure(state, "refresh", None)) (window::all(all, state, page)) }
}

fn empty(state: &State) -> Markup {
    html! {
        div.bv-empty data-empty {
            h2 { "No patch of yours" }
            p {
                "No patch of "
                @if let Some(nick) = &state.settings.nick { strong dir="auto" { (nick) } }
                " stands in a window of the "
                a.bv-link href=(CALENDAR) target="_blank" rel="noreferrer" { "Deployments calendar" } "."
            }
            p { "Add your patch to a backport window there, then refresh. If the nick is wrong, change it in the settings." }
            div.bv-actions {
                button.cdx-button.cdx-button--action-progressive type="button" id="empty-refresh" data-act="refresh" { "Refresh" }
                button.cdx-button.cdx-button--weight-quiet type="button" id="empty-settings" data-act="settings" { "Open settings" }
            }
        }
    }
}
