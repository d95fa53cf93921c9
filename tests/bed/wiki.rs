// SPDX-License-Identifier: GPL-2.0-or-later
//! The wikis: which there are, what they run, and which program of theirs answers a path.
//!
//! Must not know of caches and test servers; those are the edge's.

use super::code::{CONFIG, Code};
use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::world::State;
use super::{api, page};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The version that most wikis run at the start.
pub const VERSION: &str = "1.47.0-wmf.15";
/// The version that the wikis of group 0 run at the start: it is the middle of a train.
pub const GROUP0_VERSION: &str = "1.47.0-wmf.16";
const GROUP0: [&str; 2] = ["testwiki", "mediawikiwiki"];
const PUBLIC: &str = "private, s-maxage=0, max-age=0, must-revalidate";

/// A wiki.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wiki {
    /// Its host.
    pub host: &'static str,
    /// Its database name.
    pub dbname: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its language.
    pub lang: &'static str,
}

/// All wikis.
pub const WIKIS: [Wiki; 8] = [
    Wiki { host: "en.wikipedia.org", dbname: "enwiki", name: "Wikipedia", lang: "en" },
    Wiki { host: "de.wikipedia.org", dbname: "dewiki", name: "Wikipedia", lang: "de" },
    Wiki { host: "test.wikipedia.org", dbname: "testwiki", name: "Wikipedia", lang: "en" },
    Wiki { host: "en.wiktionary.org", dbname: "enwiktionary", name: "Wiktionary", lang: "en" },
    Wiki { host: "commons.wikimedia.org", dbname: "commonswiki", name: "Wikimedia Commons", lang: "en" },
    Wiki { host: "www.wikidata.org", dbname: "wikidatawiki", name: "Wikidata", lang: "en" },
    Wiki { host: "www.mediawiki.org", dbname: "mediawikiwiki", name: "MediaWiki", lang: "en" },
    Wiki { host: "wikitech.wikimedia.org", dbname: "labswiki", name: "Wikitech", lang: "en" },
];

impl Wiki {
    /// The wiki of a host.
    pub fn of(host: &str) -> Option<Self> {
        WIKIS.into_iter().find(|wiki| wiki.host == host)
    }

    /// The version that it runs at the start.
    pub fn first_version(self) -> &'static str {
        if GROUP0.contains(&self.dbname) { GROUP0_VERSION } else { VERSION }
    }

    /// Whether this is Wikitech, which holds the calendar and is spared by lies about wikis.
    pub fn is_wikitech(self) -> bool {
        self.dbname == "labswiki"
    }
}

/// The server that answers, and the code on it.
pub struct Server<'a> {
    /// The wiki asked for.
    pub wiki: Wiki,
    /// The name of the pod.
    pub name: &'a str,
    /// What it has checked out.
    pub code: &'a Code,
    /// The state, for wikitext and the log.
    pub state: &'a State,
}

impl Server<'_> {
    /// The version that this wiki runs.
    pub fn version(&self) -> &str {
        self.state.version_of(self.wiki)
    }

    /// Whether a change is in the code that this wiki runs.
    pub fn has(&self, number: u64) -> bool {
        let for_this = |branch: &str| branch == "master" || branch.strip_prefix("wmf/") == Some(self.version());
        self.state.changes.get(&number).is_some_and(|change| for_this(&change.branch))
            && self.state.has(self.code, number)
    }

    /// The commit that it has of a project for this wiki.
    pub fn commit(&self, project: &str) -> &str {
        self.code.commit(project, &format!("wmf/{}", self.version())).unwrap_or("unknown")
    }
}

/// The pages that stand on the wikis at the start; [`super::Bed::write_page`] adds more.
pub fn first_pages() -> BTreeMap<(String, String), String> {
    let mut pages = BTreeMap::new();
    for wiki in WIKIS {
        for title in ["Main_Page", "Earth", "Moon", "San_Francisco", "Help:Contents", "Project:Sandbox"] {
            let name = wiki.name;
            let text =
                format!("This page of {name} is about '''{}'''.\n\nIt has two paragraphs.", title.replace('_', " "));
            pages.insert((wiki.dbname.to_owned(), title.to_owned()), text);
        }
    }
    pages
}

/// Answers as `MediaWiki` does, without the headers that the servers before it add.
pub fn answer(server: &Server, asked: &Seen) -> Answer {
    let vary = "Accept-Encoding,Cookie,Authorization";
    match asked.route() {
        "/" => {
            let to = format!("https://{}/wiki/Main_Page", server.wiki.host);
            Answer::html(301, "")
                .with("location", to)
                .with("cache-control", "s-maxage=1200, must-revalidate, max-age=0")
        }
        "/w/api.php" => api::answer(server, asked).with("vary", vary),
        "/w/load.php" => load(asked),
        "/w/deployment-info.php" => deployment_info(server, asked),
        "/w/index.php" => match asked.parameter("title") {
            Some(title) if asked.parameter("action").as_deref() == Some("raw") => raw(server, &title),
            title => titled(server, &title.unwrap_or_else(|| "Main_Page".to_owned())),
        },
        route => match route.strip_prefix("/wiki/") {
            Some(title) => titled(server, &decoded(title)),
            None => page::missing_file(route),
        },
    }
}

