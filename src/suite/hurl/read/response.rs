// SPDX-License-Identifier: GPL-2.0-or-later
//! What a Hurl entry demands of its answer and takes from it (<https://hurl.dev/docs/response.html>).
//!
//! Must not make a demand that is weaker than Hurl's without telling.

use super::asserts::{self, Asked};
use super::values::Values;
use crate::check::{Assertion, Order, Predicate, Subject};
use crate::suite::hurl::Taken;
use crate::suite::lost::{LossAt, Losses};
use crate::suite::variables::validate;
use crate::suite::{Capture, Test};
use hurl_core::ast::{Body, Bytes, Response, SectionValue, StatusValue, VersionValue};
use hurl_core::types::ToSource;

/// Reads the demands. An entry that has none gets status 200, which is told: a test must demand something.
pub(super) fn read(response: Option<&Response>, test: &mut Test, values: &mut Values, lost: &mut Losses) {
    if let Some(response) = response {
        let line = response.status.source_info.start.line;
        lost.go_to(LossAt::Line(line));
        if response.version.value != VersionValue::VersionAny {
            lost.matters(format!("{}: a test cannot demand a version of HTTP", response.version.value));
        }
        let mut demands = Vec::new();
        if let StatusValue::Specific(code) = response.status.value {
            let is = Predicate::Is { value: code.into() };
            demands.push((line, Ok(vec![Assertion { of: Subject::Status, is }])));
        }
        for field in &response.headers {
            let name = values.text(&field.key);
            let value = values.text(&field.value);
            let said = name.and_then(|name| Ok(vec![Assertion::header_is(name, value?)]));
            demands.push((field.key.source_info.start.line, said));
        }
        let mut leads_on = None;
        for assert in response.asserts() {
            if response.status.value == StatusValue::Any && asserts::is_success_or_redirect(assert) {
                leads_on = Some(assert.query.source_info.start.line);
                continue;
            }
            demands.push((assert.query.source_info.start.line, asserts::read(assert, values)));
        }
        if let Some(body) = &response.body {
            demands.push((body.space0.source_info.start.line, whole_body(body, values)));
        }
        for (line, said) in demands {
            lost.go_to(LossAt::Line(line));
            keep(said, test, lost);
        }
        if response.status.value == StatusValue::Any {
            let is_redirect = Taken::by(&test.assertions) == Taken::SuccessOrRedirect;
            if let Some(line) = leads_on.filter(|_| !is_redirect) {
                lost.go_to(LossAt::Line(line));
                keep(Err("nothing says where a redirect leads".into()), test, lost);
            }
            any_status(test, leads_on.is_some());
        }
        captures(response, test, values, lost);
        lost.go_to(LossAt::Line(line));
    }
    if test.assertions.is_empty() {
        test.assertions.push(Assertion::status(200));
        lost.aside("no demand is left or was there; the test demands status 200: change it to what you expect");
    }
}

fn keep(said: Result<Vec<Assertion>, String>, test: &mut Test, lost: &mut Losses) {
    let checked = said.and_then(|all| {
        all.iter().try_for_each(|assertion| validate(assertion).map_err(|error| error.to_string()))?;
        Ok(all)
    });
    match checked {
        Ok(all) => test.assertions.extend(all),
        Err(why) => lost.matters(format!("this demand is left out: {why}")),
    }
}

/// Hurl takes any status with `HTTP *`, where a test without a word of the status demands success. `leads_on` is whether
/// the file says that the status be a success or a redirect.
fn any_status(test: &mut Test, leads_on: bool) {
    let compares = |order, number: u64| Assertion {
        of: Subject::Status,
        is: Predicate::Compares { order, number: number.into() },
    };
    let success = [compares(Order::AtLeast, 200), compares(Order::Below, 300)];
    let of_status: Vec<&Assertion> = test.assertions.iter().filter(|found| found.of == Subject::Status).collect();
    let is_success = of_status.len() == success.len() && of_status.iter().zip(&success).all(|(one, same)| *one == same);
    match Taken::by(&test.assertions) {
        // It goes without saying, unless nothing else is said.
        Taken::Success if is_success && test.assertions.len() > success.len() => {
            test.assertions.retain(|assertion| assertion.of != Subject::Status);
        }
        Taken::Success | Taken::SuccessOrRedirect if leads_on => {}
        Taken::Success | Taken::SuccessOrRedirect if !is_success && !test.assertions.is_empty() => {
            of_any(&mut test.assertions);
        }
        _ => {}
    }
}

/// Says of a status that is no success that it is meant too. 599 is not, since a demand that holds of every answer is none.
fn of_any(assertions: &mut Vec<Assertion>) {
    let between = |to: u64| Predicate::Between { from: 100.into(), to: to.into() };
    let of_status: Vec<&mut Assertion> = assertions.iter_mut().filter(|one| one.of == Subject::Status).collect();
    if let Ok([one]) = <[&mut Assertion; 1]>::try_from(of_status)
        && let Some(to) = greatest(&one.is)
    {
        one.is = between(to);
    } else {
        assertions.insert(0, Assertion { of: Subject::Status, is: between(598) });
    }
}

/// The greatest number of which it holds, where it holds of all below.
fn greatest(is: &Predicate) -> Option<u64> {
    match is {
        Predicate::Compares { order: Order::AtMost, number } => number.as_u64(),
        Predicate::Compares { order: Order::Below, number } => number.as_u64()?.checked_sub(1),
        _ => None,
    }
}

/// A body that stands below the status must be the whole one, letter for letter.
fn whole_body(body: &Body, values: &Values) -> Result<Vec<Assertion>, String> {
    let text = match &body.value {
        Bytes::OnelineString(template) => values.text(template)?,
        Bytes::MultilineString(lines) => values.text(&lines.value())?,
        Bytes::Json(json) => {
            let source = json.to_source();
            let source = source.as_str();
            if source.contains("{{") || source.contains('\\') {
                return Err("a body in JSON with <{{…}}> or <\\>".into());
            }
            source.to_owned()
        }
        Bytes::Xml(_) | Bytes::Base64(_) | Bytes::Hex(_) | Bytes::File(_) => {
            return Err("a body of bytes, in XML or from a file".into());
        }
    };
    Ok(vec![Assertion { of: Subject::Body, is: Predicate::Is { value: text.into() } }])
}

fn captures(response: &Response, test: &mut Test, values: &mut Values, lost: &mut Losses) {
    for section in &response.sections {
        let SectionValue::Captures(captures) = &section.value else { continue };
        for capture in captures {
            lost.go_to(LossAt::Line(capture.query.source_info.start.line));
            let name = capture.name.to_string();
            let of = asserts::asked(&capture.query, &capture.filters, values).and_then(|asked| match asked {
                Asked::Of(Subject::Sha256) => Err("a digest cannot be used as a text".to_owned()),
                Asked::Of(subject) => subject.validate().map(|()| subject).map_err(|error| error.to_string()),
                Asked::Count(_) | Asked::Pieces(_) | Asked::Regex(_) => Err("it is no part of an answer".to_owned()),
            });
            match of {
                Ok(of) => {
                    let own = values.take(&name);
                    if own != name {
                        lost.aside(format!("{{{{{name}}}}} is called {{{{{own}}}}} here"));
                    }
                    test.captures.push(Capture { name: own, of });
                }
                Err(why) => {
                    values.forget(&name);
                    lost.matters(format!("{{{{{name}}}}} cannot be taken: {why}; tests that use it cannot ask"));
                }
            }
        }
    }
}
