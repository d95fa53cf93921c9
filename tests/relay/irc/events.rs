// SPDX-License-Identifier: GPL-2.0-or-later
//! The stream of what the channel's bots announce.

use super::person::Person;
use super::scripted::Scripted;
use crate::servers::Server;
use crate::stage::{CHANNEL, Relay, soon, token};

/// As scap has it said when a change can be verified.
const SYNCED: &str = "!log kharlan@deploy2002 kharlan, sgimeno: Backport for [[gerrit:1328229|[arwiki] Enable restricted user page editing (T1 T2)]] synced to the testservers (see https://wikitech.wikimedia.org/wiki/Mwdebug). Changes can now be verified there.";
/// As jouncebot says it to those who have scheduled a change.
const ABOUT: &str = "GergesShamon: A patch you scheduled for UTC late backport window is about to be deployed. Please be around during the process. Note: If you break AND fix the wikis, you will be rewarded with a sticker.";

/// An open stream.
struct Stream {
    response: reqwest::Response,
    read: String,
}

impl Stream {
    /// What is answered to who asks with this webhook.
    async fn ask(relay: &Relay, hook: &str, last: Option<&str>) -> reqwest::Response {
        let mut request = relay.http.get(relay.url(&format!("{hook}/events")));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.send().await.unwrap()
    }

