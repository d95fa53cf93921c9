// SPDX-License-Identifier: GPL-2.0-or-later
//! A wiki's host and its database name, each from the other.
//!
//! Rules: repository `operations/mediawiki-config`, `multiversion/MWMultiVersion.php` (`setSiteInfoForWiki`) from host to
//! name, and `wgCanonicalServer` of `wmf-config/InitialiseSettings.php` the other way. Must not invent a wiki: a host of
//! wikimedia.org that stands in no list here may be something else.

/// Hosts whose wiki no rule gives.
const STATIC: [(&str, &str); 16] = [
    ("test.wikidata.org", "testwikidatawiki"),
    ("www.wikidata.org", "wikidatawiki"),
    ("www.mediawiki.org", "mediawikiwiki"),
    ("www.wikifunctions.org", "wikifunctionswiki"),
    ("wikisource.org", "sourceswiki"),
    ("wikitech.wikimedia.org", "labswiki"),
    ("test-commons.wikimedia.org", "testcommonswiki"),
    ("affcom.wikimedia.org", "chapcomwiki"),
    ("ee.wikimedia.org", "etwikimedia"),
    ("vrt-wiki.wikimedia.org", "otrs_wikiwiki"),
    ("ombuds.wikimedia.org", "ombudsmenwiki"),
    ("wikipedia-pl-sysop.wikimedia.org", "sysop_plwiki"),
    ("wikipedia-it-arbcom.wikimedia.org", "arbcom_itwiki"),
    ("wikipedia-pl-arbcom.wikimedia.org", "arbcom_plwiki"),
    ("wikipedia-zh-arbcom.wikimedia.org", "arbcom_zhwiki"),
    ("be-tarask.wikipedia.org", "be_x_oldwiki"),
];

/// Names under wikimedia.org whose wikis' names end in `wikimedia`: chapters and the like.
const CHAPTERS: [&str; 42] = [
    "ae",
    "am",
    "ar",
    "az",
    "bd",
    "be",
    "br",
    "ca",
    "cn",
    "co",
    "dk",
    "ec",
    "fi",
    "ge",
    "gr",
    "hi",
    "id",
    "id-internal",
    "il",
    "mai",
    "mk",
    "mx",
    "ng",
    "nl",
    "noboard-chapters",
    "no",
    "nyc",
    "nz",
    "pa-us",
    "pl",
    "pt",
    "punjabi",
    "romd",
    "rs",
    "ru",
    "se",
    "th",
    "tr",
    "ua",
    "uk",
    "ve",
    "wb",
];

/// Names under wikimedia.org whose wikis' names end in `wiki`.
const SPECIAL: [&str; 53] = [
    "advisors",
    "advisory",
    "auditcom",
    "board",
    "boardgovcom",
    "chair",
    "checkuser",
    "collab",
    "commons",
    "conduct",
    "donate",
    "electcom",
    "exec",
    "fdc",
    "foundation",
    "grants",
    "iegcom",
    "incubator",
    "internal",
    "legalteam",
    "login",
    "meta",
    "movementroles",
    "office",
    "outreach",
    "projectcom",
    "quality",
    "searchcom",
    "spcom",
    "species",
    "steward",
    "strategy",
    "techconduct",
    "transitionteam",
    "u4c",
    "usability",
    "vote",
    "wikimania",
    "wikimania2005",
    "wikimania2006",
    "wikimania2007",
    "wikimania2008",
    "wikimania2009",
    "wikimania2010",
    "wikimania2011",
    "wikimania2012",
    "wikimania2013",
    "wikimania2014",
    "wikimania2015",
    "wikimania2016",
    "wikimania2017",
    "wikimania2018",
    "wikimaniateam",
];

/// A project's domain, and how the names of its wikis end. `wiki` ends every name that no other ending fits.
const PROJECTS: [(&str, &str); 9] = [
    ("wiktionary.org", "wiktionary"),
    ("wikibooks.org", "wikibooks"),
    ("wikinews.org", "wikinews"),
    ("wikiquote.org", "wikiquote"),
    ("wikisource.org", "wikisource"),
    ("wikiversity.org", "wikiversity"),
    ("wikivoyage.org", "wikivoyage"),
    ("wikimedia.org", "wikimedia"),
    ("wikipedia.org", "wiki"),
];

/// The database name of the wiki at `host`, such as `enwiki` at `en.wikipedia.org`. `None` where no wiki is known to be:
/// portals, services, and the sites of Beta.
#[must_use]
pub fn dbname_of_host(host: &str) -> Option<String> {
    let host = host.to_ascii_lowercase();
    if let Some((_, dbname)) = STATIC.iter().find(|(known, _)| *known == host) {
        return Some((*dbname).to_owned());
    }
    let (name, domain) = host.split_once('.')?;
    let (_, ending) = PROJECTS.iter().find(|(known, _)| *known == domain)?;
    let ending = match (*ending, name) {
        ("wikimedia", name) if SPECIAL.contains(&name) => "wiki",
        ("wikimedia", name) if !CHAPTERS.contains(&name) => return None,
        (ending, _) => ending,
    };
    is_name(name).then(|| format!("{}{ending}", name.replace('-', "_")))
}

