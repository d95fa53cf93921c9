// SPDX-License-Identifier: GPL-2.0-or-later
//! Lies of the wire: lengths, encodings, ends, certificates, names, and what HTTP/1.1 alone can say.

use super::answers::{
    PLAIN_HTML, WEB, encoded, from, gzip, head, honestly, page, send, server, whole, with_field, with_status,
};
use super::kind::Kind::{
    AbsentFromNothing, BadStatus, Broken, Cached, Name, Network, NoServer, OtherBackend, ProductionAnswered, Refused,
    RetryAfter, Timeout, Tls, TooManyRequests, UnknownServer,
};
use super::row::{On, Place, Row, Stand, Told, absence, client, lie, of, presence};
use super::server::{Act, Authority, Script, Wiki};
use backport_verify::check::Assertion;
use backport_verify::exchange::Redirects;
use backport_verify::native::NativeHttp;
use backport_verify::suite::Test;

/// A server of one's own in the place of each wiki.
pub(crate) struct OnWire {
    authority: Authority,
    /// Who is met honestly, and how.
    honest: (Wiki, NativeHttp),
    /// Who told the last lie.
    liar: Option<Wiki>,
}

impl OnWire {
    pub(crate) async fn start() -> Self {
        let authority = Authority::new();
        let wiki = Wiki::start(&authority, None, honestly).await;
        let client = client(&wiki.rule(), Some(authority.file()));
        Self { authority, honest: (wiki, client), liar: None }
    }
}

impl Stand for OnWire {
    async fn meet(&mut self, told: &Told) -> NativeHttp {
        let (place, script): (Option<Place>, Script) = match told {
            Told::Truth => return self.honest.1.clone(),
            Told::Bytes(script) => (None, *script),
            Told::Place(place) => (Some(*place), honestly),
            Told::Bed(_) | Told::Answer(_) => panic!("a wire has no wikis"),
        };
        let liar = Wiki::start(&self.authority, place, script).await;
        let rule = match place {
            Some(Place::Closed) => {
                let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
                format!("::127.0.0.1:{}", closed.port())
            }
            // No name ends in `.invalid` (RFC 6761, section 6.4), so that nobody outside is asked.
            Some(Place::NoName) => "::nowhere.invalid:443".to_owned(),
            _ => liar.rule(),
        };
        self.liar = Some(liar);
        client(&rule, (place != Some(Place::Untrusted)).then(|| self.authority.file()))
    }
}

fn following(test: Test) -> Test {
    Test { redirects: Redirects::Follow, ..test }
}

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    [bodies(), encodings(), connections(), heads(), statuses(), bare_metal()].concat()
}

fn bodies() -> Vec<Row> {
    vec![
        lie("a body that is shorter than its length", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                let bytes = format!("{head}Content-Length: 9999\r\n\r\n{}", page());
                vec![Act::Send(bytes.into()), Act::Close]
            })
            .inconclusive(Broken, "broke off"),
        lie("a body that is longer than its length", On::Both)
            .asks_absence()
            .bytes(|asked| {
                let bytes = format!("{}Content-Length: 60\r\n\r\n{}", head("200 OK", asked, PLAIN_HTML), page());
                vec![Act::Send(bytes.into()), Act::Close]
            })
            .inconclusive(AbsentFromNothing, "is not whole"),
        lie("a length of nothing before a page", On::Both)
            .asks_absence()
            .bytes(|asked| {
                let bytes = format!("{}Content-Length: 0\r\n\r\n{}", head("200 OK", asked, PLAIN_HTML), page());
                vec![Act::Send(bytes.into()), Act::Close]
            })
            .inconclusive(AbsentFromNothing, "is empty"),
        lie("two lengths that differ", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                send(format!("{head}Content-Length: 5\r\nContent-Length: 90\r\n\r\n{}", page()))
            })
            .inconclusive(Network, "could not be reached"),
        lie("a length that is no number", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                send(format!("{head}Content-Length: -1\r\n\r\n{}", page()))
            })
            .inconclusive(Network, "could not be reached"),
        lie("a chunk that is cut off", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                let bytes = format!("{head}Transfer-Encoding: chunked\r\n\r\nfff\r\n{}", page());
                vec![Act::Send(bytes.into()), Act::Close]
            })
            .inconclusive(Broken, "broke off"),
        lie("chunks without the last one", On::Both)
            .bytes(|asked| {
                let (head, page) = (head("200 OK", asked, PLAIN_HTML), page());
                let bytes = format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{page}\r\n", page.len());
                vec![Act::Send(bytes.into()), Act::Close]
            })
            .inconclusive(Broken, "broke off"),
        lie("a body without a length that ends in its middle", On::Both)
            .asks_absence()
            .bytes(|asked| {
                let head = head("200 OK", asked, &format!("{PLAIN_HTML}Connection: close\r\n"));
                vec![Act::Send(format!("{head}\r\n<!DOCTYPE html><html><p>half").into()), Act::Close]
            })
            .inconclusive(AbsentFromNothing, "is not whole"),
        lie("a body without a length that ends without a farewell", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, &format!("{PLAIN_HTML}Connection: close\r\n"));
                vec![Act::Send(format!("{head}\r\n{}", page()).into()), Act::Drop]
            })
            .inconclusive(Broken, "broke off"),
        lie("a reset in the middle of a body", On::Both)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                vec![Act::Send(format!("{head}Content-Length: 9999\r\n\r\n{}", page()).into()), Act::Reset]
            })
            .inconclusive(Broken, "broke off"),
        lie("a body that never ends", On::Both)
            .within(400)
            .bytes(|asked| {
                let head = head("200 OK", asked, PLAIN_HTML);
                vec![Act::Send(format!("{head}Content-Length: 9999\r\n\r\n{}", page()).into()), Act::Silence]
            })
            .inconclusive(Timeout, "no answer within 400 ms"),
    ]
}

