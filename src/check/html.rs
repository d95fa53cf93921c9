// SPDX-License-Identifier: GPL-2.0-or-later
//! Elements of an HTML body, by CSS selector.
//!
//! A body is HTML when its content type says so, or says nothing, and it begins with a tag. Everything else cannot be
//! searched, so that nothing is absent from it. What scripts do and style sheets hide is not known here: the document is
//! the one that the server sent.

use super::AssertionError;
use super::reading::Reading;
use super::words::shown;
use scraper::error::SelectorErrorKind;
use scraper::{ElementRef, Html, Node, Selector};
use serde_json::Value;

/// Letters of a selector.
const LONGEST: usize = 500;
/// Bytes of a page that are parsed; the longest article has a few million.
const MOST_BYTES: usize = 20_000_000;
/// Open elements within each other: the parser looks through all that are open at each tag. MediaWiki closes what it opens.
const DEEPEST: usize = 5_000;

/// Elements whose text no reader sees.
const UNSEEN: [&str; 4] = ["script", "style", "template", "noscript"];
/// Elements before and behind which a reader sees a gap.
const APART: [&str; 45] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "button",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Elements that are never closed.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// The selector.
///
/// # Errors
/// When it cannot be read.
pub(super) fn selector(selector: &str) -> Result<Selector, AssertionError> {
    let bad = |detail: String| AssertionError::Selector { selector: shown(selector), detail };
    if selector.chars().count() > LONGEST {
        return Err(bad(format!("it is longer than {LONGEST} letters")));
    }
    Selector::parse(selector).map_err(|error| bad(reason(&error)))
}

fn reason(error: &SelectorErrorKind) -> String {
    use SelectorErrorKind as Kind;
    match error {
        Kind::UnexpectedToken => "there is something in it that no selector has".into(),
        Kind::EndOfLine => "it ends too early".into(),
        Kind::InvalidAtRule | Kind::InvalidAtRuleBody => "it has an @, and is a rule, not a selector".into(),
        Kind::QualRuleInvalid => "a name in it is not valid".into(),
        Kind::TooManyNestedBlocks => "it has too many brackets within brackets".into(),
        Kind::ExpectedColonOnPseudoElement | Kind::ExpectedIdentityOnPseudoElement => {
            "a name is missing behind a colon".into()
        }
        Kind::UnexpectedSelectorParseError(kind) => match format!("{kind:?}").as_str() {
            "UnsupportedPseudoClassOrElement" => {
                "it has a pseudo-class or pseudo-element that is not supported here, such as :is(), :visible or ::before"
                    .into()
            }
            "EmptySelector" => "a part of it is empty, or begins as no selector does".into(),
            "DanglingCombinator" => "nothing stands behind its last combinator".into(),
            "ClassNeedsIdent" => "a class must begin with a letter, - or _; write [class~=\"1a\"] for others".into(),
            "NoIdentForPseudo" | "PseudoElementExpectedIdent" => "a name is missing behind a colon".into(),
            kind if kind.contains("Attr") => "an attribute in [] cannot be read; put its value in quotes".into(),
            kind => format!("it is not valid ({kind})"),
        },
    }
}

/// The body as a document.
///
/// # Errors
/// With why it is none.
pub(super) fn parsed(reading: &Reading<'_>) -> Result<Html, String> {
    let (text, kind) = (reading.text(), reading.kind());
    if text.is_empty() {
        return Err("the body is empty".into());
    }
    if !kind.is_empty() && !kind.contains("html") {
        return Err(reading.is_not("HTML"));
    }
    if !text.starts_with('<') {
        return Err("the body is no HTML: it does not begin with a tag".into());
    }
    if text.len() > MOST_BYTES {
        return Err(format!("the body is longer than {MOST_BYTES} bytes, too long to be parsed as HTML"));
    }
    if depth(text) > DEEPEST {
        return Err(format!("more than {DEEPEST} elements of the page lie within each other, too many to be parsed"));
    }
    Ok(Html::parse_document(text))
}

/// How many elements are open at once, at most; one that need not be closed counts until another is.
fn depth(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for tag in text.split('<').skip(1) {
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
        } else if !name.is_empty() && !VOID.contains(&name.to_ascii_lowercase().as_str()) {
            open += 1;
            most = most.max(open);
        }
    }
    most
}

