// SPDX-License-Identifier: GPL-2.0-or-later
//! A row: what is asked, what is told instead of the truth, and what must come of it.
//!
//! Must not judge as the engine does: it only compares.

use super::bed::{Answer, Bed, GERRIT, Kind as BedKind, Lie, PATCH_TEXT, Seen, TEST_URL};
use super::kind::Kind;
use super::server::Script;
use backport_verify::app::{Progress, perform};
use backport_verify::check::Assertion;
use backport_verify::debug::{Backend, Known, Realm};
use backport_verify::native::{Connection, NativeHttp, NativePorts};
use backport_verify::report::reason_in_words;
use backport_verify::suite::Test;
use backport_verify::verify::{Ending, Journal, Limits, Plan, Stage, Subject, Verdict};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// Milliseconds in which whoever is to answer must have done so.
const PATIENCE: u32 = 20_000;

/// On which stages a lie is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Mwdebug,
    Production,
    Both,
}

/// What changes an honest answer.
type Tell = Arc<dyn Fn(&Seen, &mut Answer) + Send + Sync>;

/// How a lie is told.
#[derive(Clone)]
pub(crate) enum Told {
    /// Not at all.
    Truth,
    /// By the local Wikimedia.
    Bed(Lie),
    /// By whoever changes its answers.
    Answer(Tell),
    /// By a server that sends these bytes.
    Bytes(Script),
    /// By the place that is met under Wikimedia's name.
    Place(Place),
}

/// What is met where a wiki is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nobody listens.
    Closed,
    /// The name cannot be looked up.
    NoName,
    /// A certificate for another name.
    WrongName,
    /// A certificate that was good once.
    Expired,
    /// A certificate that will be good.
    NotYet,
    /// A certificate of an authority that nobody trusts.
    Untrusted,
    /// A server that does not speak TLS.
    Plain,
}

/// One row.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    on: On,
    pub(crate) tests: Vec<Test>,
    backend: &'static str,
    subject: Subject,
    known: Known,
    told: Told,
    timeout_ms: u32,
    verdict: Verdict,
    pub(crate) because: Kind,
    says: &'static str,
}

/// A row in which nothing is told yet, with a test of what is there and one of what is not.
pub(crate) fn lie(name: &'static str, on: On) -> Row {
    Row {
        name,
        on,
        tests: vec![presence(), absence()],
        backend: "k8s-mwdebug",
        subject: Subject::default(),
        known: Known::default(),
        told: Told::Truth,
        timeout_ms: PATIENCE,
        verdict: Verdict::Pass,
        because: Kind::NoAssertion,
        says: "",
    }
}

/// What the patch brings is there.
pub(crate) fn presence() -> Test {
    of(TEST_URL, Assertion::body_contains(PATCH_TEXT))
}

/// What is nowhere is not there; an error page of anybody fulfils it too.
pub(crate) fn absence() -> Test {
    of(TEST_URL, Assertion::body_lacks("this text is nowhere"))
}

/// A test with one assertion.
pub(crate) fn of(url: &str, assertion: Assertion) -> Test {
    Test { url: url.into(), assertions: vec![assertion], ..Test::default() }
}

impl Row {
    /// Asks these tests and no others.
    pub(crate) fn asks(mut self, tests: impl IntoIterator<Item = Test>) -> Self {
        self.tests = tests.into_iter().collect();
        self
    }

    /// Asks for what is not there alone.
    pub(crate) fn asks_absence(self) -> Self {
        self.asks([absence()])
    }

    /// Asks this backend.
    pub(crate) fn backend(mut self, name: &'static str) -> Self {
        self.backend = name;
        self
    }

    /// Verifies this.
    pub(crate) fn subject(mut self, subject: &Subject) -> Self {
        self.subject = subject.clone();
        self
    }

    /// The user has said what this server is.
    pub(crate) fn settled(mut self, server: &str, realm: Realm) -> Self {
        self.known.settle(server, realm).unwrap();
        self
    }

    /// Waits so long and no longer once the lie is told.
    pub(crate) fn within(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = timeout_ms;
        self
    }

    /// Changes the answers to what the tests ask for, and no others.
    pub(crate) fn tells(self, tell: impl Fn(&mut Answer) + Send + Sync + 'static) -> Self {
        let paths: Vec<String> = self.tests.iter().map(|test| path(&test.url)).collect();
        self.tells_all(move |seen, answer| {
            let asked = seen.path.split("backport-verify=").next().unwrap_or_default().trim_end_matches(['?', '&']);
            if paths.iter().any(|path| path == asked) {
                tell(answer);
            }
        })
    }

    /// Changes every answer.
    pub(crate) fn tells_all(mut self, tell: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static) -> Self {
        self.told = Told::Answer(Arc::new(tell));
        self
    }

    /// Puts one header in the place of what is there.
    pub(crate) fn header(self, name: &'static str, value: &'static str) -> Self {
        self.tells(move |answer| answer.put(name, value))
    }

    /// The server's name is this.
    pub(crate) fn server(self, name: &'static str) -> Self {
        self.header("server", name)
    }

    /// The local Wikimedia tells one of its own lies.
    pub(crate) fn bed(mut self, lie: Lie) -> Self {
        self.told = Told::Bed(lie);
        self
    }

    /// A server sends these bytes.
    pub(crate) fn bytes(mut self, script: Script) -> Self {
        self.told = Told::Bytes(script);
        self
    }

