// SPDX-License-Identifier: GPL-2.0-or-later
//! What most tests leave as it is: who asks, how, and what else is wanted. Each choice redraws the form.

use super::allowing::WARNING;
use crate::exchange::{Method, Redirects, Session};
use crate::suite::Test;
use maud::{Markup, html};

const SESSION: &str = "session";
const METHOD: &str = "method";
const REDIRECTS: &str = "redirects";
const ALLOWED: &str = "allowed";
const MUST_FAIL_BEFORE: &str = "must_fail_before";

const MINE: &str = "mine";

/// Those that a test may have, the usual ones first.
const METHODS: [Method; 7] =
    [Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options];

/// The fold of a test; `id` is the test's.
pub(super) fn view(test: &Test, id: &str) -> Markup {
    let words = words(test);
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
            }
        }
    }
}

/// What differs from the usual.
fn words(test: &Test) -> Vec<String> {
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
        _ => {}
    }
}
