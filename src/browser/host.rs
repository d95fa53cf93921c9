// SPDX-License-Identifier: GPL-2.0-or-later
//! Permissions, alarms, staying awake, the badge, and notifications.

use super::match_pattern::pattern;
use super::{BrowserPorts, sys, tabs};
use crate::ports::{Host, Notifications, Tone};
use gloo::timers::callback::Interval;
use jiff::Timestamp;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

/// The one alarm.
const ALARM: &str = "next";

/// How often a run tells the browser that it is not idle. Chromium's limit is 30 s, Firefox's is a preference.
const AWAKE_EVERY_MS: u32 = 1_000;

/// Whether the user lets the extension reach `origin` now.
pub(super) async fn may_reach(origin: &str) -> bool {
    let asked = async {
        let wanted = sys::plain(&json!({ "origins": [pattern(origin)] }))?;
        sys::has_permissions(&wanted).await
    };
    match asked.await {
        Ok(answer) => answer.is_truthy(),
        Err(thrown) => {
            sys::complain("ask for permissions", &thrown);
            false
        }
    }
}

async fn set_alarm(name: &str, when: Option<Timestamp>) -> Result<JsValue, JsValue> {
    match when {
        Some(when) => sys::create_alarm(name, &sys::plain(&json!({ "when": when.as_millisecond() }))?).await,
        None => sys::clear_alarm(name).await,
    }
}

async fn set_badge(text: &str, colour: &str, title: &str) -> Result<JsValue, JsValue> {
    let text: Value = json!({ "text": text });
    sys::set_title(&sys::plain(&json!({ "title": title }))?).await?;
    sys::set_badge_text(&sys::plain(&text)?).await?;
    sys::set_badge_colour(&sys::plain(&json!({ "color": colour }))?).await
}

/// Background colours of the Codex design tokens (repository `design/codex`, `packages/codex-design-tokens`), on each
/// of which the browsers' own choice of text colour can be read.
const fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Quiet => "#72777d",
        Tone::Busy => "#3366cc",
        Tone::Good => "#177860",
        Tone::Bad => "#bf3c2c",
        Tone::Unsure => "#ab7f2a",
    }
}

impl Host for BrowserPorts {
    async fn may_reach(&self, origin: &str) -> bool {
        may_reach(origin).await
    }

    fn is_online(&self) -> bool {
        let of = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into());
        let told = of(&js_sys::global(), "navigator").and_then(|navigator| of(&navigator, "onLine"));
        told.ok().and_then(|online| online.as_bool()).unwrap_or(true)
    }

    async fn wake_at(&self, when: Option<Timestamp>) {
        if let Err(thrown) = set_alarm(ALARM, when).await {
            sys::complain("set an alarm", &thrown);
        }
    }

    fn stay_awake(&self, on: bool) {
        let mut awake = self.awake.borrow_mut();
        if !on {
            *awake = None;
        } else if awake.is_none() {
            *awake = Some(Interval::new(AWAKE_EVERY_MS, || {
                wasm_bindgen_futures::spawn_local(async {
                    if let Err(thrown) = sys::platform_info().await {
                        sys::complain("stay awake", &thrown);
                    }
                });
            }));
        }
    }

    async fn badge(&self, text: &str, tone: Tone, title: &str) {
        if let Err(thrown) = set_badge(text, colour(tone), title).await {
            sys::complain("set the badge", &thrown);
        }
    }

    async fn show(&self, page: &str) -> Result<(), String> {
        tabs::show(page).await.map_err(|thrown| sys::said(&thrown))
    }
}

/// No `requireInteraction`, which Firefox has not.
async fn notify(id: &str, title: &str, text: &str) -> Result<JsValue, JsValue> {
    let icon = sys::extension_url("icons/icon-128.png");
    let options = json!({ "type": "basic", "iconUrl": icon, "title": title, "message": text });
    sys::create_notification(id, &sys::plain(&options)?).await
}

impl Notifications for BrowserPorts {
    async fn notify(&self, id: &str, title: &str, text: &str) -> Result<(), String> {
        notify(id, title, text).await.map(drop).map_err(|thrown| sys::said(&thrown))
    }

    async fn withdraw(&self, id: &str) {
        if let Err(thrown) = sys::clear_notification(id).await {
            sys::complain("withdraw a notification", &thrown);
        }
    }
}
