// SPDX-License-Identifier: GPL-2.0-or-later
//! The relay's stream of announcements, by the browser's own `EventSource`, which opens a broken stream again by itself.
//!
//! Must not write the stream's URL anywhere, for it is a secret; and must not read what an event says.

use super::{BrowserPorts, background, sys};
use crate::ports::Announcements;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, EventSource, MessageEvent};

/// The kind of event that a relay sends.
const HEARD: &str = "heard";

/// An open stream; it is closed when it is dropped, and calls nobody after that.
pub(super) struct Stream {
    url: String,
    source: EventSource,
    #[expect(dead_code, reason = "the browser calls them as long as the stream is there")]
    listeners: [Closure<dyn Fn(Event)>; 3],
}

impl Stream {
    fn open(url: &str) -> Result<Self, JsValue> {
        let source = EventSource::new(url)?;
        let opened = Closure::<dyn Fn(Event)>::new(|_| spawn_local(background::on_stream_opened()));
        let broke = {
            let source = source.clone();
            Closure::<dyn Fn(Event)>::new(move |_| {
                spawn_local(background::on_stream_broke(source.ready_state() == EventSource::CLOSED));
            })
        };
        let heard = Closure::<dyn Fn(Event)>::new(|event: Event| {
            let data = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
            if let Some(data) = data {
                spawn_local(background::on_announcement(data));
            }
        });
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        source.set_onerror(Some(broke.as_ref().unchecked_ref()));
        source.add_event_listener_with_callback(HEARD, heard.as_ref().unchecked_ref())?;
        Ok(Self { url: url.to_owned(), source, listeners: [opened, broke, heard] })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A closed source has no events any more.
        self.source.close();
    }
}

impl Announcements for BrowserPorts {
    fn listen(&self, url: Option<&str>) {
        let mut stream = self.stream.borrow_mut();
        if stream.as_ref().map(|stream| stream.url.as_str()) == url {
            return;
        }
        *stream = url.and_then(|url| {
            // What is thrown can name the URL.
            let opened = Stream::open(url).ok();
            if opened.is_none() {
                sys::complain("listen to the relay", &JsValue::from_str("its address is not taken"));
                spawn_local(background::on_stream_broke(true));
            }
            opened
        });
    }
}
