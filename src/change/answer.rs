// SPDX-License-Identifier: GPL-2.0-or-later
//! Gerrit's answers read.
//!
//! Shapes: <https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html>, and what `scap backport` reads
//! of them (repository `mediawiki/tools/scap`, `scap/gerrit.py`). Must not ask Gerrit.

use super::{Change, ChangeStatus, ChangedFile, GerritError, Revision, Vote};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// What stands before all JSON of Gerrit and Gitiles, so that no page can load it as a script.
const GUARD: &str = ")]}'";

/// More letters than this of an answer that cannot be read are not shown.
const SHOWN: usize = 60;

/// How Gerrit writes a moment, in UTC.
const TIME: &str = "%Y-%m-%d %H:%M:%S%.f";

/// The short form of a label's votes, and what each is worth.
const SHORT_VOTES: [(&str, i8); 4] = [("approved", 2), ("recommended", 1), ("disliked", -1), ("rejected", -2)];

/// Reads the answer to [`by_numbers`](super::by_numbers) or [`by_references`](super::by_references), with its first
/// line `)]}'` or without. A number that Gerrit does not know is simply not there. A single change and an object of
/// changes by their numbers are read too.
///
/// # Errors
/// When it is no list of changes, or when a change lacks number, project, branch or status.
pub fn changes_from_gerrit(text: &str) -> Result<Vec<Change>, GerritError> {
    match json(text)? {
        Value::Array(changes) => changes.iter().map(change).collect(),
        Value::Object(changes) if is_by_number(&changes) => {
            let mut changes = changes.values().map(change).collect::<Result<Vec<_>, _>>()?;
            changes.sort_by_key(|change| change.number);
            Ok(changes)
        }
        single @ Value::Object(_) => Ok(vec![change(&single)?]),
        _ => Err(lacks("a list of changes")),
    }
}

/// The JSON of an answer, behind the guard.
pub(super) fn json(text: &str) -> Result<Value, GerritError> {
    let text = text.trim();
    let body = text.strip_prefix(GUARD).unwrap_or(text);
    serde_json::from_str(body).map_err(|_| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        GerritError::NotJson { begins: line.chars().take(SHOWN).collect() }
    })
}

pub(super) fn lacks(what: impl Into<String>) -> GerritError {
    GerritError::Incomplete { what: what.into() }
}

fn is_by_number(fields: &serde_json::Map<String, Value>) -> bool {
    !fields.is_empty() && fields.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}

fn change(json: &Value) -> Result<Change, GerritError> {
    let number = json.get("_number").and_then(Value::as_u64).ok_or_else(|| lacks("the number of a change"))?;
    let required = |name: &str| {
        let text = text(json, name).filter(|text| !text.is_empty());
        text.ok_or_else(|| lacks(format!("the {name} of change <{number}>")))
    };
    let project = required("project")?.to_owned();
    let branch = short_branch(required("branch")?).to_owned();
    let status = match required("status")? {
        "NEW" => ChangeStatus::New,
        "MERGED" => ChangeStatus::Merged,
        "ABANDONED" => ChangeStatus::Abandoned,
        other => {
            let known = "<NEW>, <MERGED> or <ABANDONED>";
            return Err(lacks(format!("a known status of change <{number}>: it is <{other}>, not {known}")));
        }
    };
    let revision = revision(json);
    let message = revision.as_ref().and_then(|revision| revision.message.lines().next());
    let flag = |name: &str| json.get(name).and_then(Value::as_bool);
    Ok(Change {
        number,
        project,
        branch,
        change_id: text(json, "change_id").unwrap_or_default().to_owned(),
        subject: text(json, "subject").or(message).unwrap_or_default().to_owned(),
        status,
        owner: json.get("owner").and_then(account),
        work_in_progress: flag("work_in_progress").unwrap_or_default(),
        mergeable: flag("mergeable"),
        votes: json.get("labels").map(votes).unwrap_or_default(),
        submitted: text(json, "submitted").and_then(moment),
        reverts: json.get("revert_of").and_then(Value::as_u64),
        revision,
    })
}

/// The name of a branch without `refs/heads/`.
pub(super) fn short_branch(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

fn text<'a>(json: &'a Value, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str()
}

fn account(json: &Value) -> Option<String> {
    let name = ["username", "name"].iter().find_map(|key| text(json, key).filter(|name| !name.is_empty()));
    name.map(str::to_owned)
}

