// SPDX-License-Identifier: GPL-2.0-or-later
//! What most tests leave as it is: who asks, how, when, and what else is wanted. Each choice redraws the form.

use super::allowing::WARNING;
use super::assertion_form::what;
use super::bench::named;
use super::control::{Control, field, tool};
use super::draft::Draft;
use super::extra::{BodyKind, CaptureRow};
use super::icon::Icon;
use super::page::Page;
use super::row::Row;
use crate::exchange::{Method, Redirects, Session};
use crate::suite::{Only, Owner, Test};
use maud::{Markup, html};

const SESSION: &str = "session";
const METHOD: &str = "method";
const REDIRECTS: &str = "redirects";
const ALLOWED: &str = "allowed";
const MUST_FAIL_BEFORE: &str = "must_fail_before";

const ONLY: &str = "only";

const MINE: &str = "mine";

/// Those that a test may have, the usual ones first.
const METHODS: [Method; 7] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// The fold of a test; `id` is the test's.
pub(super) fn view(page: &Page, draft: &Draft, at: usize, row: &Row, id: &str) -> Markup {
    let (test, extra) = (&row.kept, &row.extra);
    let words = words(row);
    let typed = |name: &'static str, label, value, example, hint| {
        field(&Control {
            id: format!("{id}-{name}"),
            name,
            label,
            value,
            example,
            hint: Some(hint),
            complaint: draft.complaint(at, None, name),
            ..Control::default()
        })
    };
    html! {
        details.bv-fold.bv-more id={ (id) "-more" } {
            summary { "More" @if !words.is_empty() { ": " (words.join(", ")) } }
            div.bv-more__body {
                (asker(test, id))
                (method(test, id))
                @if !test.method.is_safe() {
                    (tick(id, ALLOWED, test.allowed, &format!("May be sent although {} can change something", test.method.as_str()), WARNING))
                }
                (tick(id, REDIRECTS, test.redirects == Redirects::Follow, "Follow redirects",
                    "Without it the redirect itself is the answer: its status and its Location can be asserted."))
                (tick(id, MUST_FAIL_BEFORE, test.must_fail_before, "Must fail before the patch",
                    "On mwdebug it then passes only if production, which is asked beside it, fails it: that shows what the patch does."))
                (only(test, id))
                (typed("timeout", "Time limit in ms", &extra.timeout, "5000", "Empty: the limit of the run, 20 seconds."))
                (typed("tags", "Tags", &extra.tags, "smoke, echo", "Words by which tests are found, with commas between."))
                (typed("skip", "Skip, because", &extra.skip, "waits for T123456", "While a reason stands here, runs leave the test out and say so."))
                (fields(draft, at, row, id))
                (body(draft, at, row, id))
                (captures(draft, at, &extra.captures, id))
                (shared(page, id))
            }
        }
    }
}

fn only(test: &Test, id: &str) -> Markup {
    let choices = [("", "Both stages", None), ("mwdebug", "mwdebug only", Some(Only::Mwdebug))];
    let choices = choices.into_iter().chain([("production", "Production only", Some(Only::Production))]);
    html! {
        div.cdx-field {
            div.cdx-label { label.cdx-label__label for={ (id) "-only" } { span.cdx-label__label__text { "Run on" } } }
            select.cdx-select id={ (id) "-only" } name=(ONLY) data-act="edit" data-field=(ONLY) {
                @for (value, label, meant) in choices { option value=(value) selected[meant == test.only] { (label) } }
            }
        }
    }
}

