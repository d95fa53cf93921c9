// SPDX-License-Identifier: GPL-2.0-or-later
//! Text kept in the extension's own stores.

use super::{BrowserPorts, sys};
use crate::ports::{Area, Storage, StorageError};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

fn area(area: Area) -> sys::StorageArea {
    match area {
        Area::Local => sys::LOCAL.with(Clone::clone),
        Area::Session => sys::SESSION.with(Clone::clone),
    }
}

/// Both browsers have only the text of the error to tell a full store by: Chromium says "quota exceeded" and
/// "Session storage quota bytes exceeded", Firefox `QuotaExceededError` or, for all failures of its database, only "An
/// unexpected error occurred", which is told as it is.
fn error(thrown: &JsValue) -> StorageError {
    let said = sys::said(thrown);
    if said.to_ascii_lowercase().contains("quota") { StorageError::Full } else { StorageError::Failed(said) }
}

/// The text under `key`, for pages too.
pub(super) async fn read(from: Area, key: &str) -> Result<Option<String>, StorageError> {
    let found = area(from).get(key).await.map_err(|thrown| error(&thrown))?;
    let value = Reflect::get(&found, &JsValue::from_str(key)).map_err(|thrown| error(&thrown))?;
    if value.is_undefined() {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| StorageError::Failed(format!("what is kept under {key} is no text")))
}

impl Storage for BrowserPorts {
    async fn read(&self, from: Area, key: &str) -> Result<Option<String>, StorageError> {
        read(from, key).await
    }

    async fn write(&self, to: Area, key: &str, value: &str) -> Result<(), StorageError> {
        let items = Object::new();
        Reflect::set(&items, &JsValue::from_str(key), &JsValue::from_str(value)).map_err(|thrown| error(&thrown))?;
        area(to).set(&items).await.map(drop).map_err(|thrown| error(&thrown))
    }

    async fn remove(&self, from: Area, key: &str) -> Result<(), StorageError> {
        area(from).remove(key).await.map(drop).map_err(|thrown| error(&thrown))
    }
}
