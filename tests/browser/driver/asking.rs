// SPDX-License-Identifier: GPL-2.0-or-later
//! Asking the background as a page of the extension does.
//!
//! Must not know any command.

/// The command that only wakes the background, in JSON.
pub(crate) const WAKE: &str = "\"wake\"";

/// The script's expression that sends a command, given in JSON, and promises the answer.
pub(crate) fn asking(command: &str) -> String {
    // JSON's text of a text is JavaScript's, too.
    format!("chrome.runtime.sendMessage({})", serde_json::json!({ "command": command }))
}
