// SPDX-License-Identifier: GPL-2.0-or-later
//! What goes over `runtime.sendMessage` between a page and the background: one field, with the JSON text of a command or
//! of a reply.
//!
//! Text, because the types in it are read from text anyway: to read them from JavaScript values as well would make the
//! wasm larger by a second reader of every one of them. Must not decide anything; both unions are closed.

use super::sys;
use crate::app::{Command, Reply};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsError, JsValue};

/// What a page sends.
#[derive(Serialize, Deserialize)]
struct Asked {
    command: String,
}

/// What the background answers. `extension/background.js` writes it too, where the wasm cannot.
#[derive(Serialize, Deserialize)]
struct Answered {
    reply: String,
}

/// A command as a message.
///
/// # Errors
/// When it cannot be written.
pub(super) fn asked(command: &Command) -> Result<JsValue, JsValue> {
    let command = serde_json::to_string(command).map_err(|error| unwritten(&error))?;
    sys::plain(&Asked { command })
}

/// The command in a message.
///
/// # Errors
/// Why it is none that this version knows, as a fragment.
pub(super) fn command_in(message: JsValue) -> Result<Command, String> {
    let asked: Asked = serde_wasm_bindgen::from_value(message).map_err(|error| error.to_string())?;
    serde_json::from_str(&asked.command).map_err(|error| error.to_string())
}

/// A reply as a message.
///
/// # Errors
/// When it cannot be written.
pub(super) fn answered(reply: &Reply) -> Result<JsValue, JsValue> {
    let reply = serde_json::to_string(reply).map_err(|error| unwritten(&error))?;
    sys::plain(&Answered { reply })
}

/// The reply in a message.
///
/// # Errors
/// When it is none that this version knows.
pub(super) fn reply_in(message: JsValue) -> Result<Reply, JsValue> {
    let answered: Answered = serde_wasm_bindgen::from_value(message)?;
    serde_json::from_str(&answered.reply)
        .map_err(|error| JsError::new(&format!("the background’s answer cannot be read: {error}")).into())
}

fn unwritten(error: &serde_json::Error) -> JsValue {
    JsError::new(&format!("the message cannot be written: {error}")).into()
}
