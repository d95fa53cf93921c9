// SPDX-License-Identifier: GPL-2.0-or-later
//! What every kind of receiver is sent, held against files in `tests/golden/webhooks`, against what the receiver says it
//! takes, and against another's implementation of the signature. `BLESS=1` writes the files anew.

use backport_verify::report::{About, Message, Posting, Receiver, Secret, relay_secret};
use backport_verify::verify::Verdict;
use boon::{Compiler, Schemas};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use standardwebhooks::Webhook;
use std::path::{Path, PathBuf};
use url::Url;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RELAY: &str = "https://relay.example.org/hook/0123456789abcdef0123456789abcdef";

/// Everything that some receiver has a meaning for, in one line.
const LINE: &str = "deployer: FAIL on mwdebug (k8s-mwdebug): 0/1 pass, 1 still failing. en.wikipedia.org/wiki/X: body \
    contains <!channel> & *bold* _it_ ~gone~ `code` ||spoiler|| [a](b) :smile: \"q\" \\*. Please do not continue. \
    Change 1330001: \"@everyone <@1> <b>é💡</b>\"";

pub(crate) fn now() -> Timestamp {
    "2026-08-18T13:07:30Z".parse().unwrap()
}

/// When the submitter clicked.
fn asked() -> Timestamp {
    now() - SignedDuration::from_secs(5)
}

/// A report and a trial.
pub(crate) fn message() -> [Message; 2] {
    let at = now() - SignedDuration::from_secs(15);
    let about = About::Run {
        run: "4f".into(),
        verdict: Verdict::Fail,
        stage: "mwdebug".into(),
        gerrit: Some(1_330_001),
        passed: 0,
        total: 1,
    };
    let trial = "Backport Verify can post here; this is a trial.".to_owned();
    [
        Message { id: "4f-1".into(), at, line: LINE.into(), about },
        Message { id: "50-1".into(), at, line: trial, about: About::Trial },
    ]
}

fn posting(receiver: Receiver, message: &Message, now: Timestamp) -> Posting {
    let secret = Secret::new(SECRET).unwrap();
    Posting::new(receiver, message, asked(), &Url::parse(RELAY).unwrap(), Some(&secret), now)
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn name(receiver: Receiver) -> String {
    serde_json::to_value(receiver).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_post_is_as_it_was() {
    for receiver in Receiver::ALL {
        for (message, what) in message().iter().zip(["verdict", "trial"]) {
            let posting = posting(receiver, message, now());
            let fields: Vec<_> = posting.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let path = project(&format!("tests/golden/webhooks/{}-{what}.http", name(receiver)));
            let text = format!("{}\n\n{}\n", fields.join("\n"), posting.body);
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, &text).unwrap();
            }
            assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{}", path.display());
        }
    }
}

/// Each schema says where its rules are from.
#[test]
fn every_body_is_what_its_receiver_takes() {
    for (receiver, schema) in [
        (Receiver::Slack, "tests/fixtures/webhooks/slack.schema.json"),
        (Receiver::Discord, "tests/fixtures/webhooks/discord.schema.json"),
        (Receiver::Hookshot, "tests/fixtures/webhooks/hookshot.schema.json"),
        (Receiver::Signed, "docs/signed-webhook.schema.json"),
        (Receiver::Relay, "docs/signed-webhook.schema.json"),
    ] {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let schema = compiler.compile(project(schema).to_str().unwrap(), &mut schemas).unwrap();
        for message in message() {
            let body: Value = serde_json::from_str(&posting(receiver, &message, now()).body).unwrap();
            let valid = schemas.validate(&body, schema);
            assert!(valid.is_ok(), "{receiver:?}: {:#}", valid.unwrap_err());
        }
        let odd = serde_json::json!({ "content": 1, "type": "else", "txt": "a" });
        assert!(schemas.validate(&odd, schema).is_err(), "the schema for {receiver:?} takes anything");
    }
}

/// Slack: "Escaping text" at <https://docs.slack.dev/messaging/formatting-message-text>; the three letters as entities, and
/// nothing else. Its links, mentions and commands all begin with `<`.
#[test]
fn nothing_in_slacks_text_begins_a_link_or_a_mention() {
    let body: Value = serde_json::from_str(&posting(Receiver::Slack, &message()[0], now()).body).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(!text.contains(['<', '>']), "{text}");
    assert!(
        text.split('&').skip(1).all(|rest| ["amp;", "lt;", "gt;"].iter().any(|end| rest.starts_with(end))),
        "{text}"
    );
}

