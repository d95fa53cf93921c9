// SPDX-License-Identifier: GPL-2.0-or-later
//! What the server that answers has checked out.
//!
//! `w/deployment-info.php` (repository `operations/mediawiki-config`) has had three shapes; all are read. Must not guess:
//! a checkout that may be another version's is left out, and an answer that contradicts itself is none.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// What a server runs for one wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The wiki's database name; the oldest shape does not name it.
    pub dbname: Option<String>,
    /// The version, such as `1.47.0-wmf.16`; `None` where the answer does not say which the wiki runs.
    pub version: Option<String>,
    /// What is checked out for this wiki, configuration included. Empty where only the version is known.
    pub checkouts: Vec<Checkout>,
}

/// A repository on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// Gerrit project.
    pub project: String,
    /// Branch; `None` when it is not on one.
    pub branch: Option<String>,
    /// Commit.
    pub commit: String,
}

/// Why an answer does not tell what the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum RunningError {
    /// The server has no such file (status 404).
    #[error("this wiki has no deployment-info.php")]
    Missing,
    /// Another status.
    #[error("deployment-info.php answered with status <{0}>")]
    Status(u16),
    /// A shape that no version of the file has had, or one that contradicts itself: how it begins.
    #[error("deployment-info.php answered in a shape that is not known: <{0}>")]
    Shape(String),
}

/// The URL that tells what the wiki at `host` runs.
#[must_use]
pub fn deployment_info_url(host: &str) -> String {
    format!("https://{host}/w/deployment-info.php")
}

/// The URL that tells at least the version, where there is no deployment-info.
#[must_use]
pub fn siteinfo_url(host: &str) -> String {
    format!("https://{host}/w/api.php?action=query&meta=siteinfo&siprop=general&format=json&formatversion=2")
}

/// The project of the configuration, the one that wikis of every version share.
const CONFIG: &str = "operations/mediawiki-config";
/// The project of which every version has a checkout.
const CORE: &str = "mediawiki/core";
/// Where Gerrit's repositories are; what is elsewhere is no Gerrit project.
const GERRIT: &str = "https://gerrit.wikimedia.org/r/";

/// Letters of an unknown answer that an error repeats.
const BEGINNING: usize = 60;

/// The three shapes in one: 4 August 2026 `checkouts` alone, 12 August with `dbname` and `branch`, 18 August with
/// `version`.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    dbname: Option<String>,
    #[serde(default)]
    version: Field,
    #[serde(default)]
    branch: Field,
    checkouts: Vec<Entry>,
}

/// A field of which it matters whether it is absent or null.
#[derive(Default, Deserialize)]
#[serde(from = "Option<String>")]
enum Field {
    #[default]
    Absent,
    Null,
    Is(String),
}

impl From<Option<String>> for Field {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::Null, Self::Is)
    }
}

#[derive(Deserialize)]
struct Entry {
    repo: String,
    #[serde(default)]
    branch: Option<String>,
    commit_ref: String,
}

/// siteinfo's answer (repository `mediawiki/core`, `includes/api/ApiQuerySiteinfo.php`).
#[derive(Deserialize)]
struct SiteInfo {
    query: SiteQuery,
}

#[derive(Deserialize)]
struct SiteQuery {
    general: General,
}

#[derive(Deserialize)]
struct General {
    generator: String,
    #[serde(default)]
    wikiid: Option<String>,
    #[serde(default, rename = "git-branch")]
    git_branch: Option<String>,
}

impl Running {
    /// Reads the answer to [`deployment_info_url`].
    ///
    /// # Errors
    /// When it does not tell. The answer to `?all` speaks of no wiki, and is an error of shape.
    pub fn from_deployment_info(status: u16, body: &str) -> Result<Self, RunningError> {
        match status {
            200 => serde_json::from_str(body).ok().and_then(Self::of_answer).ok_or_else(|| shape(body)),
            404 => Err(RunningError::Missing),
            other => Err(RunningError::Status(other)),
        }
    }

