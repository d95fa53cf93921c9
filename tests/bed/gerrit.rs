// SPDX-License-Identifier: GPL-2.0-or-later
//! Gerrit: its REST API over the bed's changes, and Gitiles over their commits.
//!
//! Shapes: <https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html>, and Gitiles's `?format=JSON`.
//! As in Gerrit, what an `o` does not ask for is not told.

use super::change::{Change, Status, Vote};
use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::services::down;
use super::world::State;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Answers for gerrit.wikimedia.org.
pub fn answer(state: &State, asked: &Seen) -> Answer {
    let Some(route) = asked.route().strip_prefix("/r/") else { return Answer::text(404, "Not Found") };
    let answer = if let Some(rest) = route.strip_prefix("plugins/gitiles/") {
        gitiles(state, rest)
    } else if let Some(rest) = route.strip_prefix("changes/") {
        if rest.is_empty() { query(state, asked) } else { one(state, asked, rest) }
    } else {
        Answer::html(200, "<!DOCTYPE html><title>Gerrit Code Review</title>")
    };
    answer.with("server", "Apache")
}

/// Every JSON answer begins so, against being included as a script.
fn guarded(value: &Value) -> Answer {
    Answer::new(200, "application/json; charset=UTF-8", format!(")]}}'\n{value}\n"))
}

/// The changes that any of `q`'s alternatives names. One that is not there is left out.
fn query(state: &State, asked: &Seen) -> Answer {
    let wanted = asked.parameter("q").unwrap_or_else(|| "status:open".to_owned());
    let options = asked.parameters("o");
    let limit = asked.parameter("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for change in state.changes.values().rev() {
        let words = wanted.replace(['(', ')'], " ");
        match words.split(" OR ").map(|terms| has_all(change, terms)).collect::<Result<Vec<bool>, String>>() {
            Ok(alternatives) if alternatives.contains(&true) => found.push(info(change, &options)),
            Ok(_) => {}
            Err(term) => return Answer::text(400, format!("Unsupported query: {term}\n")),
        }
    }
    found.truncate(limit);
    guarded(&json!(found))
}

/// Whether a change fulfils all terms; an error names the first term that is not understood.
fn has_all(change: &Change, terms: &str) -> Result<bool, String> {
    let mut all = true;
    for term in terms.split_whitespace().filter(|term| *term != "AND") {
        let (name, value) = term.split_once(':').unwrap_or(("change", term));
        let value = value.trim_matches('"');
        all &= match name {
            "change" => is_named(change, value),
            "project" | "p" => change.project == value,
            "branch" => change.branch == value.trim_start_matches("refs/heads/"),
            "owner" => change.owner == value,
            "status" | "is" => match value {
                "open" | "new" => change.status == Status::New,
                "merged" => change.status == Status::Merged,
                "abandoned" => change.status == Status::Abandoned,
                _ => return Err(term.to_owned()),
            },
            _ => return Err(term.to_owned()),
        };
    }
    Ok(all)
}

/// By number, by `I…`, or by `project~branch~I…` and `project~number`.
fn is_named(change: &Change, name: &str) -> bool {
    let project = change.project.replace('/', "%2F");
    let branch = change.branch.replace('/', "%2F");
    let decoded = |text: &str| text.replace("%2F", "/");
    name == change.number.to_string()
        || name == change.change_id
        || decoded(name) == decoded(&format!("{project}~{branch}~{}", change.change_id))
        || decoded(name) == decoded(&format!("{project}~{}", change.number))
}

