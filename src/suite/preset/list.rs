// SPDX-License-Identifier: GPL-2.0-or-later
//! The presets. The shapes of the API's answers are those of `formatversion=2` (repository `mediawiki/core`,
//! `includes/api/ApiQuerySiteinfo.php`), those of pages of `includes/Output/OutputPage.php`.
//!
//! Must not send anything.

use super::{Field, Filled, Preset, PresetError, config, contains, is, json, lacks, quoted, succeeds, typed_as};
use crate::check::{Assertion, Order, Predicate, Subject};
use crate::suite::Test;
use serde_json::Value;

const fn field(name: &'static str, label: &'static str, example: &'static str, hint: &'static str) -> Field {
    Field { name, label, example, hint, optional: false }
}

const GROUP: Field = field("group", "Group", "sysop", "its name in the configuration, not the one on screen");
const RIGHT: Field = field("right", "Right", "editinterface", "as in the configuration");
const NAMESPACE: Field = field("namespace", "Namespace", "Portal", "its name on that wiki");
const NUMBER: Field = Field { optional: true, ..field("number", "Number", "100", "of the namespace") };
const ALIAS: Field = field("alias", "Alias", "WP", "the other name of the namespace");
const EXTENSION: Field = field("extension", "Extension", "Echo", "its name on Special:Version");
const SITE_NAME: Field = field("sitename", "Site name", "Wikipedia", "letter for letter");
const LOGO: Field = field("logo", "Part of the logo's URL", "enwiki-25.png", "such as the file's name");
const PAGE: Field = field("page", "Page", "Main Page", "its title");
const SPECIAL: Field = field("special", "Special page", "ListGroupRights", "its title, without Special:");
const PREFERENCE: Field = field("preference", "Preference", "visualeditor-enable", "its key");
const VALUE: Field = field("value", "Value", "1", "as JSON, or a plain text");
const KEY: Field = field("key", "Key", "wgVectorNightMode", "of mw.config");
const MODULE: Field = field("module", "Module", "ext.echo.init", "its name in ResourceLoader");
const STREAM: Field = field("stream", "Stream", "mediawiki.page_change.v1", "its name");
const TEXT: Field = field("text", "Text", "Welcome", "what only the patch brings, as a reader sees it");