fn fields(draft: &Draft, at: usize, row: &Row, id: &str) -> Markup {
    html! {
        div.bv-rows role="group" aria-label="Request headers" {
            @for (place, (name, value)) in row.extra.fields.iter().enumerate() {
                div.bv-rows__row data-row=(place) {
                    (field(&Control { id: format!("{id}-field-{place}-name"), name: "field_name", label: "Request header", value: name, example: "Accept-Language", ..Control::default() }))
                    (field(&Control { id: format!("{id}-field-{place}-value"), name: "field_value", label: "Its value", value, example: "de", ..Control::default() }))
                    (tool(&format!("{id}-field-{place}-remove"), "remove-field", &format!("Remove request header {}", place + 1), Icon::Trash))
                }
            }
            @if let Some(complaint) = draft.complaint(at, None, "field_name") { p.bv-note.bv-note--error data-complaint { (complaint) } }
            button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-add-field" } data-act="add-field" { (Icon::Add.view()) "Add request header" }
        }
    }
}

fn body(draft: &Draft, at: usize, row: &Row, id: &str) -> Markup {
    let chosen = row.extra.body_kind;
    // GET and HEAD have none; one that is there all the same must be seen.
    let may_be = !matches!(row.kept.method, Method::Get | Method::Head) || chosen != BodyKind::None;
    html! {
        @if may_be {
            div.bv-rows {
                div.cdx-field {
                    div.cdx-label { label.cdx-label__label for={ (id) "-body_kind" } { span.cdx-label__label__text { "Body" } } }
                    select.cdx-select id={ (id) "-body_kind" } name="body_kind" data-act="edit" data-field="body_kind" {
                        @for kind in BodyKind::ALL { option value=(kind.tag()) selected[kind == chosen] { (kind.label()) } }
                    }
                }
                @if chosen != BodyKind::None {
                    (field(&Control {
                        id: format!("{id}-body"),
                        name: "body",
                        label: "Body’s text",
                        value: &row.extra.body,
                        example: chosen.example(),
                        complaint: draft.complaint(at, None, "body"),
                        lines: true,
                        ..Control::default()
                    }))
                }
            }
        }
    }
}

fn captures(draft: &Draft, at: usize, captures: &[CaptureRow], id: &str) -> Markup {
    let wrong = |place: usize, name: &str| draft.capture_complaint(at, place, name);
    html! {
        div.bv-rows role="group" aria-label="Captures" {
            @for (place, capture) in captures.iter().enumerate() {
                @let id = format!("{id}-capture-{place}");
                div.bv-rows__row data-row=(place) {
                    (field(&Control { id: format!("{id}-name"), name: "capture", label: "Capture as", value: &capture.name, example: "token", complaint: wrong(place, "capture"), ..Control::default() }))
                    (what(&id, "capture_of", "From", capture.what))
                    @for name in capture.what.fields() {
                        (field(&Control {
                            id: format!("{id}-{}", name.name()),
                            name: name.name(),
                            label: name.label(),
                            value: capture.typed.get(name).map_or("", String::as_str),
                            example: name.example(),
                            complaint: wrong(place, name.name()),
                            ..Control::default()
                        }))
                    }
                    (tool(&format!("{id}-remove"), "remove-capture", &format!("Remove capture {}", place + 1), Icon::Trash))
                }
            }
            button.cdx-button.cdx-button--weight-quiet type="button" id={ (id) "-add-capture" } data-act="add-capture" { (Icon::Add.view()) "Capture a value for later tests" }
        }
    }
}

/// Keeping the test for every change of the repository or wiki.
fn shared(page: &Page, id: &str) -> Markup {
    let Some(gerrit) = page.change.filter(|_| page.shared.is_none()) else { return html! {} };
    let owners = page.state.as_ref().map(|state| state.owners_of(gerrit)).unwrap_or_default();
    let owners: Vec<Owner> = owners.into_iter().skip(1).collect();
    html! {
        @if !owners.is_empty() {
            div.bv-rows role="group" aria-label="Keep it for more changes" {
                @for (at, owner) in owners.iter().enumerate() {
                    p { "For every change of " bdi { (named(owner)) } ":" }
                    div.bv-actions data-owner=(owner) {
                        button.cdx-button type="button" id={ (id) "-copy-to-" (at) } data-act="copy-to" { "Copy this test there" }
                        button.cdx-button type="button" id={ (id) "-move-to-" (at) } data-act="move-to" { "Move this test there" }
                    }
                }
            }
        }
    }
}

