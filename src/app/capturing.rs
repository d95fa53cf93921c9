// SPDX-License-Identifier: GPL-2.0-or-later
//! Values that tests of a run take from their answers for later ones, at each target for itself.
//!
//! Must not send anything and must not let a value out: what a test came to names it, and no more.

use crate::suite::{Test, Variables, giver, origins, resolve, text_of};
use crate::verify::{Doubt, Journal, Outcome, Reason, Verdict};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A shorter value is no secret, and hiding it would hide half of every text: the token of somebody without an account
/// is two letters, a revision's number a few digits.
const SECRET: usize = 8;

/// What one answer gave, by the values' names.
pub(super) type Taken = Vec<(String, Result<Value, String>)>;

/// What is to become of a job.
pub(super) enum Prepared<'a> {
    /// It can be sent as this.
    Ready(Cow<'a, Test>),
    /// A test has not answered yet whose value it needs.
    Waits,
    /// It will never have the values that it needs.
    Never(Doubt),
}

/// Why a job has not all of its values.
enum Lack {
    Open,
    Missing(Doubt),
}

/// Why values were not given, by the job's place and the value's name.
#[derive(Default)]
pub(super) struct Capturing {
    missed: BTreeMap<(usize, String), String>,
}

impl Capturing {
    /// The test of the job at `place` with the values that were captured at its target.
    pub(super) fn prepare<'a>(&self, place: usize, test: &'a Test, journal: &Journal) -> Prepared<'a> {
        match self.values_for(place, test, journal) {
            Ok(values) if values.is_empty() => Prepared::Ready(Cow::Borrowed(test)),
            Ok(values) => match resolve(test, &values) {
                Ok(test) => Prepared::Ready(Cow::Owned(test)),
                Err(_) => Prepared::Never(unfit(place, test, journal, values)),
            },
            Err(Lack::Open) => Prepared::Waits,
            Err(Lack::Missing(doubt)) => Prepared::Never(doubt),
        }
    }

    /// Notes what the answer of the job at `place` gave. An answer that proves nothing gives nothing.
    pub(super) fn came(&mut self, place: usize, verdict: Verdict, taken: Taken, journal: &mut Journal) {
        for (name, value) in taken {
            match value {
                Ok(value) if verdict != Verdict::Inconclusive => {
                    journal.captured.entry(place).or_default().insert(name, value);
                }
                Ok(_) => drop(self.missed.insert((place, name), "it is inconclusive".to_owned())),
                Err(why) => drop(self.missed.insert((place, name), why)),
            }
        }
    }

    /// What the job at `place` came to, with the names of captured values in their place.
    pub(super) fn veiled(&self, place: usize, test: &Test, outcome: Outcome, journal: &Journal) -> Outcome {
        let secrets: Vec<(&String, String)> = journal
            .captured
            .values()
            .flatten()
            .map(|(name, value)| (name, text_of(value)))
            .filter(|(_, value)| value.chars().count() >= SECRET)
            .collect();
        let values = self.values_for(place, test, journal).unwrap_or_default();
        let mut outcome = outcome;
        for (result, origin) in outcome.assertions.iter_mut().zip(origins(test, &values)) {
            if result.assertion != *origin {
                result.assertion.clone_from(origin);
                result.expected = origin.to_string();
            }
            result.actual = hidden(&result.actual, &secrets);
        }
        let evidence = &mut outcome.evidence;
        for location in evidence.hops.iter_mut().map(|hop| &mut hop.location).chain([&mut evidence.location]).flatten()
        {
            *location = hidden(location, &secrets);
        }
        outcome.reason = outcome.reason.map(|reason| without(&reason, &secrets).unwrap_or(reason));
        outcome
    }

    fn values_for(&self, place: usize, test: &Test, journal: &Journal) -> Result<Variables, Lack> {
        test.names().into_iter().map(|name| Ok((name.clone(), self.value(place, name, journal)?))).collect()
    }

    fn value(&self, place: usize, name: String, journal: &Journal) -> Result<Value, Lack> {
        let plan = &journal.plan;
        let job = plan.jobs.get(place);
        let of = job.and_then(|job| giver(&plan.tests, job.test, &name));
        let from =
            of.and_then(|of| plan.tests.get(of)).map_or_else(|| "no test".to_owned(), |by| by.label().to_owned());
        let lack = |name: String, why: String| Err(Lack::Missing(Doubt::NotCaptured { name, from, why }));
        let (Some(job), Some(of)) = (job, of) else { return lack(name, "none before it captures it".to_owned()) };
        let Some(at) = plan.jobs.iter().position(|other| other.test == of && other.target == job.target) else {
            let why = plan.left_out(of).map_or_else(
                || "it can change something and is not sent to production before the sync".to_owned(),
                |why| format!("it is skipped: {why}"),
            );
            return lack(name, why);
        };
        let given = journal.captured.get(&at).and_then(|values| values.get(&name));
        match (journal.outcomes.get(&at), given) {
            (_, Some(value)) => Ok(value.clone()),
            (None, None) => Err(Lack::Open),
            (Some(_), None) => {
                let why = self.missed.get(&(at, name.clone())).cloned();
                lack(name, why.unwrap_or_else(|| "it has no answer that could give it".to_owned()))
            }
        }
    }
}