const fn preset(
    id: &'static str,
    name: &'static str,
    words: &'static str,
    fields: &'static [Field],
    make: fn(&Filled<'_>) -> Result<Test, PresetError>,
) -> Preset {
    Preset { id, name, words, fields, make }
}

/// Every preset, the usual ones first.
pub const PRESETS: [Preset; 20] = [
    preset("right_given", "A group has a right", "gives user permission add grant", &[GROUP, RIGHT], |filled| {
        Ok(rights(filled, "has", contains(filled.get(RIGHT.name))))
    }),
    preset("right_taken", "A group has lost a right", "user permission remove revoke", &[GROUP, RIGHT], |filled| {
        Ok(rights(filled, "does not have", lacks(filled.get(RIGHT.name))))
    }),
    preset("group_there", "A user group exists", "add new permission", &[GROUP], |filled| {
        let there = json(group(filled.get(GROUP.name)), Predicate::Exists);
        Ok(info(filled, format!("The group {} exists", filled.get(GROUP.name)), "usergroups", vec![there]))
    }),
    preset("group_gone", "A user group is gone", "remove drop", &[GROUP], |filled| {
        let others = json(group("user"), Predicate::Exists);
        let gone = json(group(filled.get(GROUP.name)), Predicate::Absent);
        Ok(info(filled, format!("The group {} is gone", filled.get(GROUP.name)), "usergroups", vec![others, gone]))
    }),
    preset("namespace_there", "A namespace exists", "add new", &[NAMESPACE, NUMBER], namespace_there),
    preset("namespace_gone", "A namespace is gone", "remove drop", &[NAMESPACE], |filled| {
        let others = json("$.query.namespaces[\"0\"]".to_owned(), Predicate::Exists);
        let gone = json(namespace(filled), Predicate::Absent);
        let name = format!("The namespace {} is gone", filled.get(NAMESPACE.name));
        Ok(info(filled, name, "namespaces", vec![others, gone]))
    }),
    preset("namespace_alias", "A namespace has an alias", "shortcut add", &[ALIAS], |filled| {
        let alias = filled.get(ALIAS.name).replace('_', " ");
        let there = json(format!("$.query.namespacealiases[?@.alias=={}]", quoted(&alias)), Predicate::Exists);
        Ok(info(filled, format!("The namespace alias {alias} exists"), "namespacealiases", vec![there]))
    }),
    preset("extension_there", "An extension is enabled", "install skin wmgUse", &[EXTENSION], |filled| {
        let there = json(extension(filled), Predicate::Exists);
        Ok(info(filled, format!("{} is enabled", filled.get(EXTENSION.name)), "extensions", vec![there]))
    }),
    preset("extension_gone", "An extension is disabled", "undeploy remove skin wmgUse", &[EXTENSION], |filled| {
        let path = "$.query.extensions[*]".to_owned();
        let at_least = Predicate::Compares { order: Order::AtLeast, number: 1.into() };
        let others = Assertion { of: Subject::JsonCount { path }, is: at_least };
        let gone = json(extension(filled), Predicate::Absent);
        Ok(info(filled, format!("{} is disabled", filled.get(EXTENSION.name)), "extensions", vec![others, gone]))
    }),
    preset("site_name", "The wiki has a name", "wgSitename title", &[SITE_NAME], |filled| {
        let name = json("$.query.general.sitename".to_owned(), is(filled.get(SITE_NAME.name).into()));
        Ok(info(filled, format!("The wiki is called {}", filled.get(SITE_NAME.name)), "general", vec![name]))
    }),
    preset("logo", "The wiki has a logo", "wgLogos image picture", &[LOGO], |filled| {
        let logo = json("$.query.general.logo".to_owned(), contains(filled.get(LOGO.name)));
        Ok(info(filled, format!("The logo is {}", filled.get(LOGO.name)), "general", vec![logo]))
    }),
    preset("robots_closed", "A page is hidden from search engines", "robots noindex google", &[PAGE], |filled| {
        Ok(robots(filled, "is hidden from", contains("noindex")))
    }),
    preset("robots_open", "A page is open to search engines", "robots index google", &[PAGE], |filled| {
        Ok(robots(filled, "is open to", lacks("noindex")))
    }),
    preset("special_there", "A special page exists", "Special: add", &[SPECIAL], |filled| {
        let (title, url) = special(filled);
        // On other pages it is false, and null where there is no such special page.
        let known = config("wgCanonicalSpecialPageName", Predicate::Matches { pattern: ".".to_owned() });
        Ok(succeeds(format!("{title} exists"), url, vec![known]))
    }),
    preset("special_gone", "A special page is gone", "Special: remove disable", &[SPECIAL], |filled| {
        let (title, url) = special(filled);
        let is_special = config("wgNamespaceNumber", is((-1).into()));
        let unknown = Predicate::OneOf { values: vec![Value::Null, false.into()] };
        let assertions = vec![Assertion::status(404), is_special, config("wgCanonicalSpecialPageName", unknown)];
        Ok(Test { name: format!("{title} is gone"), url, assertions, ..Test::default() })
    }),
    preset(
        "preference",
        "A preference has a default",
        "user option wgDefaultUserOptions",
        &[PREFERENCE, VALUE],
        |filled| {
            let (key, value) = (filled.get(PREFERENCE.name), filled.get(VALUE.name));
            let set = json(format!("$.query.defaultoptions[{}]", quoted(key)), typed_as(value, true));
            Ok(info(filled, format!("The default of {key} is {value}"), "defaultoptions", vec![set]))
        },
    ),
    preset("config", "A page has a value of mw.config", "wg javascript variable", &[KEY, VALUE, PAGE], |filled| {
        let (key, value) = (filled.get(KEY.name), filled.get(VALUE.name));
        let set = config(key, typed_as(value, false));
        Ok(succeeds(format!("{key} is {value}"), filled.page(filled.get(PAGE.name)), vec![set]))
    }),
    preset("module", "A ResourceLoader module exists", "load.php javascript css gadget", &[MODULE], |filled| {
        let module = filled.get(MODULE.name);
        let url = filled.script("load.php", &[("lang", "en"), ("modules", module), ("skin", "vector-2022")], &[]);
        // A module that is there is registered by its name and version; one that is not is only said to be missing.
        Ok(succeeds(format!("The module {module} exists"), url, vec![Assertion::body_contains(format!("\"{module}@"))]))
    }),
    preset("stream", "An event stream is configured", "wgEventStreams eventlogging analytics", &[STREAM], |filled| {
        let stream = filled.get(STREAM.name);
        let there = json(format!("$.streams[{}]", quoted(stream)), Predicate::Exists);
        let url = filled.api(&[("action", "streamconfigs"), ("streams", stream)]);
        Ok(succeeds(format!("The stream {stream} is configured"), url, vec![there]))
    }),
    preset("text", "A page shows a text", "html content message", &[PAGE, TEXT], |filled| {
        let text = filled.get(TEXT.name);
        let shown = Assertion { of: Subject::Html { selector: "body".to_owned() }, is: contains(text) };
        let name = format!("{} shows “{text}”", filled.get(PAGE.name));
        Ok(succeeds(name, filled.page(filled.get(PAGE.name)), vec![shown]))
    }),
];

fn info(filled: &Filled<'_>, name: String, property: &str, assertions: Vec<Assertion>) -> Test {
    succeeds(name, filled.siteinfo(property), assertions)
}

fn group(name: &str) -> String {
    format!("$.query.usergroups[?@.name=={}]", quoted(name))
}

/// What is demanded of a group's rights holds of no group that is not there.
fn rights(filled: &Filled<'_>, has: &str, demanded: Predicate) -> Test {
    let (name, right) = (filled.get(GROUP.name), filled.get(RIGHT.name));
    let of_group = json(format!("{}.rights", group(name)), demanded);
    info(filled, format!("{name} {has} the right {right}"), "usergroups", vec![of_group])
}

fn namespace(filled: &Filled<'_>) -> String {
    format!("$.query.namespaces[?@.name=={}]", quoted(&filled.get(NAMESPACE.name).replace('_', " ")))
}

fn namespace_there(filled: &Filled<'_>) -> Result<Test, PresetError> {
    let number = match filled.get(NUMBER.name) {
        "" => Predicate::Exists,
        text => {
            let number: i32 =
                text.parse().map_err(|_| PresetError::NoNumber { field: NUMBER.name, text: text.to_owned() })?;
            is(number.into())
        }
    };
    let there = json(format!("{}.id", namespace(filled)), number);
    Ok(info(filled, format!("The namespace {} exists", filled.get(NAMESPACE.name)), "namespaces", vec![there]))
}

fn extension(filled: &Filled<'_>) -> String {
    format!("$.query.extensions[?@.name=={}]", quoted(filled.get(EXTENSION.name)))
}

fn robots(filled: &Filled<'_>, how: &str, demanded: Predicate) -> Test {
    let page = filled.get(PAGE.name);
    let of = Subject::HtmlAttribute { selector: "meta[name=\"robots\"]".to_owned(), attribute: "content".to_owned() };
    let name = format!("{page} {how} search engines");
    succeeds(name, filled.page(page), vec![Assertion { of, is: demanded }])
}

fn special(filled: &Filled<'_>) -> (String, String) {
    let typed = filled.get(SPECIAL.name);
    let title = if typed.contains(':') { typed.to_owned() } else { format!("Special:{typed}") };
    let url = filled.page(&title);
    (title, url)
}