/// Discord: a backslash before a sign makes it a letter (its help page "Markdown Text 101"), `parse: []` mentions nobody.
#[test]
fn every_sign_of_discords_markdown_is_escaped() {
    let body: Value = serde_json::from_str(&posting(Receiver::Discord, &message()[0], now()).body).unwrap();
    let content = body["content"].as_str().unwrap();
    let (mut plain, mut letters) = (String::new(), content.chars());
    while let Some(letter) = letters.next() {
        assert!(!"*_~`|<>[]#@:".contains(letter), "<{letter}> is not escaped in {content}");
        let said = if letter == '\\' { letters.next().unwrap() } else { letter };
        assert!(letter != '\\' || said.is_ascii_punctuation(), "<{said}> is escaped in {content}");
        plain.push(said);
    }
    assert_eq!(plain, LINE);
    assert_eq!(body["allowed_mentions"], serde_json::json!({ "parse": [] }));
}

/// Slack: its markup is off, so that a title's `*` and `_` stay what they are, and nothing that looks like a link is opened.
#[test]
fn slacks_body_is_plain_text_without_previews() {
    let body: Value = serde_json::from_str(&posting(Receiver::Slack, &message()[0], now()).body).unwrap();
    let escaped = LINE.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let plain = serde_json::json!({ "text": escaped, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false });
    assert_eq!(body, plain);
}

/// Hookshot: `html` is what is shown, and must say the same as `text` without a tag.
#[test]
fn hookshots_html_has_no_tag() {
    let body: Value = serde_json::from_str(&posting(Receiver::Hookshot, &message()[0], now()).body).unwrap();
    assert_eq!(body["text"], LINE);
    let html = body["html"].as_str().unwrap();
    assert!(!html.contains(['<', '>', '"']), "{html}");
    let shown = scraper::Html::parse_fragment(html).root_element().text().collect::<String>();
    assert_eq!(shown, LINE);
}

fn headers(posting: &Posting) -> HeaderMap {
    let field = |(name, value): &(&'static str, String)| {
        (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    posting.fields.iter().map(field).collect()
}

/// The crate `standardwebhooks` is by the authors of the specification, with an HMAC of its own.
#[test]
fn anothers_implementation_takes_our_signature_and_nothing_that_was_changed() {
    let now = Timestamp::now();
    let derived = String::from(relay_secret("0123456789abcdef0123456789abcdef"));
    for (receiver, secret) in [(Receiver::Signed, SECRET), (Receiver::Relay, &derived)] {
        for message in message() {
            let posting = posting(receiver, &message, now);
            let webhook = Webhook::new(secret).unwrap();
            let verified = |body: &str, headers: &HeaderMap| webhook.verify(body.as_bytes(), headers);
            assert!(verified(&posting.body, &headers(&posting)).is_ok(), "{receiver:?}");
            assert!(
                verified(&posting.body.replace("mwdebug", "production"), &headers(&posting)).is_err()
                    || message.about == About::Trial
            );
            for (name, value) in [("webhook-id", "other"), ("webhook-timestamp", &(now.as_second() + 1).to_string())] {
                let mut changed = headers(&posting);
                changed.insert(name, HeaderValue::from_str(value).unwrap());
                assert!(verified(&posting.body, &changed).is_err(), "{receiver:?} {name}");
            }
            let other = Webhook::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
            assert!(other.verify(posting.body.as_bytes(), &headers(&posting)).is_err(), "{receiver:?}");
        }
    }
}

/// A later attempt has the same id and body, its own time, and a signature of its own.
#[test]
fn a_second_attempt_is_the_same_message_at_another_time() {
    let message = &message()[0];
    let (first, second) = (
        posting(Receiver::Signed, message, now()),
        posting(Receiver::Signed, message, now() + SignedDuration::from_secs(5)),
    );
    assert_eq!(first.body, second.body);
    let (first, second) = (headers(&first), headers(&second));
    assert_eq!(first["webhook-id"], second["webhook-id"]);
    assert_eq!(
        (&first["webhook-timestamp"], &second["webhook-timestamp"]),
        (&"1787058450".parse().unwrap(), &"1787058455".parse().unwrap())
    );
    assert_ne!(first["webhook-signature"], second["webhook-signature"]);
}

#[test]
fn the_example_in_the_documentation_is_a_post_with_its_signature() {
    let docs = include_str!("../../docs/formats.md");
    let example = docs.split_once("```http\n").unwrap().1.split_once("\n```").unwrap().0;
    let (fields, body) = example.split_once("\n\n").unwrap();
    let field = |name: &str| fields.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap();
    let seconds = field("webhook-timestamp").parse().unwrap();
    let signature = Webhook::new(SECRET).unwrap().sign(field("webhook-id"), seconds, body.as_bytes()).unwrap();
    assert_eq!((field("webhook-signature"), docs.contains(SECRET)), (&*signature, true));
    let read: Value = serde_json::from_str(body).unwrap();
    let ours: Value = serde_json::from_str(&posting(Receiver::Signed, &message()[0], now()).body).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((names(&read), names(&read["data"])), (names(&ours), names(&ours["data"])));
}
