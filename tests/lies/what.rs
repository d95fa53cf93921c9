// SPDX-License-Identifier: GPL-2.0-or-later
//! Lies about the code: the right servers without the patch, of another version, or without a word of it.

use super::bed::{
    Answer, BACKPORT, BACKPORT_TEXT, BACKPORT_URL, Bed, Change, GERRIT, GROUP0_VERSION, Lie, PATCH_TEXT, Seen,
    TEST_URL, VERSION,
};
use super::kind::Kind::{
    Assertion as NotHeld, BeforeUnknown, OtherVersion, ParserCache, PassedBefore, PatchNotThere, VersionUnknown,
};
use super::row::On::{Both, Mwdebug, Production};
use super::row::{On, Row, absence, lie, of, presence};
use backport_verify::change::PatchRef;
use backport_verify::check::Assertion;
use backport_verify::suite::Test;
use backport_verify::verify::Subject;
use jiff::Timestamp;

/// The patches that are verified, and the commits that they were put upon.
pub(crate) struct Commits {
    config: Change,
    backport: Change,
}

impl Commits {
    /// As Gerrit has them.
    pub(crate) fn of(bed: &Bed) -> Self {
        Self { config: bed.change(GERRIT).unwrap(), backport: bed.change(BACKPORT).unwrap() }
    }
}

fn subject(change: &Change, version: Option<&str>) -> Subject {
    let patch = PatchRef { project: change.project.clone(), branch: change.branch.clone(), commit: change.commit() };
    Subject {
        gerrit: Some(change.number),
        version: version.map(str::to_owned),
        wikis: vec!["test.wikipedia.org".into()],
        patch: Some(patch),
        ..Subject::default()
    }
}

/// Every row.
pub(crate) fn rows(commits: &Commits) -> Vec<Row> {
    [patches(&commits.config), versions(&commits.backport), pages(), before()].concat()
}

/// Lies about production as it is without the patch, where a test must fail.
fn before() -> Vec<Row> {
    // Only the test servers send this field, so that it stands for what the patch brings.
    let field = Assertion::header_matches("x-powered-by", "PHP");
    let must_fail = |name| lie(name, Mwdebug).asks([Test { must_fail_before: true, ..of(TEST_URL, field.clone()) }]);
    let of_production = |seen: &Seen| seen.header("x-wikimedia-debug").is_none() && !is_info(seen);
    vec![
        must_fail("production that has it already")
            .tells_all(move |seen, answer| {
                if of_production(seen) {
                    answer.put("x-powered-by", "PHP/8.3.30");
                }
            })
            .inconclusive(PassedBefore, "passes without the patch"),
        must_fail("production of an unknown server")
            .tells_all(move |seen, answer| {
                if of_production(seen) {
                    answer.put("server", "somebody");
                }
            })
            .inconclusive(BeforeUnknown, "gave no certain answer"),
    ]
}

fn is_info(seen: &Seen) -> bool {
    seen.route() == "/w/deployment-info.php"
}

/// Either of the two places that tell the version.
fn is_of_version(seen: &Seen) -> bool {
    is_info(seen) || seen.path.contains("meta=siteinfo")
}

fn swapped(answer: &mut Answer, from: &str, to: &str) {
    answer.body = answer.text_of().replace(from, to).into();
}

fn patches(change: &Change) -> Vec<Row> {
    let config = |name, on: On| lie(name, on).subject(&subject(change, None));
    let (patch, before) = (change.commit(), change.parent());
    let without = {
        let (patch, before) = (patch.clone(), before.clone());
        move |seen: &Seen, answer: &mut Answer| {
            if is_info(seen) {
                swapped(answer, &patch, &before);
            }
        }
    };
    let only_debug = without.clone();
    let unpatched = without.clone();
    vec![
        config("a test server that scap has passed by", Mwdebug)
            .bed(Lie::DebugIgnoresPatch)
            .inconclusive(PatchNotThere, "the patch is not on the test servers"),
        config("a page with the patch from servers without it", Both)
            .tells_all(without)
            .inconclusive(PatchNotThere, "the patch is not on "),
        config("half of the fleet, or test servers alone, without the patch", Production)
            .tells_all(move |seen, answer| {
                if seen.header("x-wikimedia-debug").is_none() {
                    only_debug(seen, answer);
                }
            })
            .inconclusive(PatchNotThere, "the patch is not on production"),
        config("a page without the patch from servers without it", Both)
            .asks([presence()])
            .tells_all(move |seen, answer| {
                unpatched(seen, answer);
                swapped(answer, PATCH_TEXT, "nobody");
            })
            .inconclusive(PatchNotThere, "the patch is not on "),
        config("a page without the patch from servers that have it", Both)
            .asks([presence()])
            .tells(|answer| swapped(answer, PATCH_TEXT, "nobody"))
            .fails(NotHeld, "body contains <eventcoordinator>: not found"),
    ]
}

