// SPDX-License-Identifier: GPL-2.0-or-later
//! The listening side: connections in, answers out, on a thread of its own so that a test may block as it likes.

use super::exchange::{Answer, Seen};
use super::lie::Lie;
use super::wiki::Wiki;
use super::world::World;
use super::{BedError, edge, events, services};
use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The host of the channel's webhook.
const WEBHOOK: &str = "backport-verify.toolforge.org";

/// The thread with its two listeners.
pub struct Listening {
    /// The port with TLS.
    pub edge: SocketAddr,
    /// The port without.
    pub plain: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Starts to listen on two free ports of the loopback.
    ///
    /// # Errors
    /// [`BedError::Io`] when no port or no thread is to be had.
    pub fn start(world: Arc<World>, acceptor: TlsAcceptor) -> Result<Self, BedError> {
        let bind = || TcpListener::bind(("127.0.0.1", 0)).and_then(|port| port.set_nonblocking(true).map(|()| port));
        let (with_tls, without) = (bind()?, bind()?);
        let (edge, plain) = (with_tls.local_addr()?, without.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name("bed".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    _ = stopped => {}
                    _ = accept(with_tls, Some(acceptor), Arc::clone(&world)) => {}
                    _ = accept(without, None, world) => {}
                }
            });
            // Connections that are still open end here, hanging ones too.
            runtime.shutdown_background();
        })?;
        Ok(Self { edge, plain, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, world: Arc<World>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // A client that gave up before it was let in; the next one is not to suffer for it.
            tokio::task::yield_now().await;
            continue;
        };
        // Head and body are written apart, and the second is not to wait until the first is acknowledged.
        let _ = stream.set_nodelay(true);
        let (world, acceptor) = (Arc::clone(&world), acceptor.clone());
        tokio::spawn(async move {
            match acceptor {
                // A client that does not trust the authority ends here; that is its answer.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, peer.ip(), world).await;
                    }
                }
                None => serve(stream, peer.ip(), world).await,
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, from: IpAddr, world: Arc<World>) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        async move { Ok::<_, Infallible>(respond(request, from, &world).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http2().max_concurrent_streams(100);
    // A connection that breaks is the client's affair, or a lie's.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(request: Request<Incoming>, from: IpAddr, world: &Arc<World>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let authority = head.uri.authority().map(|authority| authority.host().to_owned());
    let host_header = head.headers.get("host").and_then(|host| host.to_str().ok());
    let host = authority.or_else(|| host_header.map(|host| host.split(':').next().unwrap_or(host).to_owned()));
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let asked = Seen {
        method: head.method.to_string(),
        host: host.unwrap_or_default().to_ascii_lowercase(),
        path: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: Seen::headers_of(&head.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
        from,
    };
    world.change(|state| state.seen.push(asked.clone()));
    delay(world, &asked).await;
    let relay = world.look(|state| state.relay).filter(|_| asked.host == WEBHOOK);
    let refuses = world.look(|state| state.lies.iter().any(|lie| matches!(lie, Lie::WebhookRefuses(_))));
    let listens = asked.host == WEBHOOK && events::are_wanted(&asked) && !world.look(|state| state.lies(Lie::NoEvents));
    if listens && !refuses {
        return match relay {
            None => events::stream(world, &asked),
            Some(relay) => events::forward(relay, &asked).await.unwrap_or_else(|error| sent(no_relay(&error), false)),
        };
    }
    let answer = match relay.filter(|_| !refuses) {
        Some(relay) => forward(relay, &asked).await,
        None => world.change(|state| answer(state, &asked)),
    };
    let answer = told(answer, world, &asked);
    if asked.host == WEBHOOK {
        world.until(|state| (!state.lies(Lie::HoldWebhookAnswer)).then_some(())).await;
    }
    sent(answer, asked.method == "HEAD")
}

/// The answer as a test wants it to be told.
fn told(mut answer: Answer, world: &World, asked: &Seen) -> Answer {
    if let Some(tell) = world.look(|state| state.tells.clone()) {
        tell(asked, &mut answer);
    }
    answer
}

async fn delay(world: &World, asked: &Seen) {
    let slow =
        world.look(|state| state.lies.iter().find_map(|lie| if let Lie::Slow(ms) = lie { Some(*ms) } else { None }));
    if let Some(milliseconds) = slow {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    world.until(|state| (!is_held(state, asked)).then_some(())).await;
}

/// Whether a request is not to be answered yet.
fn is_held(state: &super::world::State, asked: &Seen) -> bool {
    if asked.host == WEBHOOK {
        return state.lies(Lie::HoldWebhook);
    }
    let is_debug = asked.header("x-wikimedia-debug").is_some();
    let side = if is_debug { Lie::HoldDebug } else { Lie::HoldProduction };
    Wiki::of(&asked.host).is_some_and(|wiki| !wiki.is_wikitech()) && (state.lies(Lie::Hang) || state.lies(side))
}

fn answer(state: &mut super::world::State, asked: &Seen) -> Answer {
    if state.lies(Lie::CaptivePortal) {
        return Answer::html(
            200,
            "<!DOCTYPE html><title>Guest network</title><h1>Please sign in to use this network</h1>",
        );
    }
    match Wiki::of(&asked.host) {
        Some(wiki) => edge::answer(state, wiki, asked),
        None => services::answer(state, asked),
    }
}

/// Sends a request on to the relay and brings its answer back.
async fn forward(relay: SocketAddr, asked: &Seen) -> Answer {
    let method = reqwest::Method::from_bytes(asked.method.as_bytes()).unwrap_or_default();
    let mut request = reqwest::Client::new().request(method, format!("http://{relay}{}", asked.path));
    for name in ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"] {
        if let Some(value) = asked.header(name) {
            request = request.header(name, value);
        }
    }
    let response = async {
        let response = request.body(asked.body.clone()).send().await?;
        let status = response.status().as_u16();
        let kind = response
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("text/plain")
            .to_owned();
        let fields = ["location", "retry-after"].map(|name| (name, response.headers().get(name).cloned()));
        let mut answer = Answer::new(status, &kind, response.bytes().await?);
        for (name, value) in fields {
            let value = value.as_ref().and_then(|value| value.to_str().ok()).map(str::to_owned);
            answer.headers.extend(value.map(|value| (name, value)));
        }
        Ok::<_, reqwest::Error>(answer)
    };
    response.await.unwrap_or_else(|error| no_relay(&error))
}

fn no_relay(error: &reqwest::Error) -> Answer {
    Answer::text(502, format!("the relay did not answer: {error}\n"))
}

fn sent(answer: Answer, head_only: bool) -> Response<Body> {
    let length = answer.body.len();
    let body: Body = if head_only {
        Full::default().map_err(|never| match never {}).boxed_unsync()
    } else if answer.cut {
        let half = answer.body.slice(..length / 2);
        let first = stream::once(async { Ok(Frame::data(half)) });
        let broken = stream::once(async {
            // An error drops what is not sent yet, and the half must arrive.
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        });
        StreamBody::new(first.chain(broken)).boxed_unsync()
    } else {
        Full::new(answer.body).map_err(|never| match never {}).boxed_unsync()
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert("content-length", length.into());
    response
}
