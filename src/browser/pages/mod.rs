// SPDX-License-Identifier: GPL-2.0-or-later
//! The pages' entry point: shows the state, and takes the user's gestures to the view.
//!
//! Must not write state: it reads what the background publishes, and sends commands.

mod dom;
mod effects;
mod files;
mod gestures;
mod parting;

use super::ui::{Effect, Page, Screen};
use super::{clock, storage, sys};
use crate::app::{Command, Problem, State};
use crate::ports::Area;
use dom::Regions;
use gloo::timers::callback::{Interval, Timeout};
use jiff::{SignedDuration, Timestamp};
use js_sys::Reflect;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Event, Window};

/// After so many wake-up calls without an answer the user is told. A single one may meet the background as it stops.
const SILENCE: u32 = 3;

/// Every so many seconds an open page asks for what may have become old; the background decides what has.
const POLL: u32 = 5;

/// A press that lasts longer is no click, or its release was outside the page.
const LONGEST_PRESS: SignedDuration = SignedDuration::from_secs(2);

/// A page that is open.
struct Live {
    window: Window,
    document: Document,
    page: RefCell<Page>,
    regions: RefCell<Regions>,
    /// Replacing markup makes the browser fire events for what goes away; those are nobody's gestures.
    rendering: Cell<bool>,
    /// Until when the pointer is taken to be held down: an element that is replaced under it never gets its click.
    held_until: Cell<Timestamp>,
    unanswered: Cell<u32>,
    /// Where the keyboard is to be once the page is drawn anew.
    focus: RefCell<Option<String>>,
    /// The change in the popup's address, until its card was there to be shown.
    aim: Cell<Option<u64>>,
}

/// Opens a page of the extension: `popup` or `workbench`.
///
/// # Errors
/// When there is no such page, or the document lacks what every page has.
#[wasm_bindgen]
pub async fn open_page(screen: String) -> Result<(), JsValue> {
    let screen = match screen.as_str() {
        "popup" => Screen::Popup,
        "workbench" => Screen::Workbench,
        _ => return Err(JsError::new(&format!("there is no screen <{screen}>")).into()),
    };
    let window = web_sys::window().ok_or_else(|| JsError::new("this is no page"))?;
    let document = window.document().ok_or_else(|| JsError::new("this page has no document"))?;
    let mut page = Page::new(screen, clock::now(), zone_offset_minutes(), change_of(&window)?);
    page.firefox = sys::is_firefox();
    let aim = page.change.filter(|_| screen == Screen::Popup);
    let live = Rc::new(Live {
        window,
        document,
        page: RefCell::new(page),
        regions: RefCell::default(),
        rendering: Cell::new(false),
        held_until: Cell::default(),
        unanswered: Cell::new(0),
        focus: RefCell::default(),
        aim: Cell::new(aim),
    });
    // What is typed is taken up with the first state.
    parting::tell(&live.window).await;
    // First the subscription, so that no state is missed between the two.
    live.watch_state();
    match storage::read(Area::Session, State::KEY).await {
        Ok(Some(text)) => live.take_state(&text),
        Ok(None) => {}
        Err(error) => live.refuse(Problem::Storage { detail: error.to_string() }),
    }
    live.listen()?;
    live.tick();
    live.render();
    dom::mark_ready(&live.document)?;
    live.refresh();
    live.pursue();
    Ok(())
}

/// Minutes that the user's clock is ahead of UTC now.
fn zone_offset_minutes() -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "at most 14 hours, in whole minutes")]
    let behind = js_sys::Date::new_0().get_timezone_offset() as i32;
    -behind
}

/// The Gerrit change that the page's hash names.
fn change_of(window: &Window) -> Result<Option<u64>, JsValue> {
    Ok(window.location().hash()?.trim_start_matches('#').parse().ok())
}

impl Live {
    /// Brings the page up to date, unless the pointer is held down; then its release does.
    fn render(&self) {
        if clock::now() < self.held_until.get() {
            return;
        }
        let regions = self.page.borrow().regions();
        self.rendering.set(true);
        if let Err(thrown) = self.regions.borrow_mut().patch(&self.document, regions) {
            sys::complain("show the page", &thrown);
        }
        self.rendering.set(false);
        if let Some(id) = self.focus.take()
            && let Err(thrown) = dom::focus(&self.document, &id)
        {
            sys::complain("put the keyboard to an element", &thrown);
        }
        let focus = self.page.borrow().focus.clone();
        if let Some(id) = focus {
            match dom::show(&self.document, &id) {
                Ok(true) => self.page.borrow_mut().focus = None,
                Ok(false) => {}
                Err(thrown) => sys::complain("put the keyboard where it is wanted", &thrown),
            }
        }
        if let Some(gerrit) = self.aim.get() {
            match dom::show(&self.document, &format!("patch-{gerrit}")) {
                Ok(true) => self.aim.set(None),
                Ok(false) => {}
                Err(thrown) => sys::complain("show a patch", &thrown),
            }
        }
    }

    /// Asks for what the page lacks.
    fn pursue(self: &Rc<Self>) {
        let effects = self.page.borrow_mut().pursue();
        for effect in effects {
            self.perform(effect);
        }
    }

    /// Has what is typed and not saved kept.
    fn keep_typed(self: &Rc<Self>, ask: fn(&mut Page) -> Vec<Effect>) {
        let effects = ask(&mut self.page.borrow_mut());
        for effect in effects {
            self.perform(effect);
        }
    }