/// What differs from the usual.
fn words(row: &Row) -> Vec<String> {
    let (test, extra) = (&row.kept, &row.extra);
    let mut words = Vec::new();
    if test.session == Session::Mine {
        words.push("as me".to_owned());
    }
    if test.method != Method::Get {
        let allowed = match (test.method.is_safe(), test.allowed) {
            (true, _) => "",
            (false, true) => " (allowed)",
            (false, false) => " (not allowed)",
        };
        words.push(format!("{}{allowed}", test.method.as_str()));
    }
    if test.redirects == Redirects::Follow {
        words.push("redirects are followed".to_owned());
    }
    if test.must_fail_before {
        words.push("must fail before".to_owned());
    }
    match test.only {
        Some(Only::Mwdebug) => words.push("mwdebug only".to_owned()),
        Some(Only::Production) => words.push("production only".to_owned()),
        None => {}
    }
    let is_there = [
        (!extra.skip.is_empty(), "skipped"),
        (!extra.timeout.is_empty(), "own time limit"),
        (!extra.tags.is_empty(), "tags"),
        (!extra.fields.is_empty(), "request headers"),
        (extra.body_kind != BodyKind::None, "body"),
        (!extra.captures.is_empty(), "captures"),
    ];
    words.extend(is_there.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
    words
}

fn asker(test: &Test, id: &str) -> Markup {
    let mine = test.session == Session::Mine;
    html! {
        div.cdx-field {
            div.cdx-label { label.cdx-label__label for={ (id) "-session" } { span.cdx-label__label__text { "Sent as" } } }
            select.cdx-select id={ (id) "-session" } name=(SESSION) data-act="edit" data-field=(SESSION) aria-describedby={ (id) "-session-does" } {
                option value="anonymous" selected[!mine] { "Nobody" }
                option value=(MINE) selected[mine] { "Me" }
            }
            p.bv-note id={ (id) "-session-does" } {
                @if mine { "With the cookies that this browser has for the site: the answer is yours, and the command cannot run it." }
                @else { "Without cookies, as readers who are not logged in." }
            }
        }
    }
}

fn method(test: &Test, id: &str) -> Markup {
    html! {
        div.cdx-field {
            div.cdx-label { label.cdx-label__label for={ (id) "-method" } { span.cdx-label__label__text { "Method" } } }
            select.cdx-select id={ (id) "-method" } name=(METHOD) data-act="edit" data-field=(METHOD) {
                @for method in METHODS { option value=(method.as_str()) selected[method == test.method] { (method.as_str()) } }
            }
        }
    }
}

fn tick(id: &str, name: &str, ticked: bool, label: &str, sentence: &str) -> Markup {
    html! {
        div.bv-box {
            input.bv-box__input type="checkbox" id={ (id) "-" (name) } name=(name) value="on" checked[ticked] data-act="edit"
                data-field=(name) aria-describedby={ (id) "-" (name) "-does" };
            div {
                label for={ (id) "-" (name) } { (label) }
                p.bv-note id={ (id) "-" (name) "-does" } { (sentence) }
            }
        }
    }
}

/// Takes over what a control of the fold says; nothing for any other.
pub(super) fn take(test: &mut Test, name: &str, value: &str) {
    let ticked = !value.is_empty();
    match name {
        SESSION => test.session = if value == MINE { Session::Mine } else { Session::Anonymous },
        METHOD => test.method = METHODS.into_iter().find(|method| method.as_str() == value).unwrap_or_default(),
        REDIRECTS => test.redirects = if ticked { Redirects::Follow } else { Redirects::Manual },
        ALLOWED => test.allowed = ticked,
        MUST_FAIL_BEFORE => test.must_fail_before = ticked,
        ONLY => {
            test.only = match value {
                "mwdebug" => Some(Only::Mwdebug),
                "production" => Some(Only::Production),
                _ => None,
            }
        }
        _ => {}
    }
}