fn encodings() -> Vec<Row> {
    vec![
        lie("gzip that is none", On::Both)
            .bytes(|asked| encoded(asked, "Content-Encoding: gzip\r\n", page().as_bytes()))
            .inconclusive(Broken, "not the <gzip> that it says it is"),
        lie("gzip that is cut off", On::Both)
            .bytes(|asked| {
                let bytes = gzip(page().as_bytes());
                encoded(asked, "Content-Encoding: gzip\r\n", &bytes[..bytes.len() - 9])
            })
            .inconclusive(Broken, "not the <gzip> that it says it is"),
        lie("gzip with a wrong sum", On::Both)
            .bytes(|asked| {
                let mut bytes = gzip(page().as_bytes());
                let at = bytes.len() - 8;
                bytes[at] ^= 1;
                encoded(asked, "Content-Encoding: gzip\r\n", &bytes)
            })
            .inconclusive(Broken, "not the <gzip> that it says it is"),
        lie("gzip that does not say so", On::Both)
            .asks_absence()
            .bytes(|asked| encoded(asked, "", &gzip(page().as_bytes())))
            .inconclusive(AbsentFromNothing, "not the text that it says it is"),
        lie("gzip in gzip that says so once", On::Both)
            .asks_absence()
            .bytes(|asked| encoded(asked, "Content-Encoding: gzip\r\n", &gzip(&gzip(page().as_bytes()))))
            .inconclusive(AbsentFromNothing, "not the text that it says it is"),
        lie("an encoding that was not asked for", On::Both)
            .bytes(|asked| encoded(asked, "Content-Encoding: br\r\n", page().as_bytes()))
            .inconclusive(Network, "encoded as <br>"),
        lie("another encoding of letters than it has", On::Both)
            .asks_absence()
            .bytes(|asked| {
                let fields = "Content-Type: text/html; charset=UTF-16LE\r\n";
                send(whole(&head("200 OK", asked, fields), page().as_bytes()))
            })
            .inconclusive(AbsentFromNothing, "not the text that it says it is"),
    ]
}

