// SPDX-License-Identifier: GPL-2.0-or-later
//! Gerrit's answers from outside: the project's own fixture, and a folder of sample answers where there is one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "this whole file is a test")]

#[path = "support/samples.rs"]
mod samples;

use backport_verify::change::{
    Change, ChangeStatus, ChangedFile, Destination, Reference, Revision, Vote, changes_from_gerrit,
};
use backport_verify::preflight::{calendar_entry, schedule_link};
use backport_verify::schedule::{Nick, Patch, parse};
use samples::samples;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn changes(path: &Path) -> Vec<Change> {
    changes_from_gerrit(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder, in order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn list(path: &Path) -> Vec<Value> {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn state(status: ChangeStatus) -> &'static str {
    match status {
        ChangeStatus::New => "NEW",
        ChangeStatus::Merged => "MERGED",
        ChangeStatus::Abandoned => "ABANDONED",
    }
}

/// What the calendar reads from a change's own entry.
fn scheduled(change: &Change, nick: &Nick) -> Patch {
    let entry = calendar_entry(change, Some(nick)).unwrap_or_else(|| panic!("{change:?}"));
    let page = format!(
        "{{{{Deployment calendar event card|when=2026-08-24 06:00 SF|length=1|window=UTC late backport window|what=\n\
         {entry}\n}}}}"
    );
    let window = parse(&page).unwrap().windows.remove(0);
    assert_eq!((window.patches.len(), window.unread.len()), (1, 0), "{page}");
    window.patches.into_iter().next().unwrap()
}

#[test]
fn an_answer_with_everything_that_is_asked_for_is_read_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gerrit/query.json");
    let vote = |label: &str, value, by: &str| Vote { label: label.to_owned(), value, by: Some(by.to_owned()) };
    let message = "Read the list | before it is written\n\nBug: T1\n\
        Depends-On: I9999999999999999999999999999999999999999\n\
        Change-Id: I2222222222222222222222222222222222222222\n\
        Reviewed-on: https://gerrit.wikimedia.org/r/c/mediawiki/extensions/Example/+/1330002\n";
    let backport = Change {
        number: 1_330_002,
        project: "mediawiki/extensions/Example".to_owned(),
        branch: "wmf/1.47.0-wmf.16".to_owned(),
        change_id: "I2222222222222222222222222222222222222222".to_owned(),
        subject: "Read the list | before it is written".to_owned(),
        status: ChangeStatus::Merged,
        owner: Some("submitter".to_owned()),
        work_in_progress: false,
        mergeable: None,
        votes: vec![vote("Code-Review", 2, "reviewer"), vote("Verified", 2, "jenkins-bot")],
        submitted: Some("2026-08-17T13:08:04Z".parse().unwrap()),
        reverts: None,
        revision: Some(Revision {
            commit: "2222222222222222222222222222222222222222".to_owned(),
            patchset: 1,
            git_ref: "refs/changes/02/1330002/1".to_owned(),
            parents: vec!["1111111111111111111111111111111111111111".to_owned()],
            message: message.to_owned(),
            files: Some(vec![
                ChangedFile { path: "includes/List.php".to_owned(), added: false },
                ChangedFile { path: "tests/ListTest.php".to_owned(), added: true },
            ]),
        }),
    };
    let config = Change {
        number: 1_330_001,
        project: "operations/mediawiki-config".to_owned(),
        branch: "master".to_owned(),
        change_id: "I1111111111111111111111111111111111111111".to_owned(),
        subject: "Revert \"examplewiki: Show the new logo\"".to_owned(),
        status: ChangeStatus::New,
        owner: None,
        work_in_progress: true,
        mergeable: Some(false),
        votes: vec![vote("Code-Review", -2, "reviewer")],
        submitted: None,
        reverts: Some(1_329_999),
        revision: None,
    };
    let read = changes(&path);
    assert_eq!(read, [backport, config]);
    let dependency = Reference::ChangeId("I9999999999999999999999999999999999999999".to_owned());
    assert_eq!(read[0].depends_on(), [dependency]);
    assert_eq!(read[0].destination(), Destination::Backport { version: "1.47.0-wmf.16".to_owned() });
    assert_eq!(read[1].destination(), Destination::Config);
}

#[test]
fn sample_changes_are_read_as_their_index_has_them() {
    let Some(folder) = samples("gerrit") else { return };
    let index = list(&folder.join("index.json"));
    assert_eq!(files(&folder.join("changes")).len(), index.len());
    for entry in index {
        let path = folder.join(format!("changes/{}.json", entry["number"]));
        let [change] = changes(&path).try_into().unwrap();
        assert_eq!(change.number, entry["number"].as_u64().unwrap());
        assert_eq!(
            (state(change.status), change.subject.as_str()),
            (entry["status"].as_str().unwrap(), entry["subject"].as_str().unwrap())
        );
        assert_eq!(change.destination(), Destination::Config, "{}", path.display());
        let revision = change.revision.unwrap();
        let number = format!("/{}/{}", change.number, revision.patchset);
        assert!(revision.git_ref.starts_with("refs/changes/") && revision.git_ref.ends_with(&number), "{revision:?}");
        assert_eq!(revision.message.lines().next(), Some(change.subject.as_str()), "{}", path.display());
        assert_eq!(change.submitted.is_some(), change.status == ChangeStatus::Merged, "{}", path.display());
        // A vote that both forms tell is one vote.
        let json: Value = serde_json::from_str(read(&path).trim_start_matches(")]}'")).unwrap();
        let votes = json["labels"].as_object().unwrap().values().flat_map(|label| label["all"].as_array().unwrap());
        assert_eq!(change.votes.len(), votes.filter(|vote| vote["value"] != 0).count(), "{}", path.display());
    }
}

#[test]
fn a_sample_query_is_read_as_a_list() {
    let Some(folder) = samples("gerrit") else { return };
    let changes = changes(&folder.join("query-result-10.json"));
    assert_eq!(changes.len(), 10);
    assert!(changes.iter().all(|change| change.revision.is_none() && change.votes.is_empty()));
}

#[test]
fn sample_weeks_hold_the_changes_of_their_calendar() {
    let (Some(folder), Some(calendar)) = (samples("gerrit"), samples("calendar")) else { return };
    let weeks = files(&folder.join("by-calendar"));
    assert_eq!(weeks.len(), 5);
    for week in weeks {
        let changes = changes(&week);
        let raw: Value = serde_json::from_str(&read(&week)).unwrap();
        assert_eq!(changes.len(), raw.as_object().unwrap().len());
        let name = week.file_name().unwrap().to_str().unwrap().replace(".changes.json", ".meta.json");
        for entry in list(&calendar.join("reconstructed").join(name)) {
            let change = changes.iter().find(|change| entry["gerrit"] == change.number).unwrap();
            let field = |name: &str| entry[name].as_str().unwrap();
            assert_eq!(
                [&change.project, &change.branch, &change.change_id, &change.subject],
                ["project", "branch", "change_id", "title"].map(field)
            );
            let revision = change.revision.as_ref().unwrap();
            assert_eq!(revision.commit, field("commit"));
            let kind = match change.destination() {
                Destination::Config => "config".to_owned(),
                Destination::Backport { version } => version,
                other => panic!("{other:?}: {entry}"),
            };
            assert_eq!(kind, field("type"));
            let depends_on = entry["depends_on"].as_array().unwrap().iter();
            let depends_on: Vec<Reference> =
                depends_on.map(|id| Reference::ChangeId(id.as_str().unwrap().to_owned())).collect();
            assert_eq!(change.depends_on(), depends_on, "{entry}");
            let merged = (change.status == ChangeStatus::Merged).then(|| field("committed_utc").parse().unwrap());
            assert_eq!(change.submitted, merged, "{entry}");
            assert_eq!(schedule_link(change).is_some(), change.status == ChangeStatus::New, "{entry}");
        }
    }
}

#[test]
fn the_entry_of_every_sample_change_is_read_back_by_the_calendar() {
    let Some(folder) = samples("gerrit") else { return };
    let nick = Nick::new("submitter").unwrap();
    let all = [files(&folder.join("by-calendar")), files(&folder.join("changes"))].concat();
    let mut seen = 0;
    for change in all.iter().flat_map(|path| changes(path)) {
        if change.destination() == Destination::Development {
            assert_eq!(calendar_entry(&change, Some(&nick)), None);
            continue;
        }
        let patch = scheduled(&change, &nick);
        assert_eq!((patch.gerrit, &patch.title), (change.number, &change.subject));
        assert_eq!(patch.nicks, std::slice::from_ref(&nick));
        seen += 1;
    }
    assert_eq!(seen, 41 + 29 + 33 + 18 + 12 + 42);
}
