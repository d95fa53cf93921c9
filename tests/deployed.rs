// SPDX-License-Identifier: GPL-2.0-or-later
//! What servers run, from outside: WMF's own lists and answers, where a folder of them is at hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/samples.rs"]
mod samples;

use backport_verify::deployed::{Running, RunningError, Wikiversions, dbname_of_host, host_of_dbname};
use samples::samples;
use std::collections::BTreeMap;
use std::path::Path;

const CONFIG: &str = "operations/mediawiki-config";
const CORE: &str = "mediawiki/core";
const GROWTH: &str = "mediawiki/extensions/GrowthExperiments";

fn read(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The commit of a project, if it is known.
fn commit<'a>(running: &'a Running, project: &str) -> Option<&'a str> {
    running.checkout_of(project).map(|checkout| checkout.commit.as_str())
}

#[test]
fn the_train_of_a_week_is_read_from_nocs_list() {
    let Some(folder) = samples("noc") else { return };
    let (old, new) = ("1.47.0-wmf.15", "1.47.0-wmf.16");
    let days: [(&str, &[(&str, usize)]); 3] = [
        ("wikiversions.2026-08-18-group0-on-wmf16.json", &[(new, 176), (old, 896)]),
        ("wikiversions.2026-08-19-group1-on-wmf16.json", &[(new, 726), (old, 346)]),
        ("wikiversions.2026-08-20-all-wmf16.json", &[(new, 1072)]),
    ];
    for (name, live) in days {
        let versions = Wikiversions::from_noc(&read(&folder, name)).unwrap();
        assert_eq!(versions.live(), live, "{name}");
    }
    let tuesday = Wikiversions::from_noc(&read(&folder, "wikiversions.2026-08-18-group0-on-wmf16.json")).unwrap();
    assert_eq!(tuesday.version_of("enwiki"), Some(old));
    assert_eq!(
        tuesday.wikis_on(new, 5),
        ["testwiki", "mediawikiwiki", "testwikidatawiki", "testcommonswiki", "aawikibooks"]
    );
    assert_eq!(tuesday.wikis_on(old, 3), ["test2wiki", "commonswiki", "wikidatawiki"]);
}

#[test]
fn every_wiki_of_nocs_list_has_a_host_of_its_own_that_leads_back() {
    let Some(folder) = samples("noc") else { return };
    let json = read(&folder, "wikiversions.2026-08-20-all-wmf16.json");
    let wikis: BTreeMap<String, String> = serde_json::from_str(&json).unwrap();
    let lost: Vec<&str> = wikis
        .keys()
        .map(String::as_str)
        .filter(|dbname| host_of_dbname(dbname).and_then(|host| dbname_of_host(&host)).as_deref() != Some(*dbname))
        .collect();
    assert_eq!(lost, <[&str; 0]>::default());
    let hosts: BTreeMap<_, _> = wikis.keys().map(|dbname| (host_of_dbname(dbname), dbname)).collect();
    assert_eq!(hosts.len(), wikis.len());
}

#[test]
fn every_shape_of_deployment_info_is_read() {
    let Some(folder) = samples("deployment-info") else { return };
    let info = |name: &str| Running::from_deployment_info(200, &read(&folder, name));
    let zeros = "0".repeat(40);

    let before = info("enwiki.production.json").unwrap();
    let after = info("enwiki.mwdebug-after-testserver-sync.json").unwrap();
    for running in [&before, &after] {
        assert_eq!(running.dbname.as_deref(), Some("enwiki"));
        assert_eq!(running.version.as_deref(), Some("1.47.0-wmf.15"));
        assert_eq!(running.checkouts.len(), 5);
        assert_eq!(commit(running, GROWTH), Some("0b34eb33f672efcbbb7f07d0d8995a9428348dd6"));
        assert_eq!(running.checkout_of("mediawiki/vendor").unwrap().branch, None);
    }
    assert_eq!(commit(&before, CONFIG), Some("ee7a7b8055ea04d96ce0dbd33a4d928c11d11efb"));
    assert_eq!(commit(&after, CONFIG), Some("0c6f66bafd37884798774beeab2c45161469f97b"));
    assert_eq!(info("mediawikiwiki.json").unwrap().version.as_deref(), Some("1.47.0-wmf.16"));

    let together = info("shape-2026-08-12.json").unwrap();
    assert_eq!(together.version.as_deref(), Some("1.47.0-wmf.15"));
    assert_eq!(commit(&together, CORE), Some(zeros.as_str()));
    assert_eq!(together.checkouts.len(), 2);

    let missing = info("missing-wiki.json").unwrap();
    assert_eq!((missing.version, missing.checkouts), (None, Vec::new()));
    assert!(matches!(info("all.json"), Err(RunningError::Shape(_))));
    let not_found = read(&folder, "not-found-404.json");
    assert_eq!(Running::from_deployment_info(404, &not_found), Err(RunningError::Missing));
}

#[test]
fn siteinfo_tells_the_version() {
    let Some(folder) = samples("siteinfo") else { return };
    let running = Running::from_siteinfo(200, &read(&folder, "siteinfo-general-extensions.shape.json")).unwrap();
    assert_eq!(running.dbname.as_deref(), Some("enwiki"));
    assert_eq!(running.version.as_deref(), Some("1.47.0-wmf.15"));
}
