// SPDX-License-Identifier: GPL-2.0-or-later
//! The worker is stopped at every moment of a run and of its report, and the storage refuses every write once: whatever
//! happens, there is one run, one true verdict, and one line in the channel.

use super::fake::Browser;
use super::{GERRIT, HEADER, URL, WEBHOOK, prepared, saving, state, test, wikimedia};
use backport_verify::app::{App, Command, Delivery, Problem, Reply, Run, State};
use backport_verify::exchange::{Method, Request};
use backport_verify::ports::Area;
use backport_verify::suite::Test;
use backport_verify::verify::{Ending, Verdict};
use jiff::SignedDuration;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

/// How long after a stop the background is woken, at most, for the run to go on.
const SOON: SignedDuration = SignedDuration::from_secs(30);
/// So late that what was seen is no longer now.
const LATE: SignedDuration = SignedDuration::from_mins(10);
/// The longest that the answers of a passed run may be apart.
const NOW: SignedDuration = SignedDuration::from_mins(5);

/// What a stop takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The worker alone.
    Worker,
    /// The session store too, as an update or a crash of the browser does.
    Session,
}

/// How the run goes and what its user does.
#[derive(Debug, Clone, Copy)]
struct Course {
    /// The tests, by what they come to on the test servers; an unsafe one is a `POST`.
    tests: &'static [Kind],
    stop: Stop,
    /// Until the browser wakes the background again.
    after: SignedDuration,
    /// Sends again without a look into the channel, where the receiver knows posts by their id.
    careless: bool,
    /// Others get so many turns before a request is answered.
    turns: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passes,
    Fails,
    Unsafe,
}

const COURSE: Course = Course {
    tests: &[Kind::Passes, Kind::Passes, Kind::Passes],
    stop: Stop::Worker,
    after: SOON,
    careless: false,
    turns: 0,
};

fn tests(kinds: &[Kind]) -> Vec<Test> {
    let of = |(n, kind): (usize, &Kind)| match kind {
        Kind::Passes => Test { url: format!("{URL}?passes={n}"), ..test() },
        Kind::Fails => Test { url: format!("{URL}?fails={n}"), ..test() },
        Kind::Unsafe => Test { url: format!("{URL}?unsafe={n}"), method: Method::Post, allowed: true, ..test() },
    };
    kinds.iter().enumerate().map(of).collect()
}

/// What was posted, in its order: the id and the line.
type Channel = Rc<RefCell<Vec<(String, String)>>>;

/// A prepared background in a browser, and the channel.
async fn stage(course: &Course) -> (Browser, App<Browser>, Channel) {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    app.handle(saving(&browser, GERRIT, None, tests(course.tests))).await;
    let (usual, channel) = (wikimedia(false), Channel::default());
    let said = Rc::clone(&channel);
    browser.answers(move |request| {
        if request.url == WEBHOOK {
            let id = request.headers.get("webhook-id").unwrap_or_default();
            said.borrow_mut().push((id, request.body.clone().unwrap_or_default()));
        }
        if request.url.contains("?fails=") {
            let answer = usual(request)?.map(|mut response| {
                response.body = "…".into();
                response
            });
            return Some(answer);
        }
        usual(request)
    });
    browser.takes_turns(course.turns);
    (browser, app, channel)
}

/// What comes of something, unless the worker is stopped before.
pub(super) async fn unless_stopped<T>(browser: &Browser, deed: impl Future<Output = T>) -> Option<T> {
    let patience = async {
        for _ in 0..100_000 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        done = deed => Some(done),
        () = browser.stopped() => None,
        () = patience => panic!("nothing goes on, and nobody stopped it"),
    }
}

/// A page's wish, with the work that the wake-ups of an open page bring about beside it.
async fn wish(app: &App<Browser>, command: Command) -> Reply {
    let wakes = async {
        for _ in 0..3 {
            app.work().await;
            tokio::task::yield_now().await;
        }
    };
    let (reply, ()) = tokio::join!(app.handle(command), wakes);
    app.work().await;
    reply
}

fn run_of(state: &State) -> Option<&Run> {
    state.run_of(GERRIT, false)
}