/// The text of each element, as a reader sees it.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn texts(wanted: &str, reading: &Reading<'_>) -> Result<Vec<Value>, String> {
    elements(wanted, reading, |element| Some(Value::String(text_of(element))))
}

/// The attribute of each element that has it.
///
/// # Errors
/// With why the body cannot be searched, and when no element is there that could have it.
pub(super) fn attributes(wanted: &str, attribute: &str, reading: &Reading<'_>) -> Result<Vec<Value>, String> {
    let (name, lower) = (attribute.trim(), attribute.trim().to_ascii_lowercase());
    if count(wanted, reading)? == 0 {
        return Err(format!("no element is there that could have it{}", within(wanted, reading)));
    }
    let value = |element: ElementRef<'_>| element.attr(name).or_else(|| element.attr(&lower)).map(str::to_owned);
    elements(wanted, reading, |element| value(element).map(Value::String))
}

/// How many elements there are.
///
/// # Errors
/// With why the body cannot be searched.
pub(super) fn count(wanted: &str, reading: &Reading<'_>) -> Result<usize, String> {
    elements(wanted, reading, |_| Some(Value::Null)).map(|found| found.len())
}

/// `; <#content> is there`, for the longest beginning of a selector that finds something.
pub(super) fn within(wanted: &str, reading: &Reading<'_>) -> String {
    let ends = wanted.match_indices(char::is_whitespace).map(|(at, _)| at).take(MOST_PARTS);
    let parts: Vec<_> =
        ends.filter_map(|end| wanted.get(..end)).map(|part| part.trim_end_matches([' ', '>', '+', '~'])).collect();
    let there = parts.iter().rev().find(|part| count(part, reading).is_ok_and(|count| count > 0));
    there.map_or_else(String::new, |part| format!("; <{}> is there", shown(part)))
}

/// Beginnings beyond these are not tried.
const MOST_PARTS: usize = 8;

fn elements(
    wanted: &str,
    reading: &Reading<'_>,
    read: impl Fn(ElementRef<'_>) -> Option<Value>,
) -> Result<Vec<Value>, String> {
    let selector = selector(wanted).map_err(|error| error.to_string())?;
    Ok(reading.html()?.select(&selector).filter_map(read).collect())
}

/// The text of each script that runs.
pub(super) fn scripts(document: &Html) -> Vec<String> {
    let Ok(selector) = Selector::parse("script:not([src])") else { return Vec::new() };
    let is_run = |element: &ElementRef<'_>| {
        element.attr("type").is_none_or(|kind| kind.is_empty() || kind == "module" || kind.contains("javascript"))
    };
    document.select(&selector).filter(is_run).map(|element| element.text().collect()).collect()
}

