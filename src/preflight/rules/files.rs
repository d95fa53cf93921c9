// SPDX-License-Identifier: GPL-2.0-or-later
//! What the change touches.

use super::list;
use crate::change::{Change, ChangedFile, Destination};
use crate::preflight::{Finding, Rule};

/// Configuration that only the Beta Cluster reads and whose name does not end in `-labs` (repository
/// `operations/puppet`, `modules/scap/templates/scap.cfg.erb`, `beta_only_config_files`; the others there do).
const BETA_ONLY: &str = "wmf-config/LabsServices.php";

/// More parts than this are no parts.
const MAX_PARTS: u32 = 20;

pub(super) fn findings(change: &Change) -> Vec<Finding> {
    let destination = change.destination();
    if destination == Destination::Elsewhere {
        return Vec::new();
    }
    let files = change.revision.as_ref().and_then(|revision| revision.files.as_deref());
    let of_files = files.map(|files| {
        // Gerrit lists the commit message among the files.
        let files: Vec<&ChangedFile> = files.iter().filter(|file| !file.path.starts_with("/COMMIT_MSG")).collect();
        let beta = (destination == Destination::Config).then(|| beta_only(&files)).flatten();
        [new_extension(&files), registration_and_php(&files), extension_json(&files), beta, localisation(&files)]
    });
    of_files.into_iter().flatten().flatten().chain(one_of_several(change)).collect()
}

fn new_extension(files: &[&ChangedFile]) -> Option<Finding> {
    if let Some(file) = files.iter().find(|file| file.added && is_registration(&file.path)) {
        return Some(Rule::NewExtension.warns(format!(
            "It adds {}, and backport windows take no new extensions or skins; schedule a deployment window of its own.",
            file.path
        )));
    }
    let touched: Vec<&str> = paths(files, |path| path == ".gitmodules" || path == "wmf-config/extension-list");
    (!touched.is_empty()).then(|| {
        Rule::NewExtension.warns(format!(
            "It touches {}, and backport windows take no new extensions; check that it adds none, else schedule a deployment window of its own.",
            list(&touched)
        ))
    })
}

fn registration_and_php(files: &[&ChangedFile]) -> Option<Finding> {
    let registration = files.iter().find(|file| is_registration(&file.path))?;
    let php = paths(files, |path| path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("php")));
    let tested = |path: &&str| path.starts_with("tests/") || path.contains("/tests/");
    let php = php.iter().filter(|path| !tested(path)).count();
    (php > 0).then(|| {
        let name = &registration.path;
        let php = if php == 1 { "a PHP file".to_owned() } else { format!("{php} PHP files") };
        Rule::OneSync.warns(format!(
            "It changes {name} together with {php}, which may not reach a server at the same moment; check that each \
             works with the old version of the other, else split the patch."
        ))
    })
}

fn one_of_several(change: &Change) -> Option<Finding> {
    let part = part(&change.subject)?;
    Some(Rule::OneSync.notes(format!(
        "Its subject says that it is one of several ({part}); it must work when deployed by itself; tell \
         the deployer the order."
    )))
}

fn extension_json(files: &[&ChangedFile]) -> Option<Finding> {
    let touched = paths(files, is_registration);
    (!touched.is_empty()).then(|| {
        Rule::ExtensionJson.warns(format!(
            "It touches {}, which is loaded outside the restart of PHP, so that servers may for a moment have it without the \
             code, or the code without it; tell the deployer.",
            list(&touched)
        ))
    })
}

fn beta_only(files: &[&ChangedFile]) -> Option<Finding> {
    let is_beta = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        path == BETA_ONLY || name.split('.').next().is_some_and(|stem| stem.ends_with("-labs"))
    };
    (!files.is_empty() && files.iter().all(|file| is_beta(&file.path))).then(|| {
        Rule::BetaOnly.warns(
            "It touches only configuration of the Beta Cluster, so it changes nothing on the test servers and cannot be \
             verified there; look at it on the Beta Cluster once it is merged.",
        )
    })
}

fn localisation(files: &[&ChangedFile]) -> Option<Finding> {
    let is_l10n = |path: &str| path.rsplit('/').skip(1).any(|folder| folder == "i18n" || folder == "languages");
    let touched = paths(files, is_l10n);
    touched.first().map(|path| {
        Rule::Localisation.warns(format!(
            "It touches {path}, so all messages are built anew, which takes about 20 minutes; tell the deployer before \
             the window."
        ))
    })
}

fn is_registration(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("extension.json" | "skin.json")) && !path.starts_with("tests/")
}

fn paths<'a>(files: &[&'a ChangedFile], wanted: impl Fn(&str) -> bool) -> Vec<&'a str> {
    files.iter().map(|file| file.path.as_str()).filter(|path| wanted(path)).collect()
}

/// What a subject such as `Drop the old setting (1/2)` or `Part 1: read both` says of its place among several.
fn part(subject: &str) -> Option<String> {
    let fraction = |word: &str| {
        let (part, parts) = word.split_once('/')?;
        let (part, parts): (u32, u32) = (part.trim().parse().ok()?, parts.trim().parse().ok()?);
        let fits = (1..=parts).contains(&part) && (2..=MAX_PARTS).contains(&parts);
        fits.then(|| format!("{part}/{parts}"))
    };
    if let Some(found) = subject.split(['(', '[']).skip(1).find_map(|rest| fraction(rest.split([')', ']']).next()?)) {
        return Some(found);
    }
    let words: Vec<&str> = subject.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let counts = |word: &str| {
        word.parse().is_ok_and(|number: u32| (1..=MAX_PARTS).contains(&number))
            || matches!(word, "I" | "II" | "III" | "IV" | "V")
    };
    let named = words.windows(2).find(|pair| match pair {
        [part, number] => part.eq_ignore_ascii_case("part") && counts(number),
        _ => false,
    })?;
    Some(named.join(" "))
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_subject_tells_its_part_and_what_only_looks_so_does_not() {
        for (subject, expected) in [
            ("Drop the old setting (1/2)", Some("1/2")),
            ("Drop the old settings [3/3]", Some("3/3")),
            ("Part 1: read both", Some("Part 1")),
            ("Read both, part II", Some("part II")),
            ("Open around the clock (24/7)", None),
            ("Log of 2026/11 (2026/11)", None),
            ("Show the part of the page", None),
            ("Scale by 1/2", None),
            ("", None),
        ] {
            assert_eq!(part(subject).as_deref(), expected, "{subject}");
        }
    }
}