fn connections() -> Vec<Row> {
    vec![
        lie("nobody listens", On::Both).place(Place::Closed).inconclusive(Refused, "Connection refused"),
        lie("a name that cannot be looked up", On::Both)
            .place(Place::NoName)
            .inconclusive(Name, "the name cannot be looked up"),
        lie("a certificate for another name", On::Both)
            .place(Place::WrongName)
            .inconclusive(Tls, "invalid peer certificate"),
        lie("a certificate that has expired", On::Both).place(Place::Expired).inconclusive(Tls, "expired"),
        lie("a certificate that is not valid yet", On::Both).place(Place::NotYet).inconclusive(Tls, "not valid yet"),
        lie("a certificate that nobody vouches for", On::Both)
            .place(Place::Untrusted)
            .inconclusive(Tls, "invalid peer certificate"),
        lie("no encryption where some must be", On::Both).place(Place::Plain).inconclusive(Tls, "TLS: "),
        lie("silence", On::Both)
            .within(400)
            .bytes(|_| vec![Act::Silence])
            .inconclusive(Timeout, "no answer within 400 ms"),
        lie("half of a head, then silence", On::Both)
            .within(400)
            .bytes(|asked| vec![Act::Send(head("200 OK", asked, "").into()), Act::Silence])
            .inconclusive(Timeout, "no answer within 400 ms"),
        lie("a reset before any answer", On::Both)
            .bytes(|_| vec![Act::Reset])
            .inconclusive(Network, "could not be reached"),
        lie("an end before any answer", On::Both)
            .bytes(|_| vec![Act::Close])
            .inconclusive(Network, "could not be reached"),
        lie("what is no HTTP", On::Both)
            .bytes(|_| vec![Act::Send(page().into()), Act::Close])
            .inconclusive(Network, "could not be reached"),
        lie("HTTP/2 to who speaks HTTP/1.1", On::Both)
            .bytes(|_| vec![Act::Send(b"\0\0\0\x04\0\0\0\0\0".to_vec()), Act::Close])
            .inconclusive(Network, "could not be reached"),
        lie("a cached answer that hides a fresh one behind its end", On::Production)
            .asks([presence()])
            .bytes(|asked| {
                let fresh = honestly(asked);
                let cached = format!("HTTP/1.1 200 OK\r\n{PLAIN_HTML}Server: {WEB}\r\nX-Cache-Status: hit-front\r\n");
                let cached = whole(&format!("{cached}Age: 163835\r\n"), b"<html>old</html>");
                [vec![Act::Send(cached)], fresh].concat()
            })
            .inconclusive(Cached, "age 163835 s"),
        lie("a cached answer, and silence past the cache", On::Production)
            .asks([presence()])
            .within(1_500)
            .bytes(|asked| {
                if asked.path.contains("backport-verify=") {
                    return vec![Act::Silence];
                }
                from(&format!("Server: {WEB}\r\nX-Cache-Status: hit-front\r\nAge: 163835\r\n"))
            })
            .inconclusive(Timeout, "no answer within 1500 ms"),
    ]
}

fn heads() -> Vec<Row> {
    vec![
        lie("production in odd case, before many blanks", On::Mwdebug)
            .bytes(|_| from(&format!("sErVeR:      {WEB}   \r\nX-CACHE-STATUS: pass\r\n")))
            .inconclusive(ProductionAnswered, "production answered (mw-web.eqiad.main-5fb6d6bf94-28hjj)"),
        lie("a cache in odd case, before many blanks", On::Production)
            .bytes(|_| from(&format!("SERVER: {WEB}\r\nx-CACHE-status: \t HIT-FRONT \t\r\naGe:  163835 \r\n")))
            .inconclusive(Cached, "x-cache-status <hit-front>, age 163835 s"),
        lie("two servers that contradict each other", On::Both)
            .bytes(|asked| with_field("Server: mw-web.codfw.main-5fb6d6bf94-x7k2p", asked))
            .inconclusive(UnknownServer, ", mw-web.codfw.main-5fb6d6bf94-x7k2p> (status 200)"),
        lie("the right server and a program behind it", On::Both)
            .bytes(|asked| with_field("Server: envoy", asked))
            .inconclusive(UnknownServer, ", envoy> (status 200)"),
        lie("a program before the right server", On::Both)
            .bytes(|asked| from(&format!("Server: envoy\r\nServer: {}\r\nX-Cache-Status: pass\r\n", server(asked))))
            .inconclusive(UnknownServer, "<envoy, mw-"),
        lie("a server in a field that goes on in the next line", On::Both)
            .bytes(|asked| from(&format!("Server:\r\n {}\r\nX-Cache-Status: pass\r\n", server(asked))))
            .inconclusive(Network, "could not be reached"),
        lie("a field with a blank before its colon", On::Both)
            .bytes(|asked| from(&format!("Server : {}\r\nX-Cache-Status: pass\r\n", server(asked))))
            .inconclusive(Network, "could not be reached"),
        lie("the right server behind the end of the head", On::Both)
            .asks_absence()
            .bytes(|asked| from(&format!("X-Cache-Status: pass\r\nX-Server: {}\r\n", server(asked))))
            .inconclusive(NoServer, "does not say which server"),
        lie("two ages", On::Production)
            .bytes(|asked| with_field("Age: 163835", asked))
            .inconclusive(Cached, "age not known"),
        lie("two words of caches", On::Production)
            .bytes(|asked| with_field("X-Cache-Status: hit-front", asked))
            .inconclusive(Cached, "pass, hit-front"),
        lie("hints that name the right server, before production's answer", On::Mwdebug)
            .bytes(|asked| {
                let hints = format!("HTTP/1.1 103 Early Hints\r\nServer: {}\r\n\r\n", server(asked));
                [send(hints), from(&format!("Server: {WEB}\r\nX-Cache-Status: pass\r\n"))].concat()
            })
            .inconclusive(ProductionAnswered, "production answered"),
        lie("promises without end", On::Both)
            .within(400)
            .bytes(|_| vec![Act::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()), Act::Silence])
            .inconclusive(Timeout, "no answer within 400 ms"),
        lie("another protocol", On::Both)
            .asks_absence()
            .bytes(|asked| {
                let fields = format!("{PLAIN_HTML}Connection: upgrade\r\nUpgrade: websocket\r\n");
                send(format!("{}\r\n", head("101 Switching Protocols", asked, &fields)))
            })
            .fails(BadStatus, "101"),
    ]
}

