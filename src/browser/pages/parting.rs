// SPDX-License-Identifier: GPL-2.0-or-later
//! What is typed when a page goes away, kept until the background is sure to have it: a message from a page that is
//! closing is lost where the background has first to be started for it.
//!
//! Must not be read but to be told to the background.

use super::super::sys;
use super::effects::ask;
use crate::app::{Command, Reply};
use crate::suite::Owner;
use wasm_bindgen::JsValue;
use web_sys::Window;

/// The key in the store of the pages themselves.
const KEY: &str = "unsaved";

/// Keeps what is not saved. This is done when it returns, unlike whatever is asked of the browser or the background.
pub(super) fn keep(window: &Window, unsaved: &[(Owner, String)]) {
    let kept = serde_json::to_string(unsaved).map_err(|error| JsValue::from_str(&error.to_string()));
    let kept = kept.and_then(|text| {
        let store = window.local_storage()?.filter(|_| !unsaved.is_empty());
        store.map_or(Ok(()), |store| store.set_item(KEY, &text))
    });
    if let Err(thrown) = kept {
        sys::complain("keep what is typed", &thrown);
    }
}

/// Tells the background what a page has kept, and forgets it once the background has it.
pub(super) async fn tell(window: &Window) {
    if let Err(thrown) = told(window).await {
        sys::complain("tell what was typed", &thrown);
    }
}

async fn told(window: &Window) -> Result<(), JsValue> {
    let Some(store) = window.local_storage()? else { return Ok(()) };
    let Some(text) = store.get_item(KEY)? else { return Ok(()) };
    // What an older version kept otherwise is of no use.
    let unsaved: Vec<(Owner, String)> = serde_json::from_str(&text).unwrap_or_default();
    for (owner, rows) in unsaved {
        if let Reply::Refused { .. } = ask(&Command::KeepDraft { owner, rows: Some(rows) }).await? {
            return Ok(());
        }
    }
    // Another page may have been left meanwhile.
    if store.get_item(KEY)?.as_ref() == Some(&text) { store.remove_item(KEY) } else { Ok(()) }
}
