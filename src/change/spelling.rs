// SPDX-License-Identifier: GPL-2.0-or-later
//! The ways in which people write a Gerrit change.

use url::Url;

const HOST: &str = "gerrit.wikimedia.org";

/// The change number in `text`: bare digits, or a URL on gerrit.wikimedia.org in any of its spellings.
///
/// The spellings are those that `scap backport` accepts (repository `mediawiki/tools/scap`, `scap/gerrit.py`)
/// and the old `#/c/N` links.
#[must_use]
pub fn change_number(text: &str) -> Option<u64> {
    let text = text.trim();
    number(text).or_else(|| read(text).map(|change| change.number))
}

/// The project that the URL of a change names, such as `operations/mediawiki-config`. Short URLs name none.
#[must_use]
pub fn change_project(text: &str) -> Option<String> {
    read(text.trim())?.project
}

struct Change {
    number: u64,
    project: Option<String>,
}

fn read(text: &str) -> Option<Change> {
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => url,
        // People leave the scheme away; the host must then stand first.
        _ if text.get(..HOST.len()).is_some_and(|head| head.eq_ignore_ascii_case(HOST)) => {
            Url::parse(&format!("https://{text}")).ok()?
        }
        _ if text.starts_with("//") => Url::parse(&format!("https:{text}")).ok()?,
        _ => return None,
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    if !bare || url.host_str() != Some(HOST) {
        return None;
    }
    let path = url.path().strip_prefix("/r")?;
    let path = if path.is_empty() { "/" } else { path }.strip_prefix('/')?;
    let fragment = url.fragment().and_then(|fragment| fragment.strip_prefix('/'));
    match (path, fragment) {
        ("", Some(fragment)) => in_path(fragment.strip_prefix("c/")?),
        _ => in_path(path.strip_prefix("c/").unwrap_or(path)),
    }
}

/// `N`, `N/1`, `project/+/N`, `project/+/N/1..2/file`.
fn in_path(path: &str) -> Option<Change> {
    let (project, rest) = match path.split_once("/+/") {
        Some((project, rest)) => (Some(project.to_owned()), rest),
        None => (None, path),
    };
    let number = number(rest.split('/').next()?)?;
    Some(Change { number, project })
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::{change_number, change_project};

    #[test]
    fn every_spelling_gives_the_number() {
        for text in [
            "1330001",
            " 1330001\n",
            "https://gerrit.wikimedia.org/r/1330001",
            "https://gerrit.wikimedia.org/r/1330001/",
            "https://gerrit.wikimedia.org/r/1330001/2",
            "https://gerrit.wikimedia.org/r/c/1330001",
            "https://gerrit.wikimedia.org/r/c/1330001/3/",
            "https://gerrit.wikimedia.org/r/c/operations/mediawiki-config/+/1330001",
            "https://gerrit.wikimedia.org/r/c/operations/mediawiki-config/+/1330001/2/wmf-config/a.php#12",
            "https://gerrit.wikimedia.org/r/c/mediawiki/core/+/1330001/1..2",
            "https://gerrit.wikimedia.org/r/#/c/1330001/",
            "https://gerrit.wikimedia.org/r/#/c/1330001/2/a.php",
            "https://gerrit.wikimedia.org/r#/c/1330001",
            "https://gerrit.wikimedia.org/r/#/c/mediawiki/core/+/1330001/",
            "https://gerrit.wikimedia.org/r/1330001?usp=dashboard",
            "http://gerrit.wikimedia.org/r/1330001",
            "HTTPS://GERRIT.wikimedia.org/r/1330001",
            "//gerrit.wikimedia.org/r/1330001",
            "gerrit.wikimedia.org/r/c/1330001",
        ] {
            assert_eq!(change_number(text), Some(1_330_001), "{text}");
        }
    }

    #[test]
    fn what_names_no_change_gives_none() {
        for text in [
            "",
            "0",
            "12a",
            "-1",
            "1 2",
            "١٢٣",
            "１２３",
            "99999999999999999999999",
            "https://gerrit.wikimedia.org/r/",
            "https://gerrit.wikimedia.org/1330001",
            "https://gerrit.wikimedia.org/r/q/topic:1330001",
            "https://gerrit.wikimedia.org/r/dashboard/1330001",
            "https://gerrit.wikimedia.org.evil.example/r/1330001",
            "https://gerrit.wikimedia.org@evil.example/r/1330001",
            "https://me@gerrit.wikimedia.org/r/1330001",
            "https://gerrit.wikimedia.org:8443/r/1330001",
            "https://evil.example/r/1330001",
            "https://evil.example/https://gerrit.wikimedia.org/r/1330001",
            "https://gerrit.example.org/r/c/1330001",
            "https://gerrit.wikimedia.org/r/c/１２３",
            "javascript://gerrit.wikimedia.org/r/1330001",
        ] {
            assert_eq!(change_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_url_names_its_project() {
        let url = "https://gerrit.wikimedia.org/r/c/operations/mediawiki-config/+/1330001";
        assert_eq!(change_project(url).as_deref(), Some("operations/mediawiki-config"));
        assert_eq!(change_project("https://gerrit.wikimedia.org/r/1330001"), None);
    }
}