/// What a reader sees of an element: no scripts, a space where a block begins or ends, and single spaces.
fn text_of(element: ElementRef<'_>) -> String {
    let root = *element;
    let mut out = String::new();
    let mut at = root;
    loop {
        let name = at.value().as_element().map(scraper::node::Element::name);
        match at.value() {
            Node::Text(text) => out.push_str(text),
            _ if name.is_some_and(|name| APART.contains(&name)) => out.push(' '),
            _ => {}
        }
        let is_unseen = at.id() != root.id() && name.is_some_and(|name| UNSEEN.contains(&name));
        if let Some(child) = at.first_child().filter(|_| !is_unseen) {
            at = child;
            continue;
        }
        // Up to the next element that has a next sibling; what is left behind may be a block.
        loop {
            if at.value().as_element().is_some_and(|element| APART.contains(&element.name())) {
                out.push(' ');
            }
            if at.id() == root.id() {
                return out.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            if let Some(next) = at.next_sibling() {
                at = next;
                break;
            }
            let Some(parent) = at.parent() else { return out };
            at = parent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Reading;
    use super::{attributes, count, selector, texts, within};
    use crate::exchange::{Headers, Response};
    use serde_json::json;

    fn page(kind: &str, body: &str) -> Response {
        Response { headers: Headers::from_iter([("content-type", kind)]), body: body.into(), ..Response::default() }
    }

    #[test]
    fn the_text_is_what_a_reader_sees() {
        for (body, selector, expected) in [
            ("<p>one\n  <b>t</b>wo&nbsp;&amp; three</p>", "p", json!(["one two & three"])),
            ("<ul><li>a</li><li>b</li></ul>", "ul", json!(["a b"])),
            ("<p>a<br>b<script>c</script><style>d</style></p>", "p", json!(["a b"])),
            ("<table><tr><td>1</td><td>2</td></tr></table>x", "body", json!(["1 2 x"])),
            ("<p>a<span></span>b</p>", "p", json!(["ab"])),
            ("<script>var a = 1;</script>", "script", json!(["var a = 1;"])),
            ("<title> A  page </title>", "title", json!(["A page"])),
            ("<P>x</P>", "P", json!(["x"])),
            ("<p></p>", "p", json!([""])),
        ] {
            let page = page("text/html", body);
            assert_eq!(json!(texts(selector, &Reading::of(&page)).unwrap()), expected, "{body}");
        }
    }

    #[test]
    fn an_attribute_is_absent_only_from_an_element_that_is_there() {
        let page = page("text/html; charset=UTF-8", "<div><a HREF='/x' data-A='1'></a><a></a></div>");
        let reading = Reading::of(&page);
        assert_eq!(json!(attributes("a", "Href", &reading).unwrap()), json!(["/x"]));
        assert_eq!(json!(attributes("div", "href", &reading).unwrap()), json!([]));
        let said = attributes("div > b", "href", &reading).unwrap_err();
        assert_eq!(said, "no element is there that could have it; <div> is there");
    }

    #[test]
    fn what_is_no_html_is_not_searched() {
        for (kind, body, why) in [
            ("application/json", "<p>", "the answer is application/json, not HTML"),
            ("text/plain", "<p>", "the answer is text/plain, not HTML"),
            ("text/html", " \n", "the body is empty"),
            ("text/html", "plain", "the body is no HTML: it does not begin with a tag"),
            ("", "plain", "the body is no HTML: it does not begin with a tag"),
        ] {
            assert_eq!(count("p", &Reading::of(&page(kind, body))).unwrap_err(), why);
        }
        for kind in ["", "text/html", "application/xhtml+xml"] {
            assert_eq!(count("p", &Reading::of(&page(kind, "\u{feff}\n<p>"))), Ok(1), "{kind}");
        }
    }

    #[test]
    fn a_page_that_would_hold_up_the_parser_is_refused() {
        let hostile = page("text/html", &"<div>".repeat(100_000));
        assert!(count("div", &Reading::of(&hostile)).unwrap_err().contains("within each other"));
        let long = page("text/html", &"<p>a<br><i>b</i></p>".repeat(10_000));
        assert_eq!(count("p i", &Reading::of(&long)), Ok(10_000));
    }

    #[test]
    fn a_selector_that_cannot_be_read_says_why() {
        for (wanted, why) in [
            ("a:visible", "a pseudo-class or pseudo-element that is not supported here"),
            ("a::before", "a pseudo-class or pseudo-element that is not supported here"),
            ("a >", "nothing stands behind its last combinator"),
            ("a,", "a part of it is empty"),
            ("a[href=/x]", "put its value in quotes"),
            (".1a", "begins as no selector does"),
            ("@media", "it"),
            ("a:", "it"),
        ] {
            let said = selector(wanted).unwrap_err().to_string();
            assert!(said.starts_with("CSS selector <") && said.contains(why), "{wanted}: {said}");
        }
        for wanted in ["a:has(b)", "li:nth-child(2n+1)", "a:not(.x, .y)", "[data-x^='1' i]", "#a > b + c ~ d", ":root"]
        {
            assert!(selector(wanted).is_ok(), "{wanted}");
        }
        assert!(selector(&"a ".repeat(300)).is_err());
    }

    #[test]
    fn the_longest_beginning_that_finds_something_is_named() {
        let page = page("text/html", "<div id=a><p class=b></p></div>");
        let reading = Reading::of(&page);
        assert_eq!(within("#a > .b > i", &reading), "; <#a > .b> is there");
        assert_eq!(within("#x .b", &reading), "");
        assert_eq!(within("i", &reading), "");
    }
}
