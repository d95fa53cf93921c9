// SPDX-License-Identifier: GPL-2.0-or-later
//! The body that Slack-compatible webhooks take.

/// `{"text": line}`, with the three characters escaped by which Slack's markup begins links and mentions
/// (<https://docs.slack.dev/messaging/formatting-message-text>, "Escaping text"), with the rest of that markup switched off,
/// and without a preview of what looks like a link (<https://docs.slack.dev/reference/methods/chat.postMessage>, `mrkdwn`,
/// `unfurl_links`, `unfurl_media`). Those that take Slack's body know `text` alone and leave the switches aside.
#[must_use]
pub fn slack_body(line: &str) -> String {
    let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    serde_json::json!({ "text": escaped, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false }).to_string()
}

/// The text of a Slack-compatible body as a reader is to see it: what [`slack_body`] escaped is plain again.
///
/// # Errors
/// With what is wrong, as a fragment, when the body is no JSON object with a string `text`.
pub fn slack_text(body: &str) -> Result<String, String> {
    #[derive(serde::Deserialize)]
    struct Post {
        text: String,
    }
    let post: Post = serde_json::from_str(body).map_err(|error| error.to_string())?;
    Ok(post.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::{slack_body, slack_text};

    #[test]
    fn a_line_comes_back_as_it_was_and_can_mention_nobody() {
        let line = "a & b: body contains <x> &lt; <!channel>";
        assert!(!slack_body(line).contains("<!"));
        assert_eq!(slack_text(&slack_body(line)).as_deref(), Ok(line));
    }

    #[test]
    fn a_body_without_text_is_refused() {
        assert!(slack_text("{}").is_err());
        assert!(slack_text("text").is_err());
    }
}
