// SPDX-License-Identifier: GPL-2.0-or-later
//! Files that come into a page by its chooser or by a drop, and texts that leave it as files.
//!
//! Must not look into them: the view does.

use super::super::sys;
use super::super::ui::Event as Meant;
use super::Live;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsError, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, Document, DragEvent, Event, File, HtmlAnchorElement, HtmlInputElement, Url};

/// The largest file that is read, in bytes; what is longer is cut, and the view refuses it.
const LARGEST: f64 = 2_000_001.0;

impl Live {
    /// Takes the chosen file, when the event is a choice of one.
    pub(super) fn take_chosen(self: &Rc<Self>, event: &Event) -> bool {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input.filter(|input| input.type_() == "file") else { return false };
        if event.type_() == "change" {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                self.bring(file);
            }
            // The same file can then be chosen again.
            input.set_value("");
        }
        true
    }

    /// Takes a dropped file; without this, the browser would leave the page for it.
    pub(super) fn take_dropped(self: &Rc<Self>, event: &Event) {
        let Some(files) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).and_then(|data| data.files())
        else {
            return;
        };
        let Some(file) = files.get(0) else { return };
        if event.type_() == "drop" {
            self.bring(file);
        }
    }

    fn bring(self: &Rc<Self>, file: File) {
        let live = self.clone();
        spawn_local(async move {
            let part = file.slice_with_f64_and_f64(0.0, LARGEST);
            let text = match part {
                Ok(part) => JsFuture::from(part.text()).await,
                Err(thrown) => Err(thrown),
            };
            match text {
                Ok(text) => {
                    let form = vec![("import-text".to_owned(), text.as_string().unwrap_or_default())];
                    let data = BTreeMap::from([("file".to_owned(), file.name())]);
                    live.mean(Meant { act: "import".to_owned(), data, form });
                }
                Err(thrown) => sys::complain("read a file", &thrown),
            }
        });
    }
}

/// Whether a drag carries files; a dragged text is the browser's own matter.
pub(super) fn carries_files(event: &Event) -> bool {
    let kinds = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).map(|data| data.types());
    kinds.is_some_and(|kinds| kinds.includes(&JsValue::from_str("Files"), 0))
}

/// The media type of a file of this name: a browser may add an ending that fits another one.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        _ => "text/plain",
    }
}

/// Offers a text as a file.
pub(super) fn offer(document: &Document, name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(&format!("{};charset=utf-8", kind_of(name)));
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link = document.create_element("a")?.dyn_into::<HtmlAnchorElement>();
    let link = link.map_err(|_| JsError::new("the browser made no link"))?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The browser has taken the file by the next turn; an address that stays would keep its text in memory.
    gloo::timers::callback::Timeout::new(60_000, move || drop(Url::revoke_object_url(&url))).forget();
    Ok(())
}