fn titled(server: &Server, title: &str) -> Answer {
    page::answer(server, &title.replace(' ', "_"))
        .with("content-language", server.wiki.lang)
        .with("vary", "Accept-Encoding,Cookie,Authorization")
        .with("cache-control", PUBLIC)
}

fn raw(server: &Server, title: &str) -> Answer {
    match api::wikitext(server, title) {
        Some(text) => Answer::new(200, "text/x-wiki; charset=UTF-8", text).with("cache-control", PUBLIC),
        None => Answer::new(404, "text/x-wiki; charset=UTF-8", "").with("cache-control", PUBLIC),
    }
}

/// Percent-decodes a path segment; a plus sign in a path is a plus sign.
pub fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

/// `ResourceLoader`: known modules have a line each, others are said to be missing.
fn load(asked: &Seen) -> Answer {
    let known =
        ["startup", "jquery", "site", "mediawiki.base", "mediawiki.util", "skins.vector.js", "skins.vector.styles"];
    let wanted = asked.parameter("modules").unwrap_or_default();
    let (there, missing): (Vec<&str>, Vec<&str>) =
        wanted.split('|').filter(|name| !name.is_empty()).partition(|name| known.contains(name));
    let mut body = String::new();
    if !missing.is_empty() {
        let states: Value = missing.iter().map(|name| ((*name).to_owned(), json!("missing"))).collect();
        body = format!("/*\nProblematic modules: {states}\n*/\nmw.loader.state({states});\n");
    }
    for name in there {
        // Writing into a String cannot fail.
        let _ = writeln!(body, "mw.loader.impl(function(){{return[\"{name}@1a2b3\",function(){{}}];}});");
    }
    Answer::new(200, "text/javascript; charset=utf-8", body)
        .with("etag", format!("W/\"{:x}\"", wanted.len()))
        .with("cache-control", "public, max-age=300, s-maxage=300, stale-while-revalidate=60")
}

/// What the answering server has checked out (repository `operations/mediawiki-config`, `w/deployment-info.php`).
fn deployment_info(server: &Server, asked: &Seen) -> Answer {
    let lies = |lie| !server.wiki.is_wikitech() && server.state.lies(lie);
    let uncached = |answer: Answer| answer.with("cache-control", "no-cache");
    if lies(Lie::DeploymentInfoMissing) {
        return uncached(Answer::new(404, "application/json; charset=utf-8", "{}\n"));
    }
    let (dbname, version) = (server.wiki.dbname, server.version());
    let branch = format!("wmf/{version}");
    let config = checkouts(server, |known| known == "master");
    let of_wiki = checkouts(server, |known| known == branch);
    let vendor = json!({"repo": repo("mediawiki/vendor"), "commit_ref": "1".repeat(40)});
    let asks_all =
        asked.path.split_once('?').is_some_and(|(_, query)| query.split('&').any(|part| part.starts_with("all")));
    let value = if lies(Lie::DeploymentInfoOddShape) {
        json!({"wiki": dbname, "deployed": {CONFIG: server.code.commit(CONFIG, "master")}})
    } else if lies(Lie::DeploymentInfoOldShape) {
        // Every version's checkouts together; the branch tells which of them are this wiki's.
        let all = checkouts(server, |known| known.starts_with("wmf/"));
        let all = [config, all].concat();
        json!({"checkouts": all, "dbname": dbname, "branch": branch})
    } else if asks_all {
        let live: BTreeSet<&str> = WIKIS.iter().map(|wiki| server.state.version_of(*wiki)).collect();
        let of = |version: &str| {
            [checkouts(server, |known| known.strip_prefix("wmf/") == Some(version)), vec![vendor.clone()]].concat()
        };
        let versions: Value = live.into_iter().map(|version| (version.to_owned(), json!(of(version)))).collect();
        json!({"common": config, "versions": versions})
    } else {
        let all = [config, of_wiki, vec![vendor]].concat();
        json!({"dbname": dbname, "version": version, "branch": branch, "checkouts": all})
    };
    uncached(Answer::json(&value))
}

fn repo(project: &str) -> String {
    format!("https://gerrit.wikimedia.org/r/{project}")
}

/// What the server has of the branches that `is_wanted`. Only the configuration is deployed from `master`.
fn checkouts(server: &Server, is_wanted: impl Fn(&str) -> bool) -> Vec<Value> {
    let wanted = server
        .code
        .commits()
        .filter(|((project, branch), _)| is_wanted(branch) && (branch != "master" || project == CONFIG));
    wanted
        .map(|((project, branch), commit)| json!({"repo": repo(project), "branch": branch, "commit_ref": commit}))
        .collect()
}
