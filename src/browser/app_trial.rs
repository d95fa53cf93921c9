// SPDX-License-Identifier: GPL-2.0-or-later
//! trial only
use crate::app::Command;
use crate::exchange::{Method, Redirects, Request, Session};
use crate::ports::{HeaderRule, Ports, Tone};
pub(super) async fn perform<P: Ports>(ports: &P, command: Command) -> Option<String> {
    match command {
        // nick "manual"/"follow"/…; backend: url
        Command::SaveSettings { nick, webhook, .. } => {
            ports.stay_awake(true);
            ports.badge("42", Tone::Bad).await;
            ports.wake_at("x", Some(ports.now() + jiff::SignedDuration::from_secs(3600))).await;
            ports.wake_at("x", None).await;
            let request = Request {
                method: Method::Get,
                url: webhook?,
                headers: [("X-Wikimedia-Debug", "backend=k8s-mwdebug")].into_iter().collect(),
                session: if nick == "mine" { Session::Mine } else { Session::Anonymous },
                redirects: if nick == "follow" { Redirects::Follow } else { Redirects::Manual },
                timeout_ms: if nick == "long" { 9000 } else { 700 },
                body: None,
            };
            if nick == "many" {
                let all = (0..30).map(|i| {
                    let request = Request { url: format!("{}{i}", request.url), timeout_ms: 5000, ..request.clone() };
                    async move {
                        let body = ports.send(&request).await.map(|r| (r.status, r.headers.get("location"), r.body));
                        format!("{body:?}")
                    }
                });
                let all = futures_util::future::join_all(all).await;
                return Some(format!("{all:?}"));
            }
            if nick == "drop" {
                let send = std::pin::pin!(ports.send(&request));
                let _ = futures_util::future::select(send, std::pin::pin!(ports.sleep(300))).await;
                return Some(format!("dropped {}", ports.unique()));
            }
            let answer = ports.send(&request).await;
            ports.stay_awake(false);
            Some(serde_json::to_string(&answer.map_err(|e| e.to_string())).unwrap_or_default())
        }
        Command::BrowseOnMwdebug { url } => {
            let tab = ports.open().await.ok()?;
            let rules = [HeaderRule {
                tab,
                domains: vec!["wikipedia.org".into()],
                name: "X-Wikimedia-Debug".into(),
                value: "backend=tab".into(),
            }];
            if let Err(e) = ports.set_header_rules(&rules).await {
                return Some(e);
            }
            if let Err(e) = ports.set_header_rules(&rules).await {
                return Some(e);
            }
            ports.navigate(tab, &url).await.ok()?;
            None
        }
        Command::StopBrowsing { .. } => Some(format!("{:?}", ports.set_header_rules(&[]).await)),
        Command::SaveTests { tests, gerrit } => Some(format!("{gerrit} {tests:?}")),
        Command::Refresh { .. } => Some(format!("refreshed {}", ports.unique().len())),
        _ => None,
    }
}