/// A user who wants one line in the channel, and who does what the popup offers until it is there.
struct User<'a> {
    browser: &'a Browser,
    channel: &'a Channel,
    course: &'a Course,
    stops: Vec<usize>,
}

impl User<'_> {
    fn heard(&self) -> Vec<String> {
        let mut heard = self.channel.borrow().clone();
        if self.course.careless {
            // The receiver drops what it has said already.
            heard.dedup_by(|later, before| later.0 == before.0);
        }
        heard.into_iter().map(|(_, line)| line).collect()
    }

    /// Goes on until the line is said, with the worker stopped at each of the moments, one after the other.
    async fn goes_on(&mut self, first: App<Browser>) {
        let mut app = Some(first);
        self.arm();
        for _ in 0..40 {
            let Some(living) = app.take() else {
                app = self.woken().await;
                continue;
            };
            let done = match unless_stopped(self.browser, Box::pin(self.does_one_thing(&living))).await {
                Some(true) => return,
                Some(false) => true,
                None => false,
            };
            if done {
                app = Some(living);
            } else {
                self.stopped();
            }
        }
        panic!("the line does not get into the channel");
    }

    /// The browser wakes a new background.
    async fn woken(&mut self) -> Option<App<Browser>> {
        let app = App::new(self.browser.clone());
        let woken = async {
            app.start().await;
            app.work().await;
        };
        if unless_stopped(self.browser, Box::pin(woken)).await.is_some() {
            return Some(app);
        }
        self.stopped();
        None
    }

    fn arm(&mut self) {
        self.browser.stops_the_worker_at((!self.stops.is_empty()).then(|| self.stops.remove(0)));
    }

    fn stopped(&mut self) {
        self.arm();
        self.browser.time_passes(self.course.after);
        if self.course.stop == Stop::Session {
            self.browser.is_restarted();
        }
    }

    /// Does what the popup offers; whether there is nothing more to do.
    async fn does_one_thing(&self, app: &App<Browser>) -> bool {
        let shown = state(self.browser);
        let Some(run) = run_of(&shown) else {
            self.presses(app, Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
            return false;
        };
        let Some(report) = &run.report else {
            app.work().await;
            return false;
        };
        let said = match &report.delivery {
            Delivery::Delivered { .. } => return true,
            Delivery::Unclear { detail } => {
                assert!(detail.contains("look into the channel"), "{detail}");
                !self.course.careless && !self.heard().is_empty()
            }
            _ => false,
        };
        if !said {
            self.presses(app, Command::SendReport { run: run.journal.plan.id.clone() }).await;
        }
        said
    }

    async fn presses(&self, app: &App<Browser>, command: Command) {
        match wish(app, command).await {
            Reply::Done | Reply::Stored { .. } => {}
            // The user makes room.
            Reply::Refused { problem: Problem::Storage { .. } } => self.browser.is_full_after(usize::MAX, 0),
            Reply::Refused { problem } => panic!("{problem:?}"),
        }
    }
}

/// What holds whatever happened.
fn holds(course: &Course, browser: &Browser, user: &User<'_>, what: &str) {
    let shown = state(browser);
    assert_eq!(shown.runs.len(), 1, "{what}");
    let run = run_of(&shown).unwrap();
    let (at, ending) = run.journal.ended.unwrap();
    let verdict = run.journal.verdict().unwrap();
    let line = &run.report.as_ref().unwrap().line;
    let body = backport_verify::report::slack_body(line);
    assert_eq!(user.heard(), [body], "{what}");
    let id = format!("{}-1", run.journal.plan.id);
    assert!(user.channel.borrow().iter().all(|(named, _)| *named == id), "{what}: {:?}", user.channel);
    assert!(line.contains(&format!("{verdict} on mwdebug")), "{what}: {line}");
    if verdict == Verdict::Pass {
        assert!(!course.tests.contains(&Kind::Fails), "{what}");
        assert_eq!(run.journal.pending(), [0_usize; 0], "{what}");
        assert!(at.duration_since(run.journal.plan.asked) <= NOW, "{what}");
    }
    assert!(matches!(ending, Ending::Finished | Ending::Interrupted), "{what}: {ending:?}");
    let posted = |sent: &&Request| sent.url.contains("?unsafe=");
    let mut unsafe_ones: Vec<_> =
        browser.sent().iter().filter(posted).map(|sent| sent.headers.get(HEADER).is_some()).collect();
    unsafe_ones.sort_unstable();
    unsafe_ones.dedup();
    assert_eq!(browser.sent().iter().filter(posted).count(), unsafe_ones.len(), "{what}: sent twice");
}