    /// `None` where version and branch contradict each other.
    fn of_answer(Answer { dbname, version, branch, checkouts: entries }: Answer) -> Option<Self> {
        let all: Vec<Checkout> = entries.into_iter().filter_map(checkout).collect();
        let (version, checkouts) = match (version, branch) {
            // The newest shape has this wiki's checkouts alone.
            (Field::Is(version), Field::Absent) => (Some(version), all),
            (Field::Is(version), Field::Is(branch)) if version_of_branch(&branch) == version => (Some(version), all),
            // No version is no code: there is no such wiki.
            (Field::Null, Field::Absent | Field::Null) | (Field::Absent, Field::Null) => (None, Vec::new()),
            // The two before have those of every version.
            (Field::Absent, Field::Is(branch)) => {
                (Some(version_of_branch(&branch).to_owned()), own(&all, Some(&branch)))
            }
            (Field::Absent, Field::Absent) => (None, own(&all, None)),
            (Field::Is(_), Field::Is(_) | Field::Null) | (Field::Null, Field::Is(_)) => return None,
        };
        Some(Self { dbname, version, checkouts })
    }

    /// Reads the answer to [`siteinfo_url`]: the version alone.
    ///
    /// # Errors
    /// When it does not tell.
    pub fn from_siteinfo(status: u16, body: &str) -> Result<Self, RunningError> {
        if status != 200 {
            return Err(RunningError::Status(status));
        }
        let SiteInfo { query } = serde_json::from_str(body).map_err(|_| shape(body))?;
        let General { generator, wikiid, git_branch } = query.general;
        let named = generator.strip_prefix("MediaWiki ").map(str::trim).filter(|version| !version.is_empty());
        let named = named.ok_or_else(|| shape(body))?;
        let version = match git_branch.as_deref() {
            // The development branch names the release that it will become: `1.48.0-alpha`.
            Some("master") => "master",
            Some(branch) if branch.starts_with("wmf/") && version_of_branch(branch) != named => {
                return Err(shape(body));
            }
            _ => named,
        };
        Ok(Self { dbname: wikiid, version: Some(version.to_owned()), checkouts: Vec::new() })
    }

    /// The checkout of a Gerrit project.
    #[must_use]
    pub fn checkout_of(&self, project: &str) -> Option<&Checkout> {
        self.checkouts.iter().find(|checkout| checkout.project == project)
    }
}

fn shape(body: &str) -> RunningError {
    let words = body.split_whitespace().collect::<Vec<_>>().join(" ");
    RunningError::Shape(words.chars().take(BEGINNING).collect())
}

/// `wmf/1.47.0-wmf.16` -> `1.47.0-wmf.16`; `master` is both.
fn version_of_branch(branch: &str) -> &str {
    branch.strip_prefix("wmf/").unwrap_or(branch)
}

fn checkout(entry: Entry) -> Option<Checkout> {
    let path = entry.repo.strip_prefix(GERRIT)?;
    let path = path.strip_prefix("p/").unwrap_or(path).trim_end_matches('/');
    let project = path.strip_suffix(".git").unwrap_or(path);
    (!project.is_empty()).then(|| Checkout {
        project: project.to_owned(),
        branch: entry.branch,
        commit: entry.commit_ref,
    })
}

