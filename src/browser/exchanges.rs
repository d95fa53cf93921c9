// SPDX-License-Identifier: GPL-2.0-or-later
//! What `webRequest` tells of our own fetches: answers that `fetch` hides (redirects), fields that it hides
//! (`Set-Cookie`), what a request really carried of X-Wikimedia-Debug, and why it failed.
//!
//! A fetch is known by a fragment of its URL, which both browsers show in every event and send to no server; its first
//! event tells the browser's own number, by which the hops behind a redirect are known. A record lives as long as its
//! [`Ticket`], so there are never more of them than requests in flight.

use super::clock;
use crate::debug::sent_among;
use crate::exchange::{Headers, Sent};
use futures_util::future::{Either, select};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// What every fragment of ours begins with.
const MARK: &str = "bv-";

/// An event of `webRequest`, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    request_id: String,
    pub(super) url: String,
    pub(super) tab_id: i32,
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    response_headers: Option<Vec<Field>>,
    #[serde(default)]
    request_headers: Option<Vec<Field>>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    binary_value: Option<Vec<u8>>,
}

impl Field {
    fn into_text(self) -> (String, String) {
        let bytes = self.binary_value.unwrap_or_default();
        (self.name, self.value.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Details {
    /// What the request said of X-Wikimedia-Debug as it went out; of its cookies nothing else is taken along.
    pub(super) fn sent(&self) -> Option<Sent> {
        let fields = self.request_headers.as_deref()?;
        Some(sent_among(fields.iter().map(|field| (field.name.as_str(), field.value.as_deref().unwrap_or_default()))))
    }
}

/// One answer of a server.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// The URL that was asked, without its fragment.
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) headers: Headers,
    /// What was sent to get it, where the browser has told.
    pub(super) sent: Option<Sent>,
}

/// What is known of one fetch.
#[derive(Debug, Default)]
pub(super) struct Record {
    request_id: Option<String>,
    /// What was sent last and is not answered yet.
    sent: Option<Sent>,
    /// First to last; more than one when redirects were followed.
    pub(super) answers: Vec<Answer>,
    /// Why the browser says that it ended without an answer.
    pub(super) error: Option<String>,
    wakers: Vec<Waker>,
}

#[derive(Debug, Default)]
struct Records {
    by_fragment: HashMap<String, Record>,
    fragment_of: HashMap<String, String>,
}

impl Records {
    fn of_request(&mut self, request_id: &str) -> Option<&mut Record> {
        self.by_fragment.get_mut(self.fragment_of.get(request_id)?)
    }
}

/// The records of the fetches that are under way.
#[derive(Debug, Clone, Default)]
pub(super) struct Exchanges(Rc<RefCell<Records>>);

impl Exchanges {
    /// Begins the record of a fetch.
    pub(super) fn begin(&self) -> Ticket {
        let fragment = format!("{MARK}{}", clock::unique());
        self.0.borrow_mut().by_fragment.insert(fragment.clone(), Record::default());
        Ticket { records: self.clone(), fragment }
    }

    /// A request is about to be sent.
    pub(super) fn before_request(&self, details: &Details) {
        let Some((_, fragment)) = details.url.split_once('#') else { return };
        let mut records = self.0.borrow_mut();
        let Some(record) = records.by_fragment.get_mut(fragment) else { return };
        record.request_id = Some(details.request_id.clone());
        record.wakers.drain(..).for_each(Waker::wake);
        records.fragment_of.insert(details.request_id.clone(), fragment.to_owned());
    }

    /// A request, or one more of it behind a redirect, has been sent, after every extension had its say.
    pub(super) fn sent(&self, details: &Details) {
        if let Some(record) = self.0.borrow_mut().of_request(&details.request_id) {
            record.sent = details.sent();
        }
    }

    /// The head of an answer has come.
    pub(super) fn headers_received(&self, details: Details) {
        let mut records = self.0.borrow_mut();
        let Some(record) = records.of_request(&details.request_id) else { return };
        let mut headers = Headers::new();
        for (name, value) in details.response_headers.into_iter().flatten().map(Field::into_text) {
            // Firefox joins the Set-Cookie fields of an answer by line feeds.
            for line in value.split('\n') {
                headers.push(name.clone(), line);
            }
        }
        let sent = record.sent.take();
        record.answers.push(Answer {
            url: without_fragment(&details.url).to_owned(),
            status: details.status_code.unwrap_or_default(),
            headers,
            sent,
        });
        record.wakers.drain(..).for_each(Waker::wake);
    }

    /// A request has come to its end, good or bad.
    pub(super) fn finished(&self, details: Details) {
        let mut records = self.0.borrow_mut();
        let Some(record) = records.of_request(&details.request_id) else { return };
        record.error = details.error;
        record.wakers.drain(..).for_each(Waker::wake);
    }
}

/// A URL without its fragment.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

/// Holds the record of one fetch; it is forgotten with the ticket.
#[derive(Debug)]
pub(super) struct Ticket {
    records: Exchanges,
    fragment: String,
}

impl Ticket {
    /// The fragment to put on the URL.
    pub(super) fn fragment(&self) -> &str {
        &self.fragment
    }

    /// Whether the browser has told anything of this fetch. It tells nothing of sites outside the manifest's list.
    pub(super) fn was_seen(&self) -> bool {
        self.look(|record| record.request_id.is_some()).unwrap_or_default()
    }

    /// Reads the record.
    pub(super) fn look<T>(&self, read: impl FnOnce(&Record) -> T) -> Option<T> {
        self.records.0.borrow().by_fragment.get(&self.fragment).map(read)
    }

    /// Waits until the record is as `wanted`, at most `limit_ms`; whether it came to that.
    pub(super) async fn wait(&self, limit_ms: u32, wanted: impl Fn(&Record) -> bool) -> bool {
        let come = poll_fn(|cx| {
            let mut records = self.records.0.borrow_mut();
            let Some(record) = records.by_fragment.get_mut(&self.fragment) else { return Poll::Pending };
            if wanted(record) {
                return Poll::Ready(());
            }
            record.wakers.push(cx.waker().clone());
            Poll::Pending
        });
        matches!(select(pin!(come), pin!(clock::sleep(limit_ms))).await, Either::Left(_))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut records = self.records.0.borrow_mut();
        if let Some(Record { request_id: Some(request_id), .. }) = records.by_fragment.remove(&self.fragment) {
            records.fragment_of.remove(&request_id);
        }
    }
}
