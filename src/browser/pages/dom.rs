// SPDX-License-Identifier: GPL-2.0-or-later
//! Puts markup into the page, region by region, and keeps the user's place in it.
//!
//! Must not use `innerHTML`: the markup is parsed in a document of its own, where nothing is loaded or run.

use super::super::sys;
use super::super::ui::Region;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsError, JsValue};
use web_sys::{
    Document, DocumentFragment, DomParser, Element, FocusOptions, HtmlElement, HtmlInputElement, HtmlSelectElement,
    HtmlTemplateElement, HtmlTextAreaElement, Node, SupportedType,
};

/// The type of a box that is ticked; its value does not say whether it is.
const TICKED: &str = "checkbox";

/// What each region shows.
#[derive(Default)]
pub(super) struct Regions(HashMap<&'static str, String>);

impl Regions {
    /// Brings every region up to date whose markup is not what it was, and in it only the elements that differ: what
    /// the user reads, marks or points at stays as it is.
    pub(super) fn patch(&mut self, document: &Document, regions: Vec<Region>) -> Result<(), JsValue> {
        for region in regions {
            if self.0.get(region.id).is_some_and(|shown| *shown == region.html) {
                continue;
            }
            let Some(element) = document.get_element_by_id(region.id) else {
                sys::complain("find a region of the page", &JsValue::from_str(region.id));
                continue;
            };
            let place = Place::of(document, &element)?;
            let markup = parse(&region.html)?;
            place.fold(&markup)?;
            reconcile(&element, &markup)?;
            place.restore(document)?;
            self.0.insert(region.id, region.html);
        }
        Ok(())
    }
}

/// Parses markup. A template lets rows of a table stand alone.
fn parse(html: &str) -> Result<DocumentFragment, JsValue> {
    let whole = format!("<template>{html}</template>");
    let parsed = DomParser::new()?.parse_from_string(&whole, SupportedType::TextHtml)?;
    let template = parsed.query_selector("template")?.ok_or_else(|| JsError::new("the markup was not parsed"))?;
    Ok(template.unchecked_into::<HtmlTemplateElement>().content())
}

/// Makes the children of `shown` those of `wanted`. Equal ones at both ends stay; between them, an element that differs
/// from its counterpart only inside is entered, and what is left is replaced.
fn reconcile(shown: &Node, wanted: &Node) -> Result<(), JsValue> {
    let (old, new) = (children(shown), children(wanted));
    let equal = |(old, new): &(&Node, &Node)| old.is_equal_node(Some(new));
    let head = old.iter().zip(&new).take_while(equal).count();
    let (old, new) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(equal).count();
    let after = old.len().checked_sub(tail).and_then(|place| old.get(place));
    let old = old.get(..old.len() - tail).unwrap_or_default();
    let new = new.get(..new.len() - tail).unwrap_or_default();
    for (place, node) in new.iter().enumerate() {
        match old.get(place) {
            Some(before) if same_shell(before, node) => reconcile(before, node)?,
            Some(before) => drop(shown.replace_child(node, before)?),
            None => drop(shown.insert_before(node, after)?),
        }
    }
    for gone in old.iter().skip(new.len()) {
        shown.remove_child(gone)?;
    }
    Ok(())
}

fn children(node: &Node) -> Vec<Node> {
    let list = node.child_nodes();
    (0..list.length()).filter_map(|place| list.get(place)).collect()
}

/// Whether two elements differ in nothing but their content.
fn same_shell(shown: &Node, wanted: &Node) -> bool {
    let (Some(shown), Some(wanted)) = (shown.dyn_ref::<Element>(), wanted.dyn_ref::<Element>()) else { return false };
    let shells = (shown.clone_node_with_deep(false), wanted.clone_node_with_deep(false));
    matches!(shells, (Ok(shown), Ok(wanted)) if shown.is_equal_node(Some(&wanted)))
}

/// Brings an element into view and puts the keyboard there; false while there is none of this id.
pub(super) fn show(document: &Document, id: &str) -> Result<bool, JsValue> {
    let Some(element) = document.get_element_by_id(id) else { return Ok(false) };
    element.scroll_into_view();
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        element.focus()?;
    }
    Ok(true)
}

/// Puts the keyboard to an element and unfolds what it is in, if it is there.
pub(super) fn focus(document: &Document, id: &str) -> Result<(), JsValue> {
    let Some(element) = document.get_element_by_id(id) else { return Ok(()) };
    if let Some(fold) = element.closest("details")? {
        fold.set_attribute("open", "")?;
    }
    element.dyn_ref::<HtmlElement>().map_or(Ok(()), HtmlElement::focus)
}