    /// The page may go away now.
    fn part(self: &Rc<Self>) {
        parting::keep(&self.window, &self.page.borrow().unsaved());
        self.keep_typed(Page::leave);
    }

    fn take_state(&self, text: &str) {
        match serde_json::from_str::<State>(text) {
            Ok(state) => {
                let mut page = self.page.borrow_mut();
                // No state may lie in the future of the page that shows it.
                page.set_now(clock::now());
                page.set_state(state);
            }
            Err(error) => self.refuse(Problem::Protocol { detail: error.to_string() }),
        }
    }

    /// Tells of something that no command of the user's led to.
    fn refuse(&self, problem: Problem) {
        self.page.borrow_mut().problem = Some(problem);
    }

    fn watch_state(self: &Rc<Self>) {
        let live = self.clone();
        let changed = Closure::<dyn Fn(JsValue, String)>::new(move |changes: JsValue, area: String| {
            if area != "session" {
                return;
            }
            let value = Reflect::get(&changes, &JsValue::from_str(State::KEY)).and_then(|change| {
                if change.is_object() { Reflect::get(&change, &"newValue".into()) } else { Ok(change) }
            });
            if let Some(text) = value.ok().and_then(|value| value.as_string()) {
                live.take_state(&text);
                live.pursue();
                live.render();
            }
        });
        sys::on_storage_changed(changed.as_ref().unchecked_ref());
        changed.forget();
    }

    /// Once a second: the clock goes on, and a run that is under way is kept going. Every few seconds a page that is seen
    /// asks for what is new.
    fn tick(self: &Rc<Self>) {
        let live = self.clone();
        let seconds = Cell::new(0_u32);
        Interval::new(1_000, move || {
            let running = {
                let mut page = live.page.borrow_mut();
                page.set_now(clock::now());
                page.state.as_ref().is_some_and(|state| state.running().is_some())
            };
            live.render();
            live.keep_typed(Page::rest);
            if running {
                live.keep_asking(Command::Wake);
            }
            seconds.set(seconds.get().wrapping_add(1));
            if seconds.get().is_multiple_of(POLL) && !live.document.hidden() {
                live.keep_asking(Command::Refresh { force: false });
            }
        })
        .forget();
    }

    fn listen(self: &Rc<Self>) -> Result<(), JsValue> {
        for kind in ["click", "submit", "input", "change", "keydown"] {
            let live = self.clone();
            self.on(self.document.as_ref(), kind, move |event| live.gesture(&event))?;
        }
        for kind in ["dragover", "drop"] {
            let live = self.clone();
            self.on(self.document.as_ref(), kind, move |event| {
                if files::carries_files(&event) {
                    event.prevent_default();
                    live.take_dropped(&event);
                }
            })?;
        }
        let live = self.clone();
        self.on(self.document.as_ref(), "pointerdown", move |_| {
            live.held_until.set(clock::now().saturating_add(LONGEST_PRESS).unwrap_or_default());
        })?;
        for kind in ["pointerup", "pointercancel"] {
            let live = self.clone();
            self.on(self.document.as_ref(), kind, move |_| {
                live.held_until.set(Timestamp::default());
                // The click that belongs to the release comes first.
                let live = live.clone();
                Timeout::new(0, move || live.render()).forget();
            })?;
        }
        let live = self.clone();
        self.on(self.document.as_ref(), "visibilitychange", move |_| {
            if live.document.hidden() {
                // It may be closed now, and this is the last that it hears.
                live.part();
            } else {
                let live = live.clone();
                spawn_local(async move {
                    parting::tell(&live.window).await;
                    live.keep_asking(Command::Refresh { force: false });
                });
            }
        })?;
        let live = self.clone();
        self.on(self.window.as_ref(), "pagehide", move |_| live.part())?;
        let live = self.clone();
        self.on(self.window.as_ref(), "hashchange", move |_| {
            match change_of(&live.window) {
                Ok(change) => live.follow_address(change),
                Err(thrown) => sys::complain("read the page's address", &thrown),
            }
            live.render();
        })
    }

    fn follow_address(self: &Rc<Self>, change: Option<u64>) {
        let screen = self.page.borrow().screen;
        self.page.borrow_mut().set_change(change);
        if screen == Screen::Popup {
            self.aim.set(change);
        }
        self.pursue();
    }

    #[expect(clippy::unused_self, reason = "the listener lives as long as the page")]
    fn on(&self, target: &web_sys::EventTarget, kind: &str, then: impl Fn(Event) + 'static) -> Result<(), JsValue> {
        let listener = Closure::<dyn Fn(Event)>::new(then);
        target.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref())?;
        listener.forget();
        Ok(())
    }

    fn gesture(self: &Rc<Self>, event: &Event) {
        if self.rendering.get() || self.take_chosen(event) {
            return;
        }
        if let Some(meant) = gestures::read(event) {
            self.mean(meant);
        }
    }

    /// Does what the user meant.
    fn mean(self: &Rc<Self>, meant: super::ui::Event) {
        let effects = self.page.borrow_mut().act(meant);
        for effect in effects {
            self.perform(effect);
        }
        self.render();
        self.keep_address();
    }

    /// Puts the chosen change into the workbench's address, so that a reload comes back to it.
    fn keep_address(&self) {
        let chosen = self.page.borrow().change;
        let Some(gerrit) = chosen else { return };
        let kept = change_of(&self.window).and_then(|change| {
            if change == chosen { Ok(()) } else { self.window.location().set_hash(&gerrit.to_string()) }
        });
        if let Err(thrown) = kept {
            sys::complain("keep the page's address", &thrown);
        }
    }
}
