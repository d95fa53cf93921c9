// SPDX-License-Identifier: GPL-2.0-or-later
//! The background's entry points: each takes one event of the browser to the app.
//!
//! Must not keep anything of its own: the worker may be stopped after any of them.

use super::App;
use super::exchanges::{Details, Exchanges};
use super::{BrowserPorts, message, tabs};
use crate::app::{Problem, Reply};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

struct Background {
    app: Rc<App<BrowserPorts>>,
    exchanges: Exchanges,
    started: Shared<LocalBoxFuture<'static, ()>>,
}

impl Background {
    fn new() -> Self {
        let ports = BrowserPorts::default();
        let exchanges = ports.exchanges.clone();
        let app = Rc::new(App::new(ports));
        let starting = app.clone();
        let started = async move {
            starting.start().await;
            work(&starting);
        };
        Self { app, exchanges, started: started.boxed_local().shared() }
    }
}

thread_local! {
    static BACKGROUND: OnceCell<Background> = const { OnceCell::new() };
}

fn background<T>(look: impl FnOnce(&Background) -> T) -> T {
    BACKGROUND.with(|cell| look(cell.get_or_init(Background::new)))
}

/// The app, once it has read what is kept. All who ask wait for the same start.
async fn app() -> Rc<App<BrowserPorts>> {
    let (app, started) = background(|it| (it.app.clone(), it.started.clone()));
    started.await;
    app
}

/// Lets the app go on with what is pending, on its own time.
fn work(app: &Rc<App<BrowserPorts>>) {
    let app = app.clone();
    spawn_local(async move { app.work().await });
}

fn details(event: JsValue) -> Result<Details, JsError> {
    Ok(serde_wasm_bindgen::from_value(event)?)
}

/// The browser or the extension has just been started.
#[wasm_bindgen]
pub async fn on_wake() {
    app().await;
}

/// A page's wish; resolves to the reply.
///
/// # Errors
/// When the reply cannot be made a JavaScript value.
#[wasm_bindgen]
pub async fn on_message(message: JsValue) -> Result<JsValue, JsValue> {
    let reply = match message::command_in(message) {
        Ok(command) => {
            let app = app().await;
            let reply = app.handle(command).await;
            work(&app);
            reply
        }
        Err(detail) => Reply::Refused { problem: Problem::Protocol { detail } },
    };
    message::answered(&reply)
}

/// A wake-up that the app asked for.
#[wasm_bindgen]
pub async fn on_alarm() {
    let app = app().await;
    app.alarm().await;
    work(&app);
}

/// A notification was clicked.
#[wasm_bindgen]
pub async fn on_notification_clicked(id: String) {
    let app = app().await;
    app.notification_clicked(&id).await;
    work(&app);
}

/// The user has marked a text in a page and chosen our entry of its menu.
#[wasm_bindgen]
pub async fn on_text_marked(url: String, text: String) {
    let app = app().await;
    app.text_marked(&url, &text).await;
    work(&app);
}

/// The stream of announcements is open.
pub(super) async fn on_stream_opened() {
    app().await.stream_opened().await;
}

/// The stream of announcements broke off; `ended` when the browser does not open it again by itself.
pub(super) async fn on_stream_broke(ended: bool) {
    app().await.stream_broke(ended).await;
}

/// An event of that stream.
pub(super) async fn on_announcement(data: String) {
    let app = app().await;
    app.heard(&data).await;
    work(&app);
}

/// A tab is closed.
#[wasm_bindgen]
pub async fn on_tab_removed(tab: i32) {
    app().await.tab_closed(tab).await;
}

/// The user gave access to a site, or took it away.
#[wasm_bindgen]
pub async fn on_permissions_changed() {
    let app = app().await;
    app.access_changed().await;
    work(&app);
}

/// A request of the background's own is about to be sent.
///
/// # Errors
/// When the event is not as documented.
#[wasm_bindgen]
pub fn on_before_request(event: JsValue) -> Result<(), JsError> {
    let details = details(event)?;
    background(|it| it.exchanges.before_request(&details));
    Ok(())
}

/// A request of the background's own has been sent, with these fields after every extension's rules.
///
/// # Errors
/// When the event is not as documented.
#[wasm_bindgen]
pub fn on_sent(event: JsValue) -> Result<(), JsError> {
    let details = details(event)?;
    background(|it| it.exchanges.sent(&details));
    Ok(())
}

/// The head of an answer to a request of the background's own has come.
///
/// # Errors
/// When the event is not as documented.
#[wasm_bindgen]
pub fn on_headers_received(event: JsValue) -> Result<(), JsError> {
    let details = details(event)?;
    background(|it| it.exchanges.headers_received(details));
    Ok(())
}

/// A request of the background's own has ended, with an answer or without.
///
/// # Errors
/// When the event is not as documented.
#[wasm_bindgen]
pub fn on_finished(event: JsValue) -> Result<(), JsError> {
    let details = details(event)?;
    background(|it| it.exchanges.finished(details));
    Ok(())
}

/// A tab's page is asked for, with these fields after every extension's rules.
///
/// # Errors
/// When the event is not as documented, or the browser does not tell its rules.
#[wasm_bindgen]
pub async fn on_send_headers(event: JsValue) -> Result<(), JsValue> {
    let details: Details = serde_wasm_bindgen::from_value(event)?;
    let Some(sent) = details.sent() else { return Ok(()) };
    if tabs::has_header_rule(details.tab_id, &details.url).await? {
        app().await.tab_sent(details.tab_id, &sent).await;
    }
    Ok(())
}
