// SPDX-License-Identifier: GPL-2.0-or-later
//! The edge of the real bed: haproxy for TLS and headers, Varnish for the cache and the X-Wikimedia-Debug routing.

use super::mediawiki::{WIKIS, sockets};
use super::processes::{Door, Place, Process};
use super::{RealError, path_text};
use std::net::SocketAddr;
use std::path::Path;

/// The socket at which Varnish takes requests from haproxy, below the bed's folder.
pub(super) const VARNISH: &str = "run/varnish.sock";

/// Starts Varnish; `MediaWiki` sends its purges to `purges`.
pub(super) async fn start_varnish(place: &Place, purges: SocketAddr) -> Result<Process, RealError> {
    let [production, testservers] = sockets(place)?;
    let values = [("production_socket", production.as_str()), ("testservers_socket", &testservers)];
    let config = place.write("etc/edge.vcl", include_str!("templates/edge.vcl"), &values)?;
    let socket = place.at(VARNISH);
    let mut command = place.command("/usr/sbin/varnishd");
    command.arg("-F").arg("-n").arg(place.at("run/varnish")).arg("-f").arg(config);
    command.arg("-a").arg(format!("edge={}", path_text(&socket)?)).arg("-a").arg(format!("purge={purges}"));
    command.args([
        "-s",
        "malloc,64m",
        "-j",
        "none",
        "-T",
        "none",
        "-p",
        "thread_pool_min=10",
        "-p",
        "http_req_hdr_len=8k",
    ]);
    // Compiled for one short life: without optimising it starts sooner.
    command.args(["-p", "cc_command=exec gcc -pthread -fpic -shared -Wl,-x -o %o %s"]);
    place.serve("varnish", command, &[Door::Socket(socket), Door::Port(purges)]).await
}

/// Starts haproxy at `address` with the certificate; what is no wiki goes to `elsewhere`.
pub(super) async fn start_haproxy(
    place: &Place,
    address: SocketAddr,
    (cert, key): (&Path, &Path),
    elsewhere: SocketAddr,
) -> Result<Process, RealError> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| RealError::file("read", path, error));
    let pem = place.write("etc/edge.pem", &format!("{}\n{}", read(cert)?.trim_end(), read(key)?), &[])?;
    let hosts = WIKIS.map(|wiki| wiki.host).join(" ");
    let values = [
        ("edge_port", address.port().to_string()),
        ("edge_pem", path_text(&pem)?.to_owned()),
        ("wiki_hosts", hosts),
        ("varnish_socket", path_text(&place.at(VARNISH))?.to_owned()),
        ("elsewhere", elsewhere.to_string()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let config = place.write("etc/haproxy.cfg", include_str!("templates/haproxy.cfg"), &values)?;
    let mut command = place.command("/usr/sbin/haproxy");
    command.arg("-db").arg("-f").arg(config);
    place.serve("haproxy", command, &[Door::Port(address)]).await
}