fn moment(text: &str) -> Option<Timestamp> {
    Some(DateTime::strptime(TIME, text).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The votes of all labels. Gerrit repeats one vote of the detailed form in the short form, which is therefore read
/// only where it stands alone.
fn votes(labels: &Value) -> Vec<Vote> {
    let labels = labels.as_object().into_iter().flatten();
    let votes = labels.flat_map(|(label, json)| {
        let vote = |value, by| Vote { label: label.clone(), value, by };
        let all = json.get("all").and_then(Value::as_array).into_iter().flatten();
        let all = all.filter_map(|json| {
            let value = json.get("value")?.as_i64().and_then(|value| i8::try_from(value).ok())?;
            (value != 0).then(|| vote(value, account(json)))
        });
        let all: Vec<Vote> = all.collect();
        if !all.is_empty() {
            return all;
        }
        let short = SHORT_VOTES.iter().filter_map(|(name, value)| Some(vote(*value, account(json.get(name)?))));
        short.collect()
    });
    votes.collect()
}

fn revision(change: &Value) -> Option<Revision> {
    let commit = text(change, "current_revision")?;
    let json = change.get("revisions")?.get(commit)?;
    let patchset = json.get("_number").or_else(|| change.get("current_revision_number"));
    let header = json.get("commit");
    let parents = header.and_then(|header| header.get("parents")).and_then(Value::as_array).into_iter().flatten();
    let message = header.and_then(|header| text(header, "message"));
    Some(Revision {
        commit: commit.to_owned(),
        patchset: patchset.and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok())?,
        git_ref: text(json, "ref").unwrap_or_default().to_owned(),
        parents: parents.filter_map(|parent| text(parent, "commit").map(str::to_owned)).collect(),
        message: text(json, "commit_with_footers").or(message).unwrap_or_default().to_owned(),
        files: json.get("files").and_then(Value::as_object).map(|files| {
            // What begins with a slash is Gerrit's own, such as `/COMMIT_MSG`.
            let files = files.iter().filter(|(path, _)| !path.starts_with('/'));
            files
                .map(|(path, json)| ChangedFile { path: path.clone(), added: text(json, "status") == Some("A") })
                .collect()
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::changes_from_gerrit;
    use crate::change::{Change, ChangeStatus, ChangedFile, GerritError, Vote};
    use serde_json::{Value, json};

    /// A change that has what every change has, with `more`.
    fn answer(more: &Value) -> Value {
        let mut change = json!({
            "_number": 1_330_001, "project": "mediawiki/core", "branch": "master", "status": "NEW",
            "change_id": "I0123456789abcdef0123456789abcdef01234567", "subject": "Show the new logo",
        });
        let fields = more.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone()));
        change.as_object_mut().unwrap().extend(fields);
        change
    }

    fn read(more: &Value) -> Change {
        let changes = changes_from_gerrit(&format!(")]}}'\n[{}]\n", answer(more))).unwrap();
        assert_eq!(changes.len(), 1);
        changes.into_iter().next().unwrap()
    }

    fn vote(label: &str, value: i8, by: &str) -> Vote {
        Vote { label: label.to_owned(), value, by: Some(by.to_owned()) }
    }

    #[test]
    fn a_list_an_object_by_number_and_a_single_change_are_read_with_and_without_guard() {
        let (one, other) = (answer(&json!({})), answer(&json!({"_number": 999})));
        for (json, numbers) in [
            (json!([one, other]), vec![1_330_001, 999]),
            (json!([]), vec![]),
            (json!({"1330001": one, "999": other}), vec![999, 1_330_001]),
            (one.clone(), vec![1_330_001]),
        ] {
            for guard in ["", ")]}'\n", ")]}'\r\n\r\n"] {
                let changes = changes_from_gerrit(&format!("{guard}{json}")).unwrap();
                let read: Vec<u64> = changes.iter().map(|change| change.number).collect();
                assert_eq!(read, numbers, "{guard}{json}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_none() {
        let change = read(&json!({}));
        assert_eq!((change.owner, change.mergeable, change.submitted), (None, None, None));
        assert_eq!((change.reverts, change.revision, change.work_in_progress), (None, None, false));
        assert_eq!(change.votes, []);
    }

    #[test]
    fn the_plain_fields_are_read_and_unknown_ones_ignored() {
        let change = read(&json!({
            "branch": "refs/heads/wmf/1.47.0-wmf.16", "status": "MERGED", "work_in_progress": true, "mergeable": false,
            "owner": {"_account_id": 5, "name": "The Submitter", "username": "submitter"}, "revert_of": 1_329_999,
            "submitted": "2026-08-17 13:08:04.000000000", "attention_set": {"5": [1, 2]}, "hashtags": null,
        }));
        assert_eq!(change.branch, "wmf/1.47.0-wmf.16");
        assert_eq!(change.status, ChangeStatus::Merged);
        assert_eq!((change.work_in_progress, change.mergeable), (true, Some(false)));
        assert_eq!(change.owner.as_deref(), Some("submitter"));
        assert_eq!(change.reverts, Some(1_329_999));
        assert_eq!(change.submitted.unwrap().to_string(), "2026-08-17T13:08:04Z");
    }

    #[test]
    fn an_account_without_user_name_is_called_as_gerrit_shows_it() {
        assert_eq!(read(&json!({"owner": {"name": "The Submitter"}})).owner.as_deref(), Some("The Submitter"));
        assert_eq!(read(&json!({"owner": {"_account_id": 5}})).owner, None);
    }

    #[test]
    fn votes_of_the_detailed_form_are_counted_once_and_zeros_not() {
        let change = read(&json!({"labels": {
            "Code-Review": {
                "approved": {"username": "reviewer"},
                "all": [
                    {"username": "reviewer", "value": 2}, {"username": "doubter", "value": -1},
                    {"username": "silent", "value": 0}, {"username": "asked"},
                ],
            },
            "Verified": {"rejected": {"name": "checker"}, "all": [{"name": "checker", "value": -1}], "values": {}},
        }}));
        let expected =
            [vote("Code-Review", 2, "reviewer"), vote("Code-Review", -1, "doubter"), vote("Verified", -1, "checker")];
        assert_eq!(change.votes, expected);
    }

    #[test]
    fn votes_of_the_short_form_have_their_worth_by_name() {
        let change = read(&json!({"labels": {
            "Code-Review": {"approved": {"username": "reviewer"}, "rejected": {"_account_id": 7}, "optional": true},
            "Verified": {"recommended": {"username": "checker"}, "disliked": {"username": "other"}, "all": []},
        }}));
        let unnamed = Vote { label: "Code-Review".to_owned(), value: -2, by: None };
        let expected = [
            vote("Code-Review", 2, "reviewer"),
            unnamed,
            vote("Verified", 1, "checker"),
            vote("Verified", -1, "other"),
        ];
        assert_eq!(change.votes, expected);
    }

    #[test]
    fn the_current_patch_set_is_read_and_no_other() {
        let (current, former) = ("c".repeat(40), "d".repeat(40));
        let change = read(&json!({
            "current_revision": current,
            "revisions": {
                former: {"_number": 1, "ref": "refs/changes/01/1330001/1"},
                current.clone(): {
                    "_number": 2, "ref": "refs/changes/01/1330001/2",
                    "commit": {"message": "short", "parents": [{"commit": "e".repeat(40), "subject": "Before"}]},
                    "commit_with_footers": "Show the new logo\n\nBug: T1\n",
                    "files": {
                        "/COMMIT_MSG": {"status": "A"}, "/MERGE_LIST": {"status": "A"},
                        "a/new.php": {"status": "A"}, "b/changed.php": {"lines_inserted": 1},
                        "c/moved.php": {"status": "R", "old_path": "old.php"}, "d/gone.php": {"status": "D"},
                    },
                },
            },
        }));
        let revision = change.revision.unwrap();
        assert_eq!((revision.commit, revision.patchset), (current, 2));
        assert_eq!(revision.git_ref, "refs/changes/01/1330001/2");
        assert_eq!(revision.parents, ["e".repeat(40)]);
        assert_eq!(revision.message, "Show the new logo\n\nBug: T1\n");
        let file = |path: &str, added| ChangedFile { path: path.to_owned(), added };
        let kept = [("a/new.php", true), ("b/changed.php", false), ("c/moved.php", false), ("d/gone.php", false)];
        assert_eq!(revision.files.unwrap(), kept.map(|(path, added)| file(path, added)));
    }

    #[test]
    fn without_footers_the_message_is_the_commits_and_files_that_were_not_asked_for_are_unknown() {
        let commit = "c".repeat(40);
        let revision = json!({"_number": 1, "commit": {"message": "Show the new logo\n"}});
        let change = read(&json!({"current_revision": commit.clone(), "revisions": {commit: revision}}));
        let revision = change.revision.unwrap();
        assert_eq!((revision.message.as_str(), revision.files), ("Show the new logo\n", None));
    }

    #[test]
    fn a_change_without_what_every_change_has_is_said_to_be_incomplete() {
        let unknown = "a known status of change <1330001>: it is <DRAFT>, not <NEW>, <MERGED> or <ABANDONED>";
        for (name, value, what) in [
            ("_number", Value::Null, "the number of a change"),
            ("project", Value::Null, "the project of change <1330001>"),
            ("project", json!(""), "the project of change <1330001>"),
            ("branch", json!(5), "the branch of change <1330001>"),
            ("status", Value::Null, "the status of change <1330001>"),
            ("status", json!("DRAFT"), unknown),
        ] {
            let answer = answer(&json!({name: value})).to_string();
            let expected = GerritError::Incomplete { what: what.to_owned() };
            assert_eq!(changes_from_gerrit(&answer), Err(expected), "{answer}");
        }
        for (answer, what) in
            [("7", "a list of changes"), ("null", "a list of changes"), ("{}", "the number of a change")]
        {
            let expected = GerritError::Incomplete { what: what.to_owned() };
            assert_eq!(changes_from_gerrit(answer), Err(expected), "{answer}");
        }
    }

    #[test]
    fn what_is_no_json_is_shown_by_its_beginning() {
        let long = "ü".repeat(500);
        for (answer, begins) in [
            ("", ""),
            ("<!DOCTYPE html>\n<title>Log in</title>", "<!DOCTYPE html> <title>Log in</title>"),
            (")]}'\n[{\"_number\":", ")]}' [{\"_number\":"),
            ("Not found: 5\n", "Not found: 5"),
            (&long, &"ü".repeat(60)),
        ] {
            let expected = GerritError::NotJson { begins: begins.to_owned() };
            assert_eq!(changes_from_gerrit(answer), Err(expected), "{answer}");
        }
    }
}