/// Plays a course with the worker stopped at these moments; gives how many moments there were after the last stop, and
/// the verdict.
async fn played(course: &Course, stops: &[usize]) -> (usize, Verdict) {
    let (browser, app, channel) = stage(course).await;
    let mut user = User { browser: &browser, channel: &channel, course, stops: stops.to_vec() };
    user.goes_on(app).await;
    let moments = browser.moments();
    let what = format!("stopped at {stops:?} in {course:?}");
    holds(course, &browser, &user, &what);
    let verdict = run_of(&state(&browser)).and_then(|run| run.journal.verdict()).unwrap();
    // Once more, and nothing changes any more.
    user.stopped();
    user.woken().await.unwrap();
    holds(course, &browser, &user, &format!("{what}, and woken once more"));
    assert_eq!(run_of(&state(&browser)).and_then(|run| run.journal.verdict()), Some(verdict), "{what}");
    assert_eq!(browser.kept(Area::Local, "journal"), None, "{what}");
    (moments, verdict)
}

/// The verdicts of a course that is stopped once, for every moment.
async fn stopped_everywhere(course: Course) -> Vec<Verdict> {
    let (moments, _) = played(&course, &[]).await;
    assert!(moments > 20, "{moments}");
    let mut verdicts = Vec::new();
    for moment in 0..moments {
        verdicts.push(played(&course, &[moment]).await.1);
    }
    verdicts
}

#[tokio::test]
async fn a_worker_stopped_at_any_moment_leaves_one_run_and_one_true_line() {
    use Kind::{Fails, Passes};
    for (stop, turns, tests, verdict) in [
        (Stop::Worker, 0, COURSE.tests, Verdict::Pass),
        (Stop::Session, 3, COURSE.tests, Verdict::Pass),
        (Stop::Worker, 3, &[Passes, Fails, Passes], Verdict::Fail),
        (Stop::Session, 0, &[Passes], Verdict::Pass),
    ] {
        let verdicts = stopped_everywhere(Course { tests, stop, turns, ..COURSE }).await;
        assert!(verdicts.iter().all(|came| *came == verdict), "{verdicts:?}");
    }
}

#[tokio::test]
async fn a_run_that_is_found_late_is_inconclusive_unless_it_had_ended() {
    for stop in [Stop::Worker, Stop::Session] {
        let verdicts = stopped_everywhere(Course { tests: &[Kind::Passes], stop, after: LATE, ..COURSE }).await;
        assert!(verdicts.contains(&Verdict::Inconclusive) && verdicts.contains(&Verdict::Pass), "{verdicts:?}");
        assert!(!verdicts.contains(&Verdict::Fail), "{verdicts:?}");
    }
}

#[tokio::test]
async fn what_must_not_be_sent_twice_is_not_whenever_the_worker_is_stopped() {
    use Kind::{Fails, Passes, Unsafe};
    for stop in [Stop::Worker, Stop::Session] {
        let verdicts = stopped_everywhere(Course { tests: &[Passes, Unsafe], stop, ..COURSE }).await;
        assert!(verdicts.contains(&Verdict::Inconclusive) && verdicts.contains(&Verdict::Pass), "{verdicts:?}");
        let verdicts = stopped_everywhere(Course { tests: &[Unsafe, Fails], stop, ..COURSE }).await;
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Fail), "{verdicts:?}");
    }
}

#[tokio::test]
async fn a_line_sent_again_without_a_look_is_said_once_where_the_receiver_knows_its_id() {
    stopped_everywhere(Course { careless: true, tests: &[Kind::Passes], ..COURSE }).await;
}

#[tokio::test]
async fn a_worker_stopped_twice_leaves_one_run_and_one_true_line_too() {
    let course = Course { tests: &[Kind::Passes], ..COURSE };
    let (moments, _) = played(&course, &[]).await;
    for first in 0..moments {
        let (rest, _) = played(&course, &[first]).await;
        for second in (first % 4..rest).step_by(4) {
            assert_eq!(played(&course, &[first, second]).await.1, Verdict::Pass);
        }
    }
}