fn one(state: &State, asked: &Seen, rest: &str) -> Answer {
    let (id, view) = rest.split_once('/').unwrap_or((rest, ""));
    let named: Vec<&Change> = state.changes.values().filter(|change| is_named(change, id)).collect();
    let [change] = named[..] else {
        let why = if named.is_empty() { "Not found" } else { "Multiple changes found for" };
        return Answer::text(404, format!("{why}: {id}\n"));
    };
    let mut options = asked.parameters("o");
    match view {
        "" => guarded(&info(change, &options)),
        "detail" => {
            options.extend(["DETAILED_LABELS", "DETAILED_ACCOUNTS"].map(str::to_owned));
            guarded(&info(change, &options))
        }
        "in" => {
            let own = change.is_merged().then(|| change.branch.clone());
            let branches: Vec<String> = own.into_iter().chain(change.also_in.iter().cloned()).collect();
            let branches = if change.is_merged() { branches } else { Vec::new() };
            guarded(&json!({"branches": branches, "tags": []}))
        }
        _ => Answer::text(404, "Not found\n"),
    }
}

/// A `ChangeInfo` with what the options ask for.
fn info(change: &Change, options: &[String]) -> Value {
    let asks = |option: &str| options.iter().any(|known| known == option);
    let project = change.project.replace('/', "%2F");
    let mut info = json!({
        "id": format!("{project}~{}", change.number),
        "triplet_id": format!("{project}~{}~{}", change.branch.replace('/', "%2F"), change.change_id),
        "project": change.project,
        "branch": change.branch,
        "attention_set": {},
        "hashtags": [],
        "change_id": change.change_id,
        "subject": change.subject,
        "status": match change.status { Status::New => "NEW", Status::Merged => "MERGED", Status::Abandoned => "ABANDONED" },
        "created": "2026-11-20 16:04:52.000000000",
        "updated": "2026-11-21 09:10:56.000000000",
        "insertions": 12,
        "deletions": 3,
        "_number": change.number,
        "virtual_id_number": change.number,
        "owner": account(&change.owner, asks("DETAILED_ACCOUNTS")),
        "current_revision_number": change.patchset,
    });
    let Some(map) = info.as_object_mut() else { return info };
    let mut set = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    if let Some(at) = change.merged_at() {
        set("submitted", json!(written(at)));
        set("submitter", account("deployer", asks("DETAILED_ACCOUNTS")));
    }
    if change.status == Status::New {
        set("mergeable", json!(change.mergeable));
    }
    // Gerrit leaves false out.
    if change.wip {
        set("work_in_progress", json!(true));
    }
    if let Some(from) = change.picked_from {
        set("cherry_pick_of_change", json!(from));
        set("cherry_pick_of_patch_set", json!(1));
    }
    if let Some(reverted) = change.reverts {
        set("revert_of", json!(reverted));
    }
    if asks("DETAILED_LABELS") || asks("LABELS") {
        set("labels", labels(change, asks("DETAILED_LABELS"), asks("DETAILED_ACCOUNTS")));
    }
    if asks("CURRENT_REVISION") || asks("ALL_REVISIONS") {
        let commit = change.commit();
        set("current_revision", json!(commit));
        set("revisions", json!({commit: revision(change, options)}));
    }
    info
}

fn revision(change: &Change, options: &[String]) -> Value {
    let asks = |option: &str| options.iter().any(|known| known == option);
    let (number, patchset) = (change.number, change.patchset);
    let mut revision = json!({
        "kind": "REWORK",
        "_number": patchset,
        "created": "2026-11-21 09:10:56.000000000",
        "uploader": account(&change.owner, asks("DETAILED_ACCOUNTS")),
        "ref": format!("refs/changes/{:02}/{number}/{patchset}", number % 100),
        "branch": format!("refs/heads/{}", change.branch),
    });
    let Some(map) = revision.as_object_mut() else { return revision };
    if asks("CURRENT_COMMIT") || asks("ALL_COMMITS") {
        map.insert("commit".to_owned(), commit(change));
    }
    if asks("CURRENT_FILES") || asks("ALL_FILES") {
        let file = |path: &String, added: bool| {
            let mut info = json!({"lines_inserted": 6, "lines_deleted": 2, "size_delta": 140, "size": 4096});
            if added {
                info = json!({"status": "A", "lines_inserted": 6, "size_delta": 140, "size": 140});
            }
            (path.clone(), info)
        };
        let changed = change.files.iter().map(|path| file(path, false));
        let files: Map<String, Value> = changed.chain(change.added.iter().map(|path| file(path, true))).collect();
        map.insert("files".to_owned(), Value::Object(files));
    }
    if asks("COMMIT_FOOTERS") {
        map.insert("commit_with_footers".to_owned(), json!(change.message()));
    }
    revision
}

