// SPDX-License-Identifier: GPL-2.0-or-later
//! From a browser's event to what the user meant, by the `data-act` that the view wrote on its elements.

use super::super::ui::Event as Meant;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, KeyboardEvent};

/// The act of fields that are being typed in; other acts of a form are meant by its submission alone.
const EDIT: &str = "edit";

/// Marks the button that closes what is open around it, for the key that does the same.
const CLOSES: &str = "[data-escape]";

/// Reads an event; nothing when it hits no act. What the browser would do by itself is prevented where an act is meant.
pub(super) fn read(event: &Event) -> Option<Meant> {
    let target: Element = event.target()?.dyn_into().ok()?;
    if let Some(key) = event.dyn_ref::<KeyboardEvent>() {
        // While an input method is at work, Escape is for what that offers.
        if key.key() == "Escape" && !key.is_composing() {
            return escaped(event, &target);
        }
        let meant = pressed(key, &target)?;
        event.prevent_default();
        return Some(meant);
    }
    let actor = target.closest("[data-act]").ok()??;
    let act = actor.get_attribute("data-act")?;
    let meant = match event.type_().as_str() {
        "submit" => actor == target,
        "click" => !is_form(&actor) && !is_field(&actor) && !is_in_field(&target),
        _ => act == EDIT || is_field(&actor),
    };
    // A form must never load a page, whatever else becomes of it; a link to a place on this page keeps its address.
    let local = actor.get_attribute("href").is_some_and(|href| href.starts_with('#'));
    if event.type_() == "submit" || (meant && event.type_() == "click" && !local) {
        event.prevent_default();
    }
    meant.then(|| Meant { act, data: dataset(&target), form: form(&target) })
}

/// What a key means in the tests' form: Alt and an arrow move what has the keyboard, Ctrl+Z goes back a step where the
/// browser does not undo letters itself.
fn pressed(key: &KeyboardEvent, target: &Element) -> Option<Meant> {
    let (letter, control) = (key.key(), key.ctrl_key() || key.meta_key());
    let act = match (letter.as_str(), key.alt_key(), control, key.shift_key()) {
        // There the browser opens the list.
        ("ArrowUp" | "ArrowDown", true, false, false) if target.tag_name() == "SELECT" => None,
        ("ArrowUp", true, false, false) => target.closest("[data-test]").ok()?.map(|_| "move-up"),
        ("ArrowDown", true, false, false) => target.closest("[data-test]").ok()?.map(|_| "move-down"),
        ("z" | "Z", false, true, _) if takes_letters(target) => None,
        ("z", false, true, false) => Some("undo"),
        ("z" | "Z", false, true, true) => Some("redo"),
        _ => None,
    }?;
    Some(Meant { act: act.to_owned(), data: dataset(target), form: form(target) })
}

/// Empties a search, or else closes what is open, the nearest to the keyboard first: a fold, or what has a button for it.
fn escaped(event: &Event, target: &Element) -> Option<Meant> {
    let meant = |act: &Element| {
        event.prevent_default();
        act.get_attribute("data-act").map(|name| Meant { act: name, data: dataset(act), form: form(act) })
    };
    let search = target.dyn_ref::<HtmlInputElement>().filter(|input| input.type_() == "search");
    if let Some(search) = search.filter(|search| !search.value().is_empty()) {
        search.set_value("");
        return meant(target);
    }
    let mut next = Some(target.clone());
    while let Some(element) = next {
        if let Some(button) = element.query_selector(CLOSES).ok()? {
            return meant(&button);
        }
        if element.tag_name() == "DETAILS" && element.has_attribute("open") {
            event.prevent_default();
            element.remove_attribute("open").ok()?;
            return element.query_selector("summary").ok()??.dyn_into::<HtmlElement>().ok()?.focus().err().and(None);
        }
        next = element.parent_element();
    }
    None
}

/// Whether letters are typed into it.
fn takes_letters(element: &Element) -> bool {
    let kind = element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::type_);
    kind.is_some_and(|kind| !matches!(kind.as_str(), "checkbox" | "radio")) || element.tag_name() == "TEXTAREA"
}

fn is_form(element: &Element) -> bool {
    element.tag_name() == "FORM"
}

fn is_field(element: &Element) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA")
}

/// A click into a field, on its label or on a fold inside an element with an act is the browser's own matter.
fn is_in_field(target: &Element) -> bool {
    is_field(target) || matches!(target.tag_name().as_str(), "LABEL" | "OPTION" | "SUMMARY")
}

/// The `data-` attributes of an element and its ancestors; the nearest wins.
fn dataset(target: &Element) -> BTreeMap<String, String> {
    let mut data = BTreeMap::new();
    let mut next = Some(target.clone());
    while let Some(element) = next {
        next = element.parent_element();
        let Ok(element) = element.dyn_into::<HtmlElement>() else { continue };
        for entry in js_sys::Object::entries(&element.dataset()).iter() {
            let entry = js_sys::Array::from(&entry);
            if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
                data.entry(name).or_insert(value);
            }
        }
    }
    // Where the keyboard is, for what moves along with it.
    data.insert("at".to_owned(), target.id());
    data
}

/// Name and value of every control of the nearest form, in document order. A box that is not ticked is empty; of
/// radio buttons only the chosen one is there.
fn form(target: &Element) -> Vec<(String, String)> {
    let Ok(Some(form)) = target.closest("form") else { return Vec::new() };
    let Ok(controls) = form.query_selector_all("input[name], select[name], textarea[name]") else { return Vec::new() };
    (0..controls.length()).filter_map(|place| control(&controls.get(place)?)).collect()
}

fn control(node: &web_sys::Node) -> Option<(String, String)> {
    if let Some(input) = node.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "radio" => input.checked().then(|| (input.name(), input.value())),
            "checkbox" => Some((input.name(), if input.checked() { input.value() } else { String::new() })),
            _ => Some((input.name(), input.value())),
        };
    }
    if let Some(select) = node.dyn_ref::<HtmlSelectElement>() {
        return Some((select.name(), select.value()));
    }
    node.dyn_ref::<HtmlTextAreaElement>().map(|area| (area.name(), area.value()))
}