/// The host of the wiki with this database name, such as `en.wikipedia.org` of `enwiki`. Whether there is such a wiki is
/// not known here; `None` where the name is not formed like one.
#[must_use]
pub fn host_of_dbname(dbname: &str) -> Option<String> {
    if let Some((host, _)) = STATIC.iter().find(|(_, known)| *known == dbname) {
        return Some((*host).to_owned());
    }
    let (domain, name) =
        PROJECTS.iter().find_map(|(domain, ending)| Some((*domain, dbname.strip_suffix(ending)?.replace('_', "-"))))?;
    let domain = if domain == "wikipedia.org" && SPECIAL.contains(&name.as_str()) { "wikimedia.org" } else { domain };
    is_name(&name).then(|| format!("{name}.{domain}"))
}

/// Whether a database name is formed as those of wikis are: it stands in a list here, or begins with a language's code.
#[must_use]
pub(super) fn is_usual(dbname: &str) -> bool {
    let Some(host) = host_of_dbname(dbname) else { return false };
    let name = host.split('.').next().unwrap_or_default();
    let is_listed = STATIC.iter().any(|(known, _)| *known == host) || host.ends_with(".wikimedia.org");
    let code = name.split('-').next().unwrap_or_default();
    is_listed || matches!(code.len(), 2 | 3) || matches!(name, "simple" | "test" | "test2" | "abstract" | "beta")
}

/// Whether this can be the name of a wiki inside its project. `www` and `m` lead to portals and to other hosts.
fn is_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters && !matches!(name, "" | "www" | "m" | "-") && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::{CHAPTERS, SPECIAL, STATIC, dbname_of_host, host_of_dbname};

    #[test]
    fn a_host_and_its_wiki_name_each_other() {
        for (host, dbname) in [
            ("en.wikipedia.org", "enwiki"),
            ("zh-min-nan.wikipedia.org", "zh_min_nanwiki"),
            ("be-tarask.wikipedia.org", "be_x_oldwiki"),
            ("test.wikipedia.org", "testwiki"),
            ("test2.wikipedia.org", "test2wiki"),
            ("abstract.wikipedia.org", "abstractwiki"),
            ("arbcom-en.wikipedia.org", "arbcom_enwiki"),
            ("de.wiktionary.org", "dewiktionary"),
            ("roa-rup.wiktionary.org", "roa_rupwiktionary"),
            ("www.wikidata.org", "wikidatawiki"),
            ("test.wikidata.org", "testwikidatawiki"),
            ("www.mediawiki.org", "mediawikiwiki"),
            ("commons.wikimedia.org", "commonswiki"),
            ("test-commons.wikimedia.org", "testcommonswiki"),
            ("wikitech.wikimedia.org", "labswiki"),
            ("pa-us.wikimedia.org", "pa_uswikimedia"),
            ("ee.wikimedia.org", "etwikimedia"),
            ("vrt-wiki.wikimedia.org", "otrs_wikiwiki"),
            ("wikisource.org", "sourceswiki"),
            ("beta.wikiversity.org", "betawikiversity"),
        ] {
            assert_eq!(dbname_of_host(host).as_deref(), Some(dbname), "{host}");
            assert_eq!(host_of_dbname(dbname).as_deref(), Some(host), "{dbname}");
        }
        assert_eq!(dbname_of_host("EN.Wikipedia.org").as_deref(), Some("enwiki"));
    }

    #[test]
    fn every_name_in_the_lists_leads_there_and_back() {
        let listed = STATIC.iter().map(|(host, _)| (*host).to_owned());
        let named = CHAPTERS.iter().chain(&SPECIAL);
        for host in listed.chain(named.map(|name| format!("{name}.wikimedia.org"))) {
            let dbname = dbname_of_host(&host).unwrap_or_default();
            assert_eq!(host_of_dbname(&dbname), Some(host), "{dbname}");
        }
    }

    #[test]
    fn what_is_no_wiki_has_no_name() {
        for host in [
            "",
            "wikipedia.org",
            "www.wikipedia.org",
            "m.wikipedia.org",
            "en.m.wikipedia.org",
            "gerrit.wikimedia.org",
            "upload.wikimedia.org",
            "et.wikimedia.org",
            "en.wikipedia.beta.wmcloud.org",
            "en.wikipedia.org.example.org",
            "example.org",
            "a b.wikipedia.org",
        ] {
            assert_eq!(dbname_of_host(host), None, "{host}");
        }
        for dbname in ["", "wiki", "en", "enwikipedia", "a.bwiki", "_wiki"] {
            assert_eq!(host_of_dbname(dbname), None, "{dbname}");
        }
    }
}