fn commit(change: &Change) -> Value {
    let parent = change.parent();
    let person = json!({
        "name": change.owner,
        "email": format!("{}@example.org", change.owner),
        "date": "2026-11-20 16:04:52.000000000",
        "tz": 0,
    });
    json!({
        "parents": [{"commit": parent, "subject": "Merge what came before"}],
        "author": person,
        "committer": person,
        "subject": change.subject,
        "message": change.message(),
    })
}

fn labels(change: &Change, detailed: bool, accounts: bool) -> Value {
    let label = |name: &str| {
        let votes: Vec<&Vote> = change.votes.iter().filter(|vote| vote.label == name).collect();
        let mut label = json!({"description": "", "default_value": 0});
        for (value, key) in [(2, "approved"), (-2, "rejected"), (1, "recommended"), (-1, "disliked")] {
            if let Some(vote) = votes.iter().find(|vote| vote.value == value) {
                label[key] = account(vote.by, accounts);
            }
        }
        if votes.iter().any(|vote| vote.value == -2) {
            label["blocking"] = json!(true);
        }
        if detailed {
            let all = votes.iter().map(|vote| (vote.by, vote.value)).chain([("watcher", 0)]);
            let all = all.map(|(by, value)| {
                let mut entry = account(by, accounts);
                entry["value"] = json!(value);
                if value != 0 {
                    entry["date"] = json!("2026-11-21 09:10:56.000000000");
                }
                entry
            });
            label["all"] = all.collect();
            label["values"] =
                json!({"-2": "No", "-1": "Rather not", " 0": "No score", "+1": "Rather yes", "+2": "Yes"});
        }
        label
    };
    json!({"Verified": label("Verified"), "Code-Review": label("Code-Review")})
}

fn account(name: &str, detailed: bool) -> Value {
    let id = name.bytes().fold(1000_u32, |sum, byte| sum + u32::from(byte));
    if detailed { json!({"_account_id": id, "name": name, "username": name}) } else { json!({"_account_id": id}) }
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S.000000000").to_string()
}

/// `<project>/+log/A..B`: the commits that B has and A has not.
fn gitiles(state: &State, rest: &str) -> Answer {
    if state.lies(Lie::GitilesDown) {
        return down();
    }
    let missing = || Answer::html(404, "<!DOCTYPE html><title>Not Found</title>");
    let rest = super::wiki::decoded(rest);
    let Some((project, range)) = rest.split_once("/+log/") else { return missing() };
    let (without, wanted) = range.split_once("..").unwrap_or(("", range));
    let is_known = |commit: &str| {
        let of_change = |change: &Change| change.project == project && change.commit() == commit;
        state.history.knows(project, commit) || state.changes.values().any(of_change)
    };
    if !is_known(wanted) || !(without.is_empty() || is_known(without)) {
        return missing();
    }
    let change = state.changes.values().find(|change| change.commit() == wanted);
    let was_there_when_cut = change
        .filter(|change| change.is_merged())
        .is_some_and(|change| change.also_in.iter().any(|branch| state.history.is_on(project, branch, without)));
    if was_there_when_cut || state.history.contains(project, without, wanted) {
        return guarded(&json!({"log": []}));
    }
    let person =
        json!({"name": "submitter", "email": "submitter@example.org", "time": "Fri Nov 20 16:04:52 2026 +0000"});
    guarded(&json!({"log": [{
        "commit": wanted,
        "tree": super::code::commit_of(&format!("tree {wanted}")),
        "parents": [super::code::commit_of(&format!("parent {wanted}"))],
        "author": person,
        "committer": person,
        "message": change.map_or_else(|| "An earlier commit\n".to_owned(), Change::message),
    }]}))
}
