// SPDX-License-Identifier: GPL-2.0-or-later
//! The bodies that receivers take, beside Slack's.
//!
//! Must not let a line be more than words: no markup, no mention, no preview.

use super::{About, Message};
use jiff::Timestamp;
use serde_json::json;

/// What begins something in Discord's Markdown, a mention, a link or an emoji. A backslash makes a letter of each.
const MARKDOWN: [char; 13] = ['\\', '*', '_', '~', '`', '|', '<', '>', '[', ']', '#', '@', ':'];

/// Discord's flag that no link is shown before it is opened, `SUPPRESS_EMBEDS`
/// (<https://docs.discord.com/developers/resources/message#message-object-message-flags>).
const NO_PREVIEWS: u32 = 1 << 2;

/// The body that Discord takes (<https://docs.discord.com/developers/resources/webhook#execute-webhook>): nobody may be
/// mentioned.
pub(super) fn discord_body(line: &str) -> String {
    let mut content = String::with_capacity(line.len() + 16);
    for letter in line.chars() {
        if MARKDOWN.contains(&letter) {
            content.push('\\');
        }
        content.push(letter);
    }
    json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": NO_PREVIEWS }).to_string()
}

/// The body that Matrix hookshot takes (repository `matrix-org/matrix-hookshot`, `docs/setup/webhooks.md`): without the
/// HTML it would take the text for Markdown.
pub(super) fn hookshot_body(line: &str) -> String {
    let html = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    json!({ "text": line, "html": html }).to_string()
}

/// Our own JSON: type, time and data, as the Standard Webhooks specification recommends. `docs/formats.md` has it. A trial
/// is asked for when it comes to be, so that its time says both.
pub(super) fn signed_body(message: &Message, asked: Timestamp) -> String {
    let Message { at, line, about, .. } = message;
    let (kind, data) = match about {
        About::Trial => ("backport_verify.trial", json!({ "line": line })),
        About::Run { run, verdict, stage, gerrit, passed, total } => (
            "backport_verify.verdict",
            json!({
                "line": line, "run": run, "verdict": verdict, "stage": stage, "change": gerrit, "passed": passed,
                "total": total, "asked": asked.to_string(),
            }),
        ),
    };
    json!({ "type": kind, "timestamp": at.to_string(), "data": data }).to_string()
}