/// Those of `all` that a wiki on `branch` runs. Where the checkouts of several versions stand together, or may, what is
/// on no branch and what only one version has may be another version's.
fn own(all: &[Checkout], branch: Option<&str>) -> Vec<Checkout> {
    let of_a_version = |checkout: &&Checkout| {
        checkout.project == CORE || checkout.branch.as_ref().is_some_and(|b| b.starts_with("wmf/"))
    };
    let mut versions: BTreeSet<&str> = all.iter().filter(of_a_version).filter_map(|c| c.branch.as_deref()).collect();
    versions.extend(branch);
    let one_version = versions.len() < 2;
    let alone = |checkout: &Checkout| all.iter().filter(|other| other.project == checkout.project).count() == 1;
    let is_own = |checkout: &&Checkout| {
        let on_own_branch = branch.is_some() && checkout.branch.as_deref() == branch;
        // `master` is a version's branch, and the configuration's in every version.
        (on_own_branch && checkout.project != CONFIG)
            || (alone(checkout) && (one_version || checkout.project == CONFIG))
    };
    all.iter().filter(is_own).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{Checkout, Running, RunningError};
    use serde_json::{Value, json};

    const OLD: &str = "wmf/1.47.0-wmf.15";
    const NEW: &str = "wmf/1.47.0-wmf.16";

    fn entry(project: &str, branch: Option<&str>, commit: &str) -> Value {
        let mut entry = json!({"repo": format!("https://gerrit.wikimedia.org/r/{project}"), "commit_ref": commit});
        if let Some(branch) = branch {
            entry["branch"] = branch.into();
        }
        entry
    }

    /// Both versions together, as the two older shapes have them.
    fn both() -> Vec<Value> {
        vec![
            entry("operations/mediawiki-config", Some("master"), "c0"),
            entry("mediawiki/core", Some(OLD), "a15"),
            entry("mediawiki/core", Some(NEW), "a16"),
            entry("mediawiki/extensions/Echo", Some(OLD), "b15"),
            entry("mediawiki/extensions/Echo", Some(NEW), "b16"),
            entry("mediawiki/extensions/OnlyNew", Some(NEW), "d16"),
            entry("mediawiki/vendor", None, "e15"),
            entry("mediawiki/vendor", None, "e16"),
        ]
    }

    fn read(body: &Value) -> Running {
        Running::from_deployment_info(200, &body.to_string()).unwrap()
    }

    fn commits(running: &Running) -> Vec<&str> {
        running.checkouts.iter().map(|checkout| checkout.commit.as_str()).collect()
    }

    fn is_shape(body: &str) -> bool {
        matches!(Running::from_deployment_info(200, body), Err(RunningError::Shape(_)))
    }

    #[test]
    fn the_newest_shape_is_taken_as_it_is() {
        let checkouts =
            [entry("operations/mediawiki-config", Some("master"), "c0"), entry("mediawiki/vendor", None, "e16")];
        let running =
            read(&json!({"dbname": "testwiki", "version": "1.47.0-wmf.16", "branch": NEW, "checkouts": checkouts}));
        assert_eq!(running.dbname.as_deref(), Some("testwiki"));
        assert_eq!(running.version.as_deref(), Some("1.47.0-wmf.16"));
        assert_eq!(
            running.checkout_of("mediawiki/vendor"),
            Some(&Checkout { project: "mediawiki/vendor".into(), branch: None, commit: "e16".into() })
        );
        assert_eq!(commits(&running), ["c0", "e16"]);
    }

    #[test]
    fn the_shape_with_a_branch_is_read_for_the_wikis_own_version() {
        let running = read(&json!({"checkouts": both(), "dbname": "enwiki", "branch": OLD}));
        assert_eq!(running.version.as_deref(), Some("1.47.0-wmf.15"));
        assert_eq!(commits(&running), ["c0", "a15", "b15"]);
        let running = read(&json!({"checkouts": both(), "dbname": "testwiki", "branch": NEW}));
        assert_eq!(commits(&running), ["c0", "a16", "b16", "d16"]);
    }

    #[test]
    fn the_oldest_shape_tells_what_all_versions_share() {
        let running = read(&json!({"checkouts": both()}));
        assert_eq!((running.dbname.as_deref(), running.version.as_deref()), (None, None));
        assert_eq!(commits(&running), ["c0"]);
        let one = [
            entry("operations/mediawiki-config", Some("master"), "c0"),
            entry("mediawiki/core", Some(NEW), "a16"),
            entry("mediawiki/vendor", None, "e16"),
        ];
        assert_eq!(commits(&read(&json!({"checkouts": one}))), ["c0", "a16", "e16"]);
    }

    #[test]
    fn a_wiki_on_master_is_one_too() {
        let mut checkouts = both();
        checkouts.push(entry("mediawiki/core", Some("master"), "am"));
        let running = read(&json!({"checkouts": checkouts, "dbname": "testwiki", "branch": "master"}));
        assert_eq!(running.version.as_deref(), Some("master"));
        assert_eq!(commits(&running), ["c0", "am"]);
        let running = read(&json!({"dbname": "t", "version": "master", "branch": "master", "checkouts": []}));
        assert_eq!(running.version.as_deref(), Some("master"));
    }

    #[test]
    fn a_wiki_that_does_not_exist_runs_nothing() {
        for body in [
            json!({"dbname": "foowiki", "version": null, "branch": null, "checkouts": []}),
            json!({"dbname": null, "branch": null, "checkouts": both()}),
        ] {
            let running = read(&body);
            assert_eq!((running.version, running.checkouts), (None, Vec::new()), "{body}");
        }
    }

    #[test]
    fn a_repository_is_named_by_its_project() {
        for (repo, project) in [
            ("https://gerrit.wikimedia.org/r/mediawiki/core", Some("mediawiki/core")),
            ("https://gerrit.wikimedia.org/r/mediawiki/core.git", Some("mediawiki/core")),
            ("https://gerrit.wikimedia.org/r/p/mediawiki/core.git", Some("mediawiki/core")),
            ("https://gerrit.wikimedia.org/r/mediawiki/core/", Some("mediawiki/core")),
            ("https://gerrit.wikimedia.org/r/", None),
            ("https://gitlab.wikimedia.org/repos/mediawiki/core", None),
        ] {
            let body = json!({"version": "1.47.0-wmf.16", "checkouts": [{"repo": repo, "commit_ref": "c0"}]});
            let found = read(&body);
            assert_eq!(found.checkouts.first().map(|checkout| checkout.project.as_str()), project, "{repo}");
        }
    }

    #[test]
    fn what_contradicts_itself_or_has_no_known_shape_is_no_answer() {
        let all = json!({"common": both(), "versions": {"1.47.0-wmf.16": both()}});
        let other = json!({"version": "1.47.0-wmf.16", "branch": OLD, "checkouts": []});
        let half = json!({"version": null, "branch": OLD, "checkouts": []});
        let incomplete =
            json!({"version": "1.47.0-wmf.16", "checkouts": [{"repo": "https://gerrit.wikimedia.org/r/x"}]});
        let number = json!({"version": 1.47, "checkouts": []});
        for body in [all, other, half, incomplete, number, json!({}), json!([]), json!(null)] {
            assert!(is_shape(&body.to_string()), "{body}");
        }
        assert!(is_shape(""));
        let html = format!("<!DOCTYPE html>\n  <title>{}</title>", "ä".repeat(100));
        let error = Running::from_deployment_info(200, &html).unwrap_err();
        let begins = format!("<!DOCTYPE html> <title>{}", "ä".repeat(37));
        assert_eq!(error, RunningError::Shape(begins));
    }

    #[test]
    fn a_status_other_than_200_tells_nothing_whatever_stands_under_it() {
        let body = json!({"version": "1.47.0-wmf.16", "checkouts": []}).to_string();
        assert_eq!(Running::from_deployment_info(404, "{}\n"), Err(RunningError::Missing));
        for status in [301, 403, 500, 503] {
            assert_eq!(Running::from_deployment_info(status, &body), Err(RunningError::Status(status)));
            assert_eq!(Running::from_siteinfo(status, &body), Err(RunningError::Status(status)));
        }
    }

    #[test]
    fn siteinfo_tells_wiki_and_version() {
        let site = |general: Value| {
            Running::from_siteinfo(200, &json!({"batchcomplete": true, "query": {"general": general}}).to_string())
        };
        let version = |general: Value| site(general).ok().and_then(|running| running.version);
        let running =
            site(json!({"generator": "MediaWiki 1.47.0-wmf.16", "wikiid": "enwiki", "git-branch": NEW})).unwrap();
        assert_eq!(running.dbname.as_deref(), Some("enwiki"));
        assert_eq!(running.version.as_deref(), Some("1.47.0-wmf.16"));
        assert_eq!(running.checkouts, []);
        assert_eq!(version(json!({"generator": "MediaWiki 1.47.0-wmf.16"})).as_deref(), Some("1.47.0-wmf.16"));
        let master = json!({"generator": "MediaWiki 1.48.0-alpha", "git-branch": "master"});
        assert_eq!(version(master).as_deref(), Some("master"));
        assert_eq!(version(json!({"generator": "MediaWiki 1.47.0-wmf.16", "git-branch": OLD})), None);
        assert_eq!(version(json!({"generator": "Something 1.0"})), None);
        assert_eq!(version(json!({"generator": "MediaWiki "})), None);
        assert!(Running::from_siteinfo(200, r#"{"error": {"code": "readapidenied"}}"#).is_err());
    }
}