    async fn open(relay: &Relay, last: Option<&str>) -> Self {
        let response = Self::ask(relay, &relay.hook, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next block, a sign of life or an event; none when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let bytes = soon("an event", self.response.chunk()).await.unwrap()?;
            self.read.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event: its number, who said it, and the line.
    async fn event(&mut self) -> (String, String, String) {
        loop {
            let block = self.block().await.expect("the stream has ended");
            if block.starts_with(':') {
                continue;
            }
            let field = |name| block.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            assert_eq!(field("event: "), "heard");
            let data: serde_json::Value = serde_json::from_str(&field("data: ")).unwrap();
            assert_eq!(data.as_object().unwrap().len(), 3, "{data}");
            data["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
            let text = |name: &str| data[name].as_str().unwrap().to_owned();
            return (field("id: "), text("from"), text("text"));
        }
    }

    async fn line(&mut self) -> (String, String) {
        let (_, from, text) = self.event().await;
        (from, text)
    }
}

async fn told(answer: reqwest::Response) -> (u16, String) {
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn from(nick: &str, text: &str) -> (String, String) {
    (nick.to_owned(), text.to_owned())
}

#[tokio::test]
async fn what_the_bots_announce_is_heard_and_nothing_that_others_say() {
    for server in [Server::ngircd(), Server::inspircd()] {
        let mut scap = Person::join(server.address, "logmsgbot").await;
        let mut jouncebot = Person::join(server.address, "jouncebot").await;
        let mut other = Person::join(server.address, "reviewer").await;
        let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
        let mut stream = Stream::open(&relay, None).await;
        other.say("a word that is nobody's business").await;
        scap.say(SYNCED).await;
        other.say("logmsgbot: Changes can now be verified there.").await;
        scap.send("PRIVMSG verifybot :in private\r\nPING said").await;
        scap.until("PONG").await;
        jouncebot.send(&format!("NOTICE {CHANNEL} :{ABOUT}\r\nPING said")).await;
        jouncebot.until("PONG").await;
        assert_eq!(stream.line().await, from("logmsgbot", SYNCED));
        assert_eq!(stream.line().await, from("jouncebot", ABOUT));
        assert!(!relay.log().contains("business") && !relay.log().contains("Backport for"), "{}", relay.log());
    }
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed() {
    let server = Server::ngircd();
    let mut scap = Person::join(server.address, "logmsgbot").await;
    let relay = Relay::start_with(server.address, &[]).await.in_channel().await;
    let mut stream = Stream::open(&relay, None).await;
    for text in ["one", "two", "three"] {
        scap.say(text).await;
    }
    let (id, _, text) = stream.event().await;
    assert_eq!(text, "one");
    drop(stream);
    let mut again = Stream::open(&relay, Some(&id)).await;
    assert_eq!(again.line().await, from("logmsgbot", "two"));
    let (last, _, text) = again.event().await;
    assert_eq!((text.as_str(), last.parse::<i64>().unwrap()), ("three", id.parse::<i64>().unwrap() + 2));
    // From before the relay's start: all; from no number: only what comes.
    assert_eq!(Stream::open(&relay, Some("7")).await.line().await, from("logmsgbot", "one"));
    let mut fresh = Stream::open(&relay, Some("no number")).await;
    scap.say("four").await;
    assert_eq!(fresh.line().await, from("logmsgbot", "four"));
}

#[tokio::test]
async fn a_token_has_three_streams_and_a_stranger_none() {
    let server = Server::ngircd();
    let relay = Relay::start_with(server.address, &[]).await;
    let stranger = Stream::ask(&relay, "/hook/0123456789abcdef0123456789abcdee", None).await;
    assert_eq!(told(stranger).await, (403, "invalid_token".to_owned()));
    let mut open = vec![];
    for _ in 0..3 {
        let mut stream = Stream::open(&relay, None).await;
        assert_eq!(stream.block().await.as_deref(), Some(": "));
        open.push(stream);
    }
    let fourth = Stream::ask(&relay, &relay.hook, None).await;
    assert_eq!(told(fourth).await, (429, "too_many_streams".to_owned()));
    open.pop();
    let freed = async { while Stream::ask(&relay, &relay.hook, None).await.status() != 200 {} };
    soon("a place that was given back", freed).await;
    assert!(!relay.log().contains(relay.hook.strip_prefix("/hook/").unwrap()), "{}", relay.log());
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_lives_and_ends_with_the_relay() {
    let server = Server::ngircd();
    let mut relay = Relay::paced(server.address, "keep_alive=20", &[]).await.in_channel().await;
    let mut stream = Stream::open(&relay, None).await;
    for _ in 0..3 {
        assert_eq!(stream.block().await.as_deref(), Some(": "));
    }
    relay.signal("-TERM");
    // It ends whole: a stream that is torn off is an error here.
    while let Some(block) = stream.block().await {
        assert_eq!(block, ": ");
    }
    assert_eq!(relay.ended().await, Some(0), "{}", relay.log());
}

#[tokio::test]
async fn the_stream_of_a_token_that_is_revoked_ends() {
    let server = Server::ngircd();
    let relay = Relay::paced(server.address, "keep_alive=20", &[]).await.in_channel().await;
    let other = token(&relay.data(), &["add", "other"]);
    let mut stream = Stream::open(&relay, None).await;
    assert_eq!(stream.block().await.as_deref(), Some(": "));
    assert_eq!(token(&relay.data(), &["revoke", "submitter"]), "revoked 1");
    while let Some(block) = stream.block().await {
        assert_eq!(block, ": ");
    }
    assert_eq!(told(Stream::ask(&relay, &relay.hook, None).await).await, (403, "invalid_token".to_owned()));
    assert_eq!(Stream::ask(&relay, &other, None).await.status(), 200);
}

#[tokio::test]
async fn a_bot_that_must_be_logged_in_cannot_be_played_and_the_servers_time_counts() {
    let server = Scripted::start().await;
    let relay = Relay::start_with(server.address, &["--hear", "logmsgbot=wm"]).await;
    let mut peer = server.accept().await;
    peer.let_in("server-time account-tag", "verifybot!~b@host").await;
    relay.joined().await;
    let mut stream = Stream::open(&relay, None).await;
    let says = |tags: &str, text: &str| format!("{tags}:LogMsgBot!l@host PRIVMSG {CHANNEL} :{text}");
    peer.send(&[
        &says("", "played"),
        &says("@account=other ", "played"),
        &format!("@account=wm :jouncebot!j@host PRIVMSG {CHANNEL} :not asked for"),
        &says("@time=2026-08-24T13:00:00.000Z;account=wm ", "\u{2}true\u{f} [[gerrit:1|x]]"),
    ])
    .await;
    let block = loop {
        let block = stream.block().await.unwrap();
        if !block.starts_with(':') {
            break block;
        }
    };
    let data = block.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    assert_eq!(data, r#"{"at":"2026-08-24T13:00:00Z","from":"logmsgbot","text":"true [[gerrit:1|x]]"}"#);
}
