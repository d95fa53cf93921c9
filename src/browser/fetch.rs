// SPDX-License-Identifier: GPL-2.0-or-later
//! Requests sent with the browser's `fetch`.
//!
//! Must not retry and must not judge an answer.

use super::exchanges::{Answer, Ticket, without_fragment};
use super::net_error::failure as failure_of;
use super::{BrowserPorts, host, sys};
use crate::exchange::{Headers, Hop, Redirects, Request, Response, Session, TransportError, sha256_of};
use crate::ports::Http;
use crate::suite::in_scope;
use gloo::timers::callback::Timeout;
use std::cell::Cell;
use std::rc::Rc;
use url::Url;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, RequestCache, RequestCredentials, RequestInit, RequestRedirect, ResponseType, TextDecoder,
};

/// How long an answer that only `webRequest` tells is waited for. It has always been there within 250 ms.
const HIDDEN_ANSWER_MS: u32 = 1_000;
/// How long a detail that is good to have is waited for.
const DETAIL_MS: u32 = 250;

/// Ends a request when its time is over, or when nobody waits for it any more.
struct Limit {
    controller: AbortController,
    over: Rc<Cell<bool>>,
    _timer: Timeout,
}

impl Limit {
    fn after(ms: u32) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let over = Rc::new(Cell::new(false));
        let timer = Timeout::new(ms, {
            let (controller, over) = (controller.clone(), over.clone());
            move || {
                over.set(true);
                controller.abort();
            }
        });
        Ok(Self { controller, over, _timer: timer })
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

/// The request for `fetch`, and the name of a field that the browser took out of it.
fn prepare(request: &Request, fragment: &str, limit: &Limit) -> Result<(web_sys::Request, Option<String>), JsValue> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in request.headers.iter() {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(match request.session {
        Session::Anonymous => RequestCredentials::Omit,
        Session::Mine => RequestCredentials::Include,
    });
    init.set_redirect(match request.redirects {
        Redirects::Manual => RequestRedirect::Manual,
        Redirects::Follow => RequestRedirect::Follow,
    });
    init.set_signal(Some(&limit.controller.signal()));
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    let url = format!("{}#{fragment}", without_fragment(&request.url));
    let prepared = web_sys::Request::new_with_str_and_init(&url, &init)?;
    let mut lost = None;
    for (name, _) in request.headers.iter() {
        if !prepared.headers().has(name)? {
            lost = Some(name.to_owned());
        }
    }
    Ok((prepared, lost))
}

/// The whole body, decoded.
async fn bytes_of(response: &web_sys::Response) -> Result<Vec<u8>, JsValue> {
    Ok(js_sys::Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}

/// The body as text, by the charset that the answer names.
fn text_of(bytes: &[u8], headers: &Headers) -> Result<String, JsValue> {
    let kind = headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
    let charset = kind.split_once("charset=").map(|(_, rest)| rest.split(';').next().unwrap_or_default());
    let charset = charset.map_or("utf-8", |name| name.trim().trim_matches('"'));
    // A name that no browser knows is read as UTF-8, as a page of unknown charset would be.
    let decoder = TextDecoder::new_with_label(charset).or_else(|_| TextDecoder::new())?;
    decoder.decode_with_u8_array(bytes)
}

/// The fields that `fetch` shows.
fn shown_headers(response: &web_sys::Response) -> Result<Headers, JsValue> {
    let mut headers = Headers::new();
    for entry in response.headers().entries() {
        let entry = js_sys::Array::from(&entry?);
        headers.push(entry.get(0).as_string().unwrap_or_default(), entry.get(1).as_string().unwrap_or_default());
    }
    Ok(headers)
}

/// Adds the fields that `fetch` hides.
fn add_hidden(headers: &mut Headers, answer: &Answer) {
    let hidden: Vec<(&str, &str)> = answer.headers.iter().filter(|(name, _)| headers.get(name).is_none()).collect();
    for (name, value) in hidden {
        headers.push(name, value);
    }
}

fn network(detail: impl Into<String>) -> TransportError {
    TransportError::Network { detail: detail.into() }
}

fn thrown(value: &JsValue) -> TransportError {
    network(sys::said(value))
}

fn elapsed_since(begun: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a request takes no 49 days")]
    let ms = (sys::monotonic_ms() - begun).max(0.0) as u32;
    ms
}

/// An answer that `fetch` hides whole: a redirect that is not to be followed.
async fn hidden_answer(request: &Request, ticket: &Ticket) -> Result<Response, TransportError> {
    ticket.wait(HIDDEN_ANSWER_MS, |record| !record.answers.is_empty()).await;
    let answer = ticket.look(|record| record.answers.last().cloned()).flatten();
    let answer = answer.ok_or_else(|| {
        network(format!("the answer is a redirect, and the browser did not tell where to within {HIDDEN_ANSWER_MS} ms"))
    })?;
    Ok(Response {
        url: without_fragment(&request.url).to_owned(),
        status: answer.status,
        headers: answer.headers,
        body_hidden: true,
        sent: answer.sent,
        ..Response::default()
    })
}

/// An answer that `fetch` shows, with what `webRequest` knows besides.
async fn shown_answer(
    request: &Request,
    response: &web_sys::Response,
    ticket: &Ticket,
) -> Result<Response, TransportError> {
    let mut headers = shown_headers(response).map_err(|error| thrown(&error))?;
    let broken = |error: JsValue| TransportError::Broken { detail: sys::said(&error) };
    let bytes = bytes_of(response).await.map_err(broken)?;
    let body = text_of(&bytes, &headers).map_err(broken)?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let sha256 = request.wants_sha256.then(|| sha256_of(&bytes));
    let redirected = response.redirected();
    if redirected {
        let told = ticket.wait(HIDDEN_ANSWER_MS, |record| record.answers.len() > 1).await;
        if !told {
            return Err(network("redirects were followed, and the browser did not tell which"));
        }
    } else if in_scope(&response.url()).is_ok() {
        // A field that is hidden must not be taken for one that is absent.
        let told = ticket.wait(HIDDEN_ANSWER_MS, |record| !record.answers.is_empty()).await;
        if !told {
            return Err(network(format!("the browser did not tell the whole answer within {HIDDEN_ANSWER_MS} ms")));
        }
    }
    let mut answers = ticket.look(|record| record.answers.clone()).unwrap_or_default();
    let mut last = answers.pop();
    let sent = last.as_mut().and_then(|last| last.sent.take());
    if let Some(last) = last.filter(|last| last.status == response.status()) {
        add_hidden(&mut headers, &last);
    }
    let hop = |answer: Answer| {
        let Answer { url, status, headers, sent } = answer;
        Hop { location: headers.get("location"), url, status, headers: Some(headers), sent }
    };
    Ok(Response {
        url: without_fragment(&response.url()).to_owned(),
        status: response.status(),
        headers,
        body,
        size,
        sha256,
        hops: if redirected { answers.into_iter().map(hop).collect() } else { Vec::new() },
        sent,
        ..Response::default()
    })
}

/// Why `fetch` gave nothing, as closely as the browser tells.
async fn reason(failure: TransportError, ticket: &Ticket) -> TransportError {
    let TransportError::Network { detail } = failure else { return failure };
    if ticket.was_seen() {
        ticket.wait(DETAIL_MS, |record| record.error.is_some()).await;
    }
    let (code, last) = ticket.look(|record| (record.error.clone(), record.answers.last().cloned())).unwrap_or_default();
    if let Some(origin) = last.as_ref().and_then(redirect_origin)
        && !host::may_reach(&origin).await
    {
        return TransportError::NotPermitted { origin };
    }
    failure_of(code.as_deref(), &detail)
}

/// The origin to which an answer redirects.
fn redirect_origin(answer: &Answer) -> Option<String> {
    let target = Url::parse(&answer.url).ok()?.join(&answer.headers.get("location")?).ok()?;
    Some(target.origin().ascii_serialization())
}

async fn exchange(request: &Request, ticket: &Ticket, limit: &Limit) -> Result<Response, TransportError> {
    let (prepared, lost) = prepare(request, ticket.fragment(), limit).map_err(|error| thrown(&error))?;
    if let Some(name) = lost {
        return Err(TransportError::FieldNotSendable { name });
    }
    let response = match sys::fetch(&prepared).await {
        Ok(response) => response.unchecked_into::<web_sys::Response>(),
        Err(error) => return Err(reason(thrown(&error), ticket).await),
    };
    if response.type_() == ResponseType::Opaqueredirect {
        hidden_answer(request, ticket).await
    } else {
        shown_answer(request, &response, ticket).await
    }
}

impl Http for BrowserPorts {
    async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let url = Url::parse(&request.url).map_err(|error| network(format!("<{}> is no URL: {error}", request.url)))?;
        let origin = url.origin().ascii_serialization();
        if !host::may_reach(&origin).await {
            return Err(TransportError::NotPermitted { origin });
        }
        let ticket = self.exchanges.begin();
        let limit = Limit::after(request.timeout_ms).map_err(|error| thrown(&error))?;
        let begun = sys::monotonic_ms();
        match exchange(request, &ticket, &limit).await {
            Ok(response) => Ok(Response { elapsed_ms: elapsed_since(begun), ..response }),
            Err(_) if limit.over.get() => Err(TransportError::Timeout { after_ms: request.timeout_ms }),
            Err(failure) => Err(failure),
        }
    }
}
