// SPDX-License-Identifier: GPL-2.0-or-later
//! The same over a wire: the command's own client, TLS, and a listening server.

use crate::answers::wrong;
use crate::bed::{Bed, Kind};
use crate::runs::{run, verdicts};
use crate::server::Server;
use crate::suites::{File, all};
use backport_verify::debug::Backend;
use backport_verify::native::{Connection, NativeHttp, NativePorts};
use backport_verify::verify::{Limits, Stage, Verdict};
use std::sync::Arc;

/// One after the other, so that a server that answers in order knows whose turn it is.
const IN_ORDER: Limits = Limits { per_host: 1, in_all: 4, debug: 4 };

fn ports(bed: &Bed) -> NativePorts {
    let connect_to = vec![format!("::127.0.0.1:{}", bed.edge().port()).parse().unwrap()];
    // Names of four parts are in no certificate of the local Wikimedia.
    let connection = Connection { connect_to, cacert: None, insecure: true, wiki: None };
    NativePorts::new(NativeHttp::new(&connection).unwrap())
}

async fn came(bed: &Bed, ports: &NativePorts, server: Server, file: &File, stage: &Stage) -> Vec<Verdict> {
    let server = Arc::new(server);
    bed.tells(move |seen, answer| server.put(seen, answer));
    verdicts(&run(ports, &file.tests, stage.clone(), IN_ORDER).await)
}

/// In each suite another test is answered wrong, and in another respect.
#[tokio::test]
async fn every_suite_passes_over_the_wire_and_one_wrong_answer_fails_its_test_alone() {
    let bed = Bed::start(Kind::Embedded).await.unwrap();
    let ports = ports(&bed);
    for (turn, file) in all().iter().enumerate() {
        let Some(test) = file.asked().get(turn % file.asked().len().max(1)).copied() else { continue };
        let asked = |verdict: Verdict| {
            let of = |place: usize| if file.is_asked(place) { Verdict::Pass } else { Verdict::Inconclusive };
            let of = |place: usize| if place == test { verdict } else { of(place) };
            (0..file.tests.len()).map(of).collect::<Vec<_>>()
        };
        let stage = if turn % 2 == 0 { Stage::mwdebug(Backend::default()) } else { Stage::Production };
        let right = came(&bed, &ports, Server::new(&file.tests), file, &stage).await;
        assert_eq!(right, asked(Verdict::Pass), "{} on {stage}", file.name);
        let all = wrong(&file.tests[test]);
        let wrong = &all[turn % all.len()];
        let mut server = Server::new(&file.tests);
        server.tells(Some((test, stage != Stage::Production, wrong.told.clone())));
        let seen = came(&bed, &ports, server, file, &stage).await;
        assert_eq!(seen, asked(Verdict::Fail), "{} on {stage}: {}", file.name, wrong.how);
    }
}