/// Says that the page has been shown.
pub(super) fn mark_ready(document: &Document) -> Result<(), JsValue> {
    let app = document.get_element_by_id("app").ok_or_else(|| JsError::new("the page has no element #app"))?;
    app.set_attribute("data-ready", "true")
}

/// Where the user is in a region, and what was typed there: by ids, as the elements themselves are replaced.
struct Place {
    focus: Option<Focus>,
    typed: Vec<Typed>,
    scrolled: Vec<(String, i32, i32)>,
    folds: Vec<(String, bool)>,
}

struct Focus {
    id: String,
    selection: Option<(u32, u32)>,
}

/// What was typed into a field and is not in the markup. The view means to replace it where it changes the
/// `data-generation` around the field; without that, new markup is about something else.
struct Typed {
    id: String,
    value: String,
    generation: Option<String>,
}

impl Place {
    fn of(document: &Document, region: &Element) -> Result<Self, JsValue> {
        let active =
            document.active_element().filter(|active| region.contains(Some(active)) && !active.id().is_empty());
        let mut place = Self {
            focus: active.map(|active| Focus { selection: selection(&active), id: active.id() }),
            typed: Vec::new(),
            scrolled: Vec::new(),
            folds: Vec::new(),
        };
        let named = region.query_selector_all("[id]")?;
        for element in (0..named.length()).filter_map(|at| named.get(at)?.dyn_into::<Element>().ok()) {
            let (left, top) = (element.scroll_left(), element.scroll_top());
            if (left, top) != (0, 0) {
                place.scrolled.push((element.id(), left, top));
            }
            if element.tag_name() == "DETAILS" {
                place.folds.push((element.id(), element.has_attribute("open")));
            }
            if let Some(value) = typed(&element) {
                place.typed.push(Typed { id: element.id(), value, generation: generation(&element) });
            }
        }
        Ok(place)
    }

    /// Unfolds in new markup what the user has unfolded, and folds what the user has folded.
    fn fold(&self, markup: &DocumentFragment) -> Result<(), JsValue> {
        for (id, open) in &self.folds {
            if let Some(fold) = markup.get_element_by_id(id) {
                fold.toggle_attribute_with_force("open", *open)?;
            }
        }
        Ok(())
    }

    fn restore(self, document: &Document) -> Result<(), JsValue> {
        for Typed { id, value, generation: before } in self.typed {
            if let Some(field) = document.get_element_by_id(&id).filter(|field| generation(field) == before) {
                write(&field, &value);
            }
        }
        for (id, left, top) in self.scrolled {
            if let Some(element) = document.get_element_by_id(&id) {
                element.set_scroll_left(left);
                element.set_scroll_top(top);
            }
        }
        if let Some(focus) = self.focus {
            focus.restore(document)?;
        }
        Ok(())
    }
}

impl Focus {
    fn restore(self, document: &Document) -> Result<(), JsValue> {
        let Some(element) = document.get_element_by_id(&self.id) else { return Ok(()) };
        let focusing = FocusOptions::new();
        focusing.set_prevent_scroll(true);
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            element.focus_with_options(&focusing)?;
        }
        let Some((start, end)) = self.selection else { return Ok(()) };
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.set_selection_range(start, end)
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            area.set_selection_range(start, end)
        } else {
            Ok(())
        }
    }
}

/// The generation of the markup that a field stands in.
fn generation(field: &Element) -> Option<String> {
    field.closest("[data-generation]").ok()??.get_attribute("data-generation")
}

/// Caret and selection of a field; check boxes and the like have none.
fn selection(field: &Element) -> Option<(u32, u32)> {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return Some((input.selection_start().ok()??, input.selection_end().ok()??));
    }
    let area = field.dyn_ref::<HtmlTextAreaElement>()?;
    Some((area.selection_start().ok()??, area.selection_end().ok()??))
}

/// The value of a field where it is not the one in the markup.
fn typed(field: &Element) -> Option<String> {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        if input.type_() == TICKED {
            return (input.checked() != input.default_checked()).then(|| input.checked().to_string());
        }
        return Some(input.value()).filter(|value| *value != input.default_value());
    }
    if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        return Some(area.value()).filter(|value| area.default_value().is_ok_and(|shown| shown != *value));
    }
    let select = field.dyn_ref::<HtmlSelectElement>()?;
    let shown = select.query_selector("option[selected]").ok()?.or(select.query_selector("option").ok()?)?;
    Some(select.value()).filter(|value| shown.get_attribute("value").is_some_and(|shown| shown != *value))
}

fn write(field: &Element, value: &str) {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        if input.type_() == TICKED {
            input.set_checked(value == "true");
        } else {
            input.set_value(value);
        }
    } else if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(value);
    } else if let Some(select) = field.dyn_ref::<HtmlSelectElement>() {
        select.set_value(value);
    }
}
