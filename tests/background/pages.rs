// SPDX-License-Identifier: GPL-2.0-or-later
//! Pages over a background: whatever they are told first, and whoever saves first, in the end everything is saved.

use super::fake::Browser;
use super::writers::named;
use super::{GERRIT, URL, prepared, state};
use backport_verify::app::{App, Command, Reply};
use backport_verify::ports::Clock;
use backport_verify::ui::{Effect, Event, Page, Screen};
use std::collections::VecDeque;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A page's user types a test of the next number and saves.
    Saves(usize),
    /// The background does what the page sent first.
    Does(usize),
    /// The page sees the state as it is now.
    Sees(usize),
    /// The page hears the first answer.
    Hears(usize),
    /// The popup adds a test.
    Adds,
}

/// A workbench in a tab of its own.
struct Tab {
    page: Page,
    name: &'static str,
    typed: usize,
    sent: VecDeque<Command>,
    answered: VecDeque<(Command, Reply)>,
}

impl Tab {
    fn new(browser: &Browser, name: &'static str) -> Self {
        let mut page = Page::new(Screen::Workbench, browser.now(), 0, Some(GERRIT));
        page.set_state(state(browser));
        Self { page, name, typed: 0, sent: VecDeque::new(), answered: VecDeque::new() }
    }

    fn act(&mut self, act: &str, form: Vec<(String, String)>) {
        let data = [("test".to_owned(), "1".to_owned()), ("field".to_owned(), "name".to_owned())].into();
        for effect in self.page.act(Event { act: act.into(), data, form }) {
            if let Effect::Send(command) = effect {
                self.sent.push_back(command);
            }
        }
    }

    /// Adds a test to the one that is saved, or names the added one anew, and saves.
    fn saves(&mut self) {
        self.typed += 1;
        if self.typed == 1 {
            self.act("add-test", Vec::new());
        }
        let name = format!("{} {}", self.name, self.typed);
        let row = |name: &str| {
            let fields =
                [("name", name), ("url", URL), ("kind", "body"), ("must", "contains"), ("value", "eventcoordinator")];
            fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        self.act("edit", [row(""), row(&name)].concat());
        self.act("save-tests", Vec::new());
    }

    async fn is_done(&mut self, app: &App<Browser>) {
        if let Some(command) = self.sent.pop_front() {
            let reply = app.handle(command.clone()).await;
            self.answered.push_back((command, reply));
        }
    }

    fn hears(&mut self) {
        if let Some((command, reply)) = self.answered.pop_front() {
            self.page.set_reply(&command, reply);
        }
    }

    fn shows(&self, what: &str) -> bool {
        self.page.regions().iter().any(|region| region.html.contains(what))
    }
}

/// Every order of several courses, each of which goes its own way.
fn orders(courses: &[Vec<Next>]) -> Vec<Vec<Next>> {
    if courses.iter().all(Vec::is_empty) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, course) in courses.iter().enumerate() {
        let Some((next, rest)) = course.split_first() else { continue };
        let mut left = courses.to_vec();
        left[at] = rest.to_vec();
        all.extend(orders(&left).into_iter().map(|order| [vec![*next], order].concat()));
    }
    all
}

/// Plays an order, then lets every page see, hear and save until nothing is unsaved. How many saves were refused, and the
/// names of the saved tests.
async fn played(order: &[Next]) -> (usize, Vec<String>) {
    let browser = Browser::new();
    let app = prepared(&browser).await;
    let mut tabs = [Tab::new(&browser, "a"), Tab::new(&browser, "b")];
    for next in order {
        match *next {
            Next::Saves(tab) => tabs[tab].saves(),
            Next::Does(tab) => tabs[tab].is_done(&app).await,
            Next::Sees(tab) => tabs[tab].page.set_state(state(&browser)),
            Next::Hears(tab) => tabs[tab].hears(),
            Next::Adds => {
                let add = Command::AddTests { gerrit: GERRIT, tests: vec![named("popup")] };
                assert_eq!(app.handle(add).await, Reply::Done);
            }
        }
    }
    let mut refused = 0;
    for _ in 0..4 {
        for tab in &mut tabs {
            while !tab.sent.is_empty() || !tab.answered.is_empty() {
                tab.is_done(&app).await;
                tab.hears();
            }
            tab.page.set_state(state(&browser));
            refused += usize::from(tab.shows("data-problem=\"saved_elsewhere\""));
            if tab.shows("data-unsaved") {
                tab.act("save-tests", Vec::new());
            }
        }
    }
    for tab in &tabs {
        assert!(!tab.shows("data-unsaved") && !tab.shows("data-problem=\"saved_elsewhere\""), "{order:?}");
    }
    let mut names: Vec<String> = state(&browser).tests_of(GERRIT).into_iter().map(|test| test.name).collect();
    names.sort_unstable();
    (refused, names)
}

#[tokio::test]
async fn whoever_saves_first_and_whatever_is_told_first_everything_is_saved_in_the_end() {
    use Next::{Adds, Does, Hears, Saves, Sees};
    let courses = [vec![Saves(0), Does(0), Sees(0), Hears(0)], vec![Saves(1), Does(1), Sees(1)], vec![Adds]];
    let mut refusals = 0;
    for order in orders(&courses) {
        let (refused, names) = Box::pin(played(&order)).await;
        assert_eq!(names, ["", "a 1", "b 1", "popup"], "{order:?}");
        refusals += refused;
    }
    assert!(refusals > 100, "{refusals}");
}

#[tokio::test]
async fn a_page_that_saves_again_before_it_hears_of_the_first_save_is_in_nobodys_way() {
    use Next::{Does, Hears, Saves, Sees};
    let told = [vec![Does(0), Does(0)], vec![Sees(0), Sees(0)], vec![Hears(0), Hears(0)]];
    for order in orders(&told) {
        let order = [vec![Saves(0), Saves(0)], order].concat();
        assert_eq!(Box::pin(played(&order)).await, (0, vec![String::new(), "a 2".into()]), "{order:?}");
    }
}

#[tokio::test]
async fn what_another_page_saves_between_two_saves_of_this_one_is_kept() {
    use Next::{Does, Hears, Saves, Sees};
    let mine = vec![Saves(0), Saves(0), Does(0), Does(0), Sees(0), Hears(0), Hears(0)];
    for order in orders(&[mine, vec![Saves(1), Does(1), Sees(1)]]) {
        let (_, names) = Box::pin(played(&order)).await;
        for name in ["", "a 2", "b 1"] {
            assert!(names.iter().any(|known| known == name), "{order:?}: {names:?}");
        }
    }
}
