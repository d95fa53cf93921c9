// SPDX-License-Identifier: GPL-2.0-or-later
//! `backport-verify verify`: suites run on the test servers, on production, or on both.

use super::super::args::{JobsArgs, On, VerifyArgs};
use super::super::ports::NativePorts;
use super::super::terminal::{ProgressLine, complain, plain, print};
use super::super::written;
use super::{Failure, client, printout, text_of};
use crate::app::{Progress, changes, perform};
use crate::change::Destination;
use crate::debug::Backends;
use crate::deployed::{dbname_of_host, host_of_dbname};
use crate::exchange::Session;
use crate::ports::Clock;
use crate::report::{to_html, to_json, to_junit, to_tap};
use crate::suite::{HOST, Read, Test, TestError, WIKI, check_names, did_you_mean, fill, given_to, in_scope, read};
use crate::verify::{Earlier, Ending, Journal, Limits, Plan, Stage, Subject, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the suites and prints what came; the exit code is the worst verdict's.
pub(in super::super) async fn verify(said: VerifyArgs) -> Result<ExitCode, Failure> {
    // Better said before the run than after it.
    for path in said.results.html.iter().chain(&said.results.junit) {
        written::could_be_written(path).map_err(|source| Failure::Write { path: path.clone(), source })?;
    }
    let ports = NativePorts::new(client(said.connection)?);
    let given: Vec<String> = said.variables.iter().map(|(name, _)| name.clone()).collect();
    let variables = variables_of(said.variables);
    let tests = tests_of(&said.suites)?;
    for words in unused(&tests, &given) {
        complain(&plain(&format!("backport-verify: {words}")));
    }
    let mut tests = placed(&chosen(tests, &said.tags, &said.not_tags)?, &variables)?;
    for test in &mut tests {
        test.allowed = said.allow_changes && !test.method.is_safe();
    }
    let JobsArgs { per_host, in_all, debug } = said.jobs;
    let limits = Limits { per_host, in_all, debug };
    let subject = subject_of(&ports, said.gerrit, &said.suites).await?;
    let mut backends = said.backends.into_iter();
    let mwdebug = Stage::Mwdebug { backends: Backends::new(backends.next().unwrap_or_default(), backends) };
    let stages = match said.on {
        On::Mwdebug => vec![mwdebug],
        On::Production => vec![Stage::Production],
        On::Both => vec![mwdebug, Stage::Production],
    };
    let mut journals: Vec<Journal> = Vec::new();
    for stage in stages {
        let (id, asked) = (ports.unique(), ports.now());
        let timeout_ms = u32::from(said.timeout) * 1000;
        let mut plan = Plan::new(id, subject.clone(), stage, asked, tests.clone(), timeout_ms);
        plan.variables.clone_from(&variables);
        plan.retry_on_timeout = said.retry_on_timeout;
        plan.earlier = journals.last().map(|before| Earlier::of(before, &tests)).unwrap_or_default();
        let journal = run(&ports, plan, limits).await;
        if !said.results.json && !said.results.tap {
            let between = if journals.is_empty() { "" } else { "\n" };
            print(&format!("{between}{}", printout::write(&journal)))?;
        }
        let cancelled = matches!(journal.ended, Some((_, Ending::Cancelled)));
        journals.push(journal);
        if cancelled {
            break;
        }
    }
    if said.results.json {
        print(&format!("{:#}\n", as_json(&journals, said.on)))?;
    }
    if said.results.tap {
        print(&to_tap(&journals))?;
    }
    if let Some(path) = said.results.html {
        written::write(&path, &to_html(&journals)).map_err(|source| Failure::Write { path, source })?;
    }
    if let Some(path) = said.results.junit {
        written::write(&path, &to_junit(&journals)?).map_err(|source| Failure::Write { path, source })?;
    }
    Ok(ExitCode::from(exit_code(journals.iter().map(verdict))))
}

/// Every test of the files, in order; none may be one that cannot be run as it stands. One that asks what is not
/// Wikimedia's over https is taken along and comes out as INCONCLUSIVE, but for a file that has no other.
fn tests_of(files: &[PathBuf]) -> Result<Vec<Test>, Failure> {
    let mut all = Vec::new();
    for path in files {
        let path = || path.clone();
        let Read { suite, notes } =
            read(&text_of(&path())?).map_err(|source| Failure::Suite { path: path(), source })?;
        for note in notes {
            complain(&plain(&format!("backport-verify: <{}>: {note}", path().display())));
        }
        if suite.tests.is_empty() {
            return Err(Failure::NoTest { path: path() });
        }
        for test in &suite.tests {
            let label = || test.label().to_owned();
            match test.validate() {
                // The run says so of this one; what else is in the file can be asked.
                Err(TestError::Scope(_)) if suite.tests.iter().any(|other| in_scope(&other.url).is_ok()) => {}
                result => result.map_err(|source| Failure::Test { path: path(), label: label(), source })?,
            }
            if test.session == Session::Mine {
                return Err(Failure::Cookies { path: path(), label: label() });
            }
        }
        all.extend(suite.tests);
    }
    Ok(all)
}

/// What is verified: the change, where one is named, else the suites.
async fn subject_of(ports: &NativePorts, gerrit: Option<u64>, files: &[PathBuf]) -> Result<Subject, Failure> {
    let Some(number) = gerrit else { return Ok(Subject { title: title(files), ..Subject::default() }) };
    let found = changes(ports, &[number]).await.map_err(Failure::Gerrit)?;
    let change = found.into_iter().find(|change| change.number == number).ok_or(Failure::NoChange(number))?;
    let version = match change.destination() {
        Destination::Backport { version } => Some(version),
        _ => None,
    };
    let patch = change.merged();
    Ok(Subject { gerrit, title: change.subject, version, patch, ..Subject::default() })
}

/// The values that the user gave; of host and wiki each gives the other.
fn variables_of(given: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = given.into_iter().collect();
    let host = variables.get(WIKI).and_then(|wiki| host_of_dbname(wiki));
    let wiki = variables.get(HOST).and_then(|host| dbname_of_host(host));
    for (name, value) in [(HOST, host), (WIKI, wiki)] {
        if let Some(value) = value {
            variables.entry(name.to_owned()).or_insert(value);
        }
    }
    variables
}

/// What is said of values that the user gave and no test uses. Of host and wiki each gives the other.
fn unused(tests: &[Test], given: &[String]) -> Vec<String> {
    let used: BTreeSet<String> = tests.iter().flat_map(Test::names).collect();
    let is_used = |name: &String| {
        let twin = if name == HOST { WIKI } else { HOST };
        used.contains(name) || (matches!(name.as_str(), HOST | WIKI) && used.contains(twin))
    };
    let words = |name: &String| {
        let other =
            did_you_mean(name, used.iter().map(String::as_str)).map_or_else(String::new, |words| format!("; {words}"));
        format!("no test uses {{{{{name}}}}}, which --variable gives{other}")
    };
    given.iter().filter(|name| !is_used(name)).map(words).collect()
}

/// The tests with one of `tags`, or all where none is named, without those with one of `not_tags`.
fn chosen(tests: Vec<Test>, tags: &[String], not_tags: &[String]) -> Result<Vec<Test>, Failure> {
    let has = |test: &Test, tags: &[String]| tags.iter().any(|tag| test.tags.contains(tag));
    let is_chosen = |test: &Test| (tags.is_empty() || has(test, tags)) && !has(test, not_tags);
    let chosen: Vec<Test> = tests.into_iter().filter(is_chosen).collect();
    if chosen.is_empty() { Err(Failure::NoneChosen) } else { Ok(chosen) }
}

/// The tests with the values put in; every other name must be captured by a test above.
fn placed(tests: &[Test], variables: &BTreeMap<String, String>) -> Result<Vec<Test>, Failure> {
    let given = given_to(None, variables);
    let tests: Vec<Test> = tests.iter().map(|test| fill(test, &given)).collect();
    for test in &tests {
        let refused = |source| Failure::Variables { label: test.label().to_owned(), source };
        match test.validate() {
            // It is not asked, and the run says so.
            Err(TestError::Scope(_)) => {}
            result => result.map_err(refused)?,
        }
    }
    check_names(&tests, |_| false).map_err(|(place, source)| {
        let label = tests.get(place).map(|test| test.label().to_owned()).unwrap_or_default();
        Failure::Name { label, source }
    })?;
    Ok(tests)
}

fn title(files: &[PathBuf]) -> String {
    let name =
        |path: &PathBuf| Path::file_stem(path).map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    files.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Performs the plan until it is done or the user presses Ctrl-C; what had come by then is kept.
async fn run(ports: &NativePorts, plan: Plan, limits: Limits) -> Journal {
    let line = Line { progress: ProgressLine::new() };
    let mut journal = Journal::begin(plan);
    let interrupted = tokio::select! {
        () = perform(ports, &mut journal, limits, &line) => false,
        pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
    };
    line.progress.clear();
    if journal.ended.is_none() {
        let finished = !interrupted && journal.pending().is_empty();
        journal.end(ports.now(), if finished { Ending::Finished } else { Ending::Cancelled });
    }
    journal
}

struct Line {
    progress: ProgressLine,
}

impl Progress for Line {
    async fn outcome(&self, journal: &Journal) {
        let (done, all) = (journal.outcomes.len(), journal.plan.jobs.len());
        let words = [vec![format!("{}: {done} of {all} answers", journal.plan.stage)], journal.waits()].concat();
        self.progress.show(&words.join("; "));
    }
}

fn as_json(journals: &[Journal], on: On) -> serde_json::Value {
    match (journals, on) {
        ([only], On::Mwdebug | On::Production) => to_json(only),
        _ => serde_json::json!({ "format": 1, "runs": journals.iter().map(to_json).collect::<Vec<_>>() }),
    }
}

/// The verdict of a run that is over; one that has none proves nothing.
pub(super) fn verdict(journal: &Journal) -> Verdict {
    journal.verdict().unwrap_or(Verdict::Inconclusive)
}

/// A failure outweighs what is not certain, and that outweighs a pass. No run at all is no pass.
fn exit_code(verdicts: impl IntoIterator<Item = Verdict>) -> u8 {
    let weight = |verdict| match verdict {
        Verdict::Pass => 0,
        Verdict::Inconclusive => 1,
        Verdict::Fail => 2,
    };
    match verdicts.into_iter().max_by_key(|verdict| weight(*verdict)) {
        Some(Verdict::Pass) => 0,
        Some(Verdict::Fail) => 1,
        Some(Verdict::Inconclusive) | None => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Test, Verdict, chosen, exit_code, title, variables_of};

    #[test]
    fn of_host_and_wiki_each_gives_the_other_and_what_was_said_stays() {
        let of = |pairs: &[(&str, &str)]| {
            let given = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let variables = variables_of(given);
            (variables.get("host").cloned(), variables.get("wiki").cloned())
        };
        let both = |host: &str, wiki: &str| (Some(host.to_owned()), Some(wiki.to_owned()));
        assert_eq!(of(&[("host", "de.wikipedia.org")]), both("de.wikipedia.org", "dewiki"));
        assert_eq!(of(&[("wiki", "dewiki")]), both("de.wikipedia.org", "dewiki"));
        let other = [("wiki", "dewiki"), ("host", "en.wikipedia.org")];
        assert_eq!(of(&other), both("en.wikipedia.org", "dewiki"));
        assert_eq!(of(&[("a", "b")]), (None, None));
    }

    #[test]
    fn tests_are_chosen_by_one_tag_of_several_and_left_out_by_any() {
        let tests = || {
            let test = |name: &str, tags: &[&str]| Test {
                name: name.into(),
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                ..Test::default()
            };
            vec![
                test("none", &[]),
                test("smoke", &["smoke"]),
                test("both", &["smoke", "slow"]),
                test("slow", &["slow"]),
            ]
        };
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        for (tags, not_tags, names) in [
            (&[][..], &[][..], &["none", "smoke", "both", "slow"][..]),
            (&["smoke"], &[], &["smoke", "both"]),
            (&["smoke", "slow"], &[], &["smoke", "both", "slow"]),
            (&[], &["slow"], &["none", "smoke"]),
            (&["smoke"], &["slow"], &["smoke"]),
        ] {
            let found = chosen(tests(), &owned(tags), &owned(not_tags)).unwrap();
            assert_eq!(found.iter().map(|test| test.name.as_str()).collect::<Vec<_>>(), names, "{tags:?} {not_tags:?}");
        }
        assert!(matches!(chosen(tests(), &owned(&["x"]), &[]), Err(Failure::NoneChosen)));
    }

    #[test]
    fn the_exit_code_is_that_of_the_worst_verdict() {
        use Verdict::{Fail, Inconclusive, Pass};
        assert_eq!(exit_code([Pass, Pass]), 0);
        assert_eq!(exit_code([Fail, Inconclusive, Pass]), 1);
        assert_eq!(exit_code([Pass, Inconclusive]), 3);
        assert_eq!(exit_code([]), 3);
    }

    #[test]
    fn a_run_is_called_by_its_files() {
        assert_eq!(title(&["suites/enwiki.yaml".into(), "b.yml".into()]), "enwiki, b");
    }
}
