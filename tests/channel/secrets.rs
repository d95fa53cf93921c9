// SPDX-License-Identifier: GPL-2.0-or-later
//! The signing secret and the webhook's URL are in nothing that is shown, logged, exported or posted.

use super::bodies::{message, now};
use backport_verify::report::{Posting, Receiver, Secret, relay_secret};
use backport_verify::store::{Reporting, Settings, Webhook};
use url::Url;

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn settings() -> Settings {
    let webhook = Webhook::new(&format!("https://relay.example.org/hook/{TOKEN}")).unwrap();
    let secret = Secret::new(&format!("whsec_{SECRET}")).unwrap();
    Settings {
        webhook: Some(webhook),
        reporting: Reporting { secret: Some(secret), ..Reporting::default() },
        ..Settings::default()
    }
}

#[test]
fn settings_show_neither_in_debug_and_keep_both() {
    let settings = settings();
    let shown = format!("{settings:?} {settings:#?}");
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN) && !shown.contains("whsec"), "{shown}");
    let kept = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&kept).unwrap(), settings);
    assert!(kept.contains(SECRET));
}

#[test]
fn a_post_holds_neither_the_secret_nor_the_url() {
    let settings = settings();
    let url = Url::parse(settings.webhook.as_ref().unwrap().reveal()).unwrap();
    let derived = String::from(relay_secret(TOKEN)).replace("whsec_", "");
    for receiver in Receiver::ALL {
        for message in message() {
            let posting = Posting::new(receiver, &message, message.at, &url, settings.reporting.secret.as_ref(), now());
            let shown = format!("{posting:?}");
            for hidden in [SECRET, TOKEN, &derived, "whsec", "relay.example.org"] {
                assert!(!shown.contains(hidden), "{receiver:?}: {shown}");
            }
        }
    }
}
