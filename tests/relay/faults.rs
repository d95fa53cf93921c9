// SPDX-License-Identifier: GPL-2.0-or-later
//! A thousand posts while the server, the connection and the relay itself fail at random: each arrives once, or is told
//! not to have been said.

use crate::gate::{Gate, Way};
use crate::servers::Server;
use crate::stage::{Answer, Listener, QUICK, Relay, Setting, token, try_answer, until};
use crate::support::closed_port;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::{LocalSet, spawn_local};

const POSTS: usize = 1000;
const SENDERS: usize = 4;
const FAULTS: usize = 16;
/// The faults are the same at each run, unless `FAULTS_SEED` says another number.
const SEED: u64 = 0x2026_0824;

/// Numbers that look random (xorshift64*, Vigna 2016).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }
}

/// One sender's posts, one after the other: each is sent under its id until the relay has answered it, and the next when
/// it has ended. So there is something on the way at every fault.
async fn post_all(http: reqwest::Client, hook: String, ids: Vec<String>, ended: Arc<AtomicUsize>) {
    let state = |answer: Answer| answer.json()["status"].as_str().unwrap().to_owned();
    for id in ids {
        let body = serde_json::json!({ "text": id }).to_string();
        // While the relay is away there is no answer; the next attempt has the same id.
        let stands = until(&format!("<{id}> is taken"), async || {
            let request = http.post(&hook).header("webhook-id", &id).body(body.clone());
            let answer = try_answer(request).await.ok()?;
            assert!(matches!(answer.status, 200 | 202), "{answer:?}");
            Some(state(answer))
        })
        .await;
        if stands == "queued" {
            until(&format!("<{id}> has ended"), async || {
                let answer = try_answer(http.get(format!("{hook}/posts/{id}"))).await.ok()?;
                assert_eq!(answer.status, 200, "{answer:?}");
                Some(state(answer)).filter(|state| state != "queued")
            })
            .await;
        }
        ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// What stands between the relay and those who hear it.
struct Scene {
    server: Server,
    gate: Gate,
    listener: Listener,
    heard: Vec<String>,
}

impl Scene {
    /// Kills the server in the middle of whatever goes on, and brings it back.
    ///
    /// Nothing passes the gate from here on. All that the server has taken by now is heard before it dies, and it comes
    /// back with its listener in the channel before the relay can be: so no line is lost for want of a listener.
    async fn kill_server(&mut self, bytes: usize) {
        self.hold_in_mid_line(bytes).await;
        self.heard.extend(self.listener.lines().await);
        self.gate.shut().await;
        self.server.stop();
        self.server.start_again();
        self.listener = Listener::join(&self.server).await;
        self.gate.open().await;
    }

    /// Breaks the relay's connection off.
    async fn cut(&mut self, bytes: usize) {
        self.hold_in_mid_line(bytes).await;
        self.gate.cut().await;
    }

    /// Lets `bytes` more pass to the server, as long as lines are on the way at all, and then nothing in either way.
    async fn hold_in_mid_line(&mut self, bytes: usize) {
        self.gate.hold(Way::ToServer, bytes).await;
        let passed = async {
            while self.gate.left(Way::ToServer).await.is_some_and(|left| left > 0) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        // A relay that is not in the channel sends nothing.
        tokio::time::timeout(Duration::from_millis(200), passed).await.ok();
        self.gate.hold(Way::ToServer, 0).await;
        self.gate.hold(Way::ToRelay, 0).await;
    }
}

#[tokio::test]
async fn each_of_a_thousand_posts_arrives_once_or_is_told_not_to_have_been_said() {
    LocalSet::new().run_until(a_thousand_posts()).await;
}

async fn a_thousand_posts() {
    let server = Server::ngircd();
    let listener = Listener::join(&server).await;
    let gate = Gate::before(server.address).await;
    gate.open().await;
    let plenty = ["--a-minute", "60000", "--burst", "60000", "--waiting", "10000"].map(str::to_owned).to_vec();
    let setting =
        Setting { durations: QUICK.to_owned(), port: closed_port(), more: plenty, ..Setting::new(gate.address) };
    let mut relay = Relay::set(setting).await.in_channel().await;
    let mut scene = Scene { server, gate, listener, heard: Vec::new() };

    let ended = Arc::new(AtomicUsize::new(0));
    let mut hooks = BTreeMap::new();
    let mut senders = Vec::new();
    for sender in 0..SENDERS * 4 {
        let nick = format!("sender{}", sender % SENDERS);
        let hook = hooks.entry(nick.clone()).or_insert_with(|| token(&relay.data(), &["add", &nick])).clone();
        let ids = (0..POSTS).filter(|post| post % (SENDERS * 4) == sender).map(|post| format!("post-{post}")).collect();
        senders.push(spawn_local(post_all(relay.http.clone(), relay.url(&hook), ids, Arc::clone(&ended))));
    }

    let seed = std::env::var("FAULTS_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    // Zero would stay zero.
    let mut chance = Chance(seed.max(1));
    for fault in 0..FAULTS {
        // Spread over the whole, and never two at one moment.
        let due = POSTS * (fault + 1) / (FAULTS + 2);
        until("enough has ended", async || (ended.load(Ordering::Relaxed) >= due).then_some(())).await;
        let bytes = chance.below(400);
        match chance.below(4) {
            0 | 1 => scene.kill_server(bytes).await,
            2 => scene.cut(bytes).await,
            _ => {
                scene.hold_in_mid_line(bytes).await;
                relay.kill().await;
                scene.gate.cut().await;
                relay.start_again().await;
            }
        }
        relay.joined().await;
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let ended = |states: Vec<String>| {
        states.len() == POSTS && states.iter().all(|state| state != "queued" && state != "sending")
    };
    until("every post has ended", async || ended(relay.states()).then_some(())).await;
    scene.heard.extend(scene.listener.lines().await);

    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut states, mut wrong) = (BTreeMap::<String, usize>::new(), Vec::new());
    scene.heard.iter().for_each(|line| *counts.entry(line).or_default() += 1);
    for post in 0..POSTS {
        let (id, nick) = (format!("post-{post}"), format!("sender{}", post % SENDERS));
        let told = relay.get(&format!("{}/posts/{id}", hooks[&nick])).await.json();
        let state = told["status"].as_str().unwrap().to_owned();
        let heard = counts.remove(&*format!("{nick} via backport-verify: {id}")).unwrap_or_default();
        let fits = match &*state {
            "said" => heard == 1,
            // It was on the way when something broke.
            "unclear" => heard <= 1,
            _ => false,
        };
        if !fits {
            wrong.push(format!("{id} is {state} and was heard {heard} times"));
        }
        *states.entry(state).or_default() += 1;
    }
    println!("seed {seed}: {states:?}");
    assert!(wrong.is_empty(), "seed {seed}: {states:?}\n{}", wrong.join("\n"));
    assert!(counts.is_empty(), "nobody posted {counts:?}");
    // One line is on the way at a time, so that no fault leaves more than one in doubt.
    assert!(states.get("unclear").copied().unwrap_or_default() <= FAULTS, "{states:?}");
}