    /// This is met in a wiki's place.
    pub(crate) fn place(mut self, place: Place) -> Self {
        self.told = Told::Place(place);
        self
    }

    /// It proves nothing, for this reason, which is told in words that have this part.
    pub(crate) fn inconclusive(self, because: Kind, says: &'static str) -> Self {
        Self { verdict: Verdict::Inconclusive, because, says, ..self }
    }

    /// It fails, for this reason.
    pub(crate) fn fails(self, because: Kind, says: &'static str) -> Self {
        Self { verdict: Verdict::Fail, because, says, ..self }
    }

    /// Runs the row on its stages, honestly and then told the lie; gives what was not as it must be.
    pub(crate) async fn run(&self, stand: &mut impl Stand) -> Vec<String> {
        let mut wrong = Vec::new();
        assert!(self.verdict != Verdict::Pass, "{}: no row may end in PASS", self.name);
        for stage in self.stages() {
            let at = |what: String| format!("{} ({stage}): {what}", self.name);
            let honest = self.perform(&stage, stand.meet(&Told::Truth).await, PATIENCE).await;
            if honest.verdict() != Some(Verdict::Pass) {
                wrong.push(at(format!("cannot pass at all: {}", seen(&honest))));
                continue;
            }
            let told = self.perform(&stage, stand.meet(&self.told).await, self.timeout_ms).await;
            wrong.extend(self.difference(&told).map(at));
        }
        wrong
    }

    /// The one place where a stage is made.
    fn stages(&self) -> Vec<Stage> {
        let mwdebug = || Stage::mwdebug(Backend::new(self.backend).unwrap());
        match self.on {
            On::Mwdebug => vec![mwdebug()],
            On::Production => vec![Stage::Production],
            On::Both => vec![mwdebug(), Stage::Production],
        }
    }

    async fn perform(&self, stage: &Stage, client: NativeHttp, timeout_ms: u32) -> Journal {
        let ports = NativePorts::new(client);
        let (subject, now) = (self.subject.clone(), Timestamp::now());
        let mut plan = Plan::new("run".into(), subject, stage.clone(), now, self.tests.clone(), timeout_ms);
        plan.known = self.known.clone();
        let mut journal = Journal::begin(plan);
        perform(&ports, &mut journal, Limits::default(), &Silent).await;
        journal.ended = Some((Timestamp::now(), Ending::Finished));
        journal
    }

    fn difference(&self, journal: &Journal) -> Option<String> {
        let as_told = (0..self.tests.len()).all(|test| {
            journal.deciding(test).is_some_and(|outcome| {
                let kind = outcome.reason.as_ref().map(Kind::of);
                let words = reason_in_words(&outcome).unwrap_or_default().to_lowercase();
                let is_said = words.contains(&self.says.to_lowercase());
                outcome.verdict == self.verdict && kind == Some(self.because) && is_said
            })
        });
        let expected = format!("expected {} because {:?} <{}>", self.verdict, self.because, self.says);
        let is_right = as_told && journal.verdict() == Some(self.verdict);
        (!is_right).then(|| format!("{expected}; came {}", seen(journal)))
    }
}

fn path(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

/// What came of each test, for people.
fn seen(journal: &Journal) -> String {
    let outcomes = (0..journal.plan.tests.len()).filter_map(|test| journal.deciding(test));
    let each = outcomes.map(|outcome| {
        let kind = outcome.reason.as_ref().map(Kind::of);
        format!("{} {kind:?} <{}>", outcome.verdict, reason_in_words(&outcome).unwrap_or_default())
    });
    each.collect::<Vec<_>>().join(" and ")
}

struct Silent;

impl Progress for Silent {
    async fn outcome(&self, _: &Journal) {}
}

/// The command's client, led to where `rule` says.
pub(crate) fn client(rule: &str, cacert: Option<PathBuf>) -> NativeHttp {
    let connection = Connection { connect_to: vec![rule.parse().unwrap()], cacert, insecure: false, wiki: None };
    NativeHttp::new(&connection).unwrap()
}

/// A place where rows are run.
pub(crate) trait Stand {
    /// Is as honest, or as dishonest, as this from now on; gives the client that reaches it.
    async fn meet(&mut self, told: &Told) -> NativeHttp;
}

/// The local Wikimedia, whose servers all have the patch and the backport.
pub(crate) struct OnBed {
    pub(crate) bed: Bed,
    client: NativeHttp,
}

impl OnBed {
    pub(crate) async fn start() -> Self {
        let bed = Bed::start(BedKind::Embedded).await.unwrap();
        bed.scap(&[GERRIT, super::bed::BACKPORT]).sync_everywhere().await.unwrap();
        let rule = format!("::127.0.0.1:{}", bed.edge().port());
        let client = client(&rule, Some(bed.ca_file().to_owned()));
        Self { bed, client }
    }
}

impl Stand for OnBed {
    async fn meet(&mut self, told: &Told) -> NativeHttp {
        self.bed.be_honest();
        // An edit makes the edge forget the wiki's pages: no row meets what another one left in the cache.
        self.bed.write_page("enwiki", "Sandbox", "x");
        match told.clone() {
            Told::Truth => {}
            Told::Bed(lie) => self.bed.lie(lie),
            Told::Answer(tell) => self.bed.tells(move |seen, answer| tell(seen, answer)),
            Told::Bytes(_) | Told::Place(_) => panic!("the bed has no wires of its own"),
        }
        self.client.clone()
    }
}