fn on_log(change: &Change, name: &'static str, on: On) -> Row {
    lie(name, on)
        .subject(&subject(change, Some(VERSION)))
        .asks([of(BACKPORT_URL, Assertion::body_contains(BACKPORT_TEXT)), log_absence()])
}

fn log_absence() -> Test {
    Test { url: BACKPORT_URL.into(), ..absence() }
}

fn versions(change: &Change) -> Vec<Row> {
    let backport = |name, on: On| on_log(change, name, on);
    let runs = |name, version: &'static str| {
        backport(name, Both)
            .tells_all(move |seen, answer| {
                if is_of_version(seen) {
                    swapped(answer, VERSION, version);
                }
            })
            .inconclusive(OtherVersion, version)
    };
    let unread = |name, on, tell: fn(&mut Answer), says| {
        backport(name, on)
            .tells_all(move |seen, answer| {
                if is_of_version(seen) {
                    tell(answer);
                }
            })
            .inconclusive(VersionUnknown, says)
    };
    let (patch, before) = (change.commit(), change.parent());
    vec![
        runs("a wiki that the train has reached", GROUP0_VERSION),
        runs("a version that begins as the right one", "1.47.0-wmf.150"),
        runs("a version as which the right one begins", "1.47.0-wmf.1"),
        runs("the development branch", "master"),
        backport("the right version without the backport", Both)
            .tells_all(move |seen, answer| {
                if is_info(seen) {
                    swapped(answer, &patch, &before);
                }
            })
            .inconclusive(PatchNotThere, "the patch is not on "),
        unread("no word of the version", Both, |answer| *answer = Answer::html(503, "down"), "is not known"),
        unread(
            "a guest network's page for the version",
            Both,
            |answer| *answer = Answer::html(200, "Sign in"),
            "not known",
        ),
        unread(
            "the version of production in the backend's place",
            Mwdebug,
            |answer| answer.put("server", "mw-web.eqiad.main-5fb6d6bf94-28hjj"),
            "production answered",
        ),
        unread(
            "the version of a test server in production's place",
            Production,
            |answer| answer.put("server", "mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj"),
            "a test server answered",
        ),
        unread(
            "the version of last week, out of a cache",
            Both,
            |answer| {
                answer.put("x-cache-status", "hit-front");
                answer.put("age", "163835");
            },
            "a cache answered",
        ),
        unread(
            "a version in half an answer",
            Both,
            |answer| answer.body = answer.body.slice(..40),
            "a shape that is not",
        ),
        backport("another version, and a fatal exception", Both)
            .tells_all(|seen, answer| {
                if is_of_version(seen) {
                    swapped(answer, VERSION, GROUP0_VERSION);
                } else if seen.route().starts_with("/wiki/") {
                    answer.body = super::how::fatal().into();
                }
            })
            .inconclusive(OtherVersion, GROUP0_VERSION),
    ]
}

/// Pages out of the parser cache, which both stages share.
fn pages() -> Vec<Row> {
    let synced = Subject { synced: Some(Timestamp::now()), ..Subject::default() };
    let saved = |answer: &mut Answer, comment: &str| {
        let page = answer.text_of().replace(PATCH_TEXT, "nobody");
        answer.body = page.replace("</body>", &format!("{comment}</body>")).into();
    };
    vec![
        lie("a page out of the parser cache, of before the sync", Both)
            .asks([presence()])
            .subject(&synced)
            .tells(move |answer| {
                let key = "<!-- Saved in parser cache with key enwiki:pcache:1 and timestamp 20200101000000 -->";
                saved(answer, key);
            })
            .inconclusive(ParserCache, "rendered 2020-01-01 00:00:00 UTC"),
        lie("a page out of the parser cache that production rendered", Mwdebug)
            .asks([presence()])
            .tells(move |answer| {
                let report = "{\"cachereport\":{\"origin\":\"mw-web.eqiad.main-5fb6d6bf94-28hjj\",\"timestamp\":\"29990101000000\"}}";
                saved(answer, &format!("<script>{report}</script>"));
            })
            .inconclusive(ParserCache, "the page is from the parser cache"),
    ]
}