/// The doubt about a test that cannot be sent with its values; which of them is at fault, the last stands for.
fn unfit(place: usize, test: &Test, journal: &Journal, values: Variables) -> Doubt {
    let name = values.into_keys().next_back().unwrap_or_default();
    let tests = &journal.plan.tests;
    let of = journal.plan.jobs.get(place).and_then(|job| giver(tests, job.test, &name)).and_then(|of| tests.get(of));
    let from = of.unwrap_or(test).label().to_owned();
    Doubt::NotCaptured { name, from, why: "the value that it gave does not fit where it is needed".to_owned() }
}

/// The text with names in the place of secrets; none of it, where a part of one is in it.
fn hidden(text: &str, secrets: &[(&String, String)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in secrets {
        text = text.replace(value.as_str(), &format!("{{{{{name}}}}}"));
        let begin: String = value.chars().take(SECRET).collect();
        if text.contains(&begin) {
            return format!("something with a part of {{{{{name}}}}}, which is not shown");
        }
    }
    text
}

/// The reason with every text in it freed of secrets.
fn without(reason: &Reason, secrets: &[(&String, String)]) -> Option<Reason> {
    if secrets.is_empty() {
        return None;
    }
    let mut written = serde_json::to_value(reason).ok()?;
    hide_in(&mut written, secrets);
    serde_json::from_str(&written.to_string()).ok()
}

fn hide_in(value: &mut Value, secrets: &[(&String, String)]) {
    match value {
        Value::String(text) => *text = hidden(text, secrets),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_in(item, secrets)),
        Value::Object(fields) => fields.values_mut().for_each(|item| hide_in(item, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{hidden, without};
    use crate::verify::{Doubt, Reason};

    #[test]
    fn no_part_of_a_secret_is_left_in_a_text() {
        let name = "token".to_owned();
        let secrets = [(&name, "0123456789abcdef+\\".to_owned())];
        for (text, expected) in [
            ("<0123456789abcdef+\\>", "<{{token}}>"),
            ("<0123456789abcdef+\\\\>", "<{{token}}\\>"),
            ("<0123456789…>", "something with a part of {{token}}, which is not shown"),
            ("<0123456>", "<0123456>"),
        ] {
            assert_eq!(hidden(text, &secrets), expected);
        }
        let reason = |url: &str| Reason::Doubt { doubt: Doubt::LeftSites { url: url.into() } };
        let found = without(&reason("https://example.org/0123456789abcdef+\\"), &secrets);
        assert_eq!(found, Some(reason("https://example.org/{{token}}")));
    }
}