#[tokio::test]
async fn whichever_write_the_storage_refuses_there_is_one_run_and_one_true_line() {
    let course = Course { tests: &[Kind::Passes, Kind::Passes], ..COURSE };
    let (browser, app, channel) = stage(&course).await;
    browser.is_full_after(usize::MAX, 0);
    User { browser: &browser, channel: &channel, course: &course, stops: vec![] }.goes_on(app).await;
    let writes = browser.kept_for_good();
    assert!(writes > 5, "{writes}");
    for refused in [1, 2, usize::MAX] {
        for first in 0..writes {
            let (browser, app, channel) = stage(&course).await;
            let mut user = User { browser: &browser, channel: &channel, course: &course, stops: vec![] };
            browser.is_full_after(first, refused);
            user.goes_on(app).await;
            let what = format!("{refused} writes refused after {first}");
            holds(&course, &browser, &user, &what);
            // Room is made, and the browser started again.
            browser.is_full_after(usize::MAX, 0);
            user.stopped();
            let app = user.woken().await.unwrap();
            user.goes_on(app).await;
            holds(&course, &browser, &user, &format!("{what}, and woken once more"));
        }
    }
}

#[tokio::test]
async fn whichever_write_the_storage_refuses_before_a_stop_no_line_is_said_twice() {
    let course = Course { tests: &[Kind::Passes], ..COURSE };
    let (moments, _) = played(&course, &[]).await;
    for first in 0..8 {
        for moment in (first % 2..moments).step_by(2) {
            let (browser, app, channel) = stage(&course).await;
            let mut user = User { browser: &browser, channel: &channel, course: &course, stops: vec![moment] };
            browser.is_full_after(first, 2);
            user.goes_on(app).await;
            holds(&course, &browser, &user, &format!("2 writes refused after {first}, stopped at {moment}"));
        }
    }
}

#[tokio::test]
async fn a_run_whose_first_answers_are_old_when_it_ends_does_not_pass() {
    for (asleep, ending, verdict) in
        [(299, Ending::Finished, Verdict::Pass), (301, Ending::TooLong, Verdict::Inconclusive)]
    {
        let (browser, app, _) = stage(&Course { turns: 20, ..COURSE }).await;
        app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
        let sleeps = async {
            tokio::task::yield_now().await;
            browser.time_passes(SignedDuration::from_secs(asleep));
        };
        tokio::join!(app.work(), sleeps);
        let run = run_of(&state(&browser)).unwrap().clone();
        assert_eq!(run.journal.ended.map(|(_, ending)| ending), Some(ending));
        assert_eq!(run.journal.verdict(), Some(verdict));
        let line = run.report.unwrap().line;
        assert_eq!(
            line.contains("It took too long, so its first answers may be old."),
            ending == Ending::TooLong,
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_a_stopped_run_inconclusive() {
    let course = Course { tests: &[Kind::Passes], after: SignedDuration::from_mins(-10), ..COURSE };
    let verdicts = stopped_everywhere(course).await;
    assert!(verdicts.contains(&Verdict::Inconclusive) && !verdicts.contains(&Verdict::Fail), "{verdicts:?}");
}

#[tokio::test]
async fn a_run_is_cancelled_for_good_whenever_the_worker_is_stopped_after() {
    let (browser, app, _) = stage(&COURSE).await;
    browser.answers(|_| None);
    app.handle(Command::VerifyOnMwdebug { gerrit: GERRIT }).await;
    let cancels = async {
        tokio::task::yield_now().await;
        app.handle(Command::Cancel).await
    };
    let ((), reply) = tokio::join!(app.work(), cancels);
    assert_eq!(reply, Reply::Done);
    let before = browser.sent().len();
    let app = super::started(&browser).await;
    app.work().await;
    let run = run_of(&state(&browser)).unwrap().clone();
    assert_eq!((run.journal.ended.map(|(_, ending)| ending), run.report), (Some(Ending::Cancelled), None));
    assert_eq!((browser.sent().len(), browser.kept(Area::Local, "journal")), (before, None));
}