fn statuses() -> Vec<Row> {
    let no_404 = of(super::bed::TEST_URL, Assertion::header_absent("x-nowhere"));
    vec![
        lie("429 with seconds", On::Both)
            .bytes(|asked| send(whole(&head("429 Too Many Requests", asked, "Retry-After: 7200\r\n"), b"")))
            .inconclusive(RetryAfter, "7200 s"),
        lie("429 with a date", On::Both)
            .bytes(|asked| {
                let field = "Retry-After: Fri, 31 Dec 2999 23:59:59 GMT\r\n";
                send(whole(&head("429 Too Many Requests", asked, field), page().as_bytes()))
            })
            .inconclusive(TooManyRequests, "slow down"),
        lie("429 that says nothing more", On::Both)
            .bytes(|asked| with_status("429 Too Many Requests", asked))
            .inconclusive(TooManyRequests, "slow down"),
        lie("not modified, to who has nothing", On::Both)
            .asks_absence()
            .bytes(|asked| send(format!("{}\r\n", head("304 Not Modified", asked, ""))))
            .fails(BadStatus, "304"),
        lie("no content", On::Both)
            .asks_absence()
            .bytes(|asked| send(format!("{}\r\n", head("204 No Content", asked, ""))))
            .inconclusive(AbsentFromNothing, "is empty"),
        lie("a part that was not asked for", On::Both)
            .asks_absence()
            .bytes(|asked| with_status("206 Partial Content", asked))
            .inconclusive(AbsentFromNothing, "is not whole"),
        lie("a status that there is not", On::Both)
            .asks([absence(), no_404])
            .bytes(|asked| with_status("999 No Reason", asked))
            .fails(BadStatus, "999"),
        lie("redirects in a circle", On::Both)
            .asks([following(presence()), following(absence())])
            .bytes(|asked| send(whole(&head("302 Found", asked, "Location: /wiki/Special:ListGroupRights\r\n"), b"")))
            .inconclusive(Network, "redirected more than 20 times"),
        lie("a redirect that leads nowhere", On::Both)
            .asks([following(absence())])
            .bytes(|asked| with_status("302 Found", asked))
            .fails(BadStatus, "302"),
        lie("a redirect to what is no URL", On::Both)
            .asks([following(absence())])
            .bytes(|asked| send(whole(&head("302 Found", asked, "Location: https://[\r\n"), b"")))
            .inconclusive(Network, "redirected to <https://[>"),
    ]
}

/// The names of the servers before Kubernetes.
fn bare_metal() -> Vec<Row> {
    vec![
        lie("another host than the one that was asked", On::Mwdebug)
            .backend("mwdebug1001.eqiad.wmnet")
            .bytes(|_| from("Server: mwdebug1002.eqiad.wmnet\r\nX-Cache-Status: pass\r\n"))
            .inconclusive(OtherBackend, "mwdebug1002.eqiad.wmnet answered, which is not mwdebug1001.eqiad.wmnet"),
        lie("a pod for a host", On::Mwdebug)
            .backend("mwdebug1001.eqiad.wmnet")
            .bytes(|_| from("Server: mw-debug.eqiad.pinkunicorn-5fb6d6bf94-28hjj\r\nX-Cache-Status: pass\r\n"))
            .inconclusive(OtherBackend, "which is not mwdebug1001.eqiad.wmnet"),
        lie("an old application server for a test server", On::Mwdebug)
            .backend("mwdebug1001.eqiad.wmnet")
            .bytes(|_| from("Server: mw1326.eqiad.wmnet\r\nX-Cache-Status: pass\r\n"))
            .inconclusive(ProductionAnswered, "production answered (mw1326.eqiad.wmnet)"),
    ]
}
