// SPDX-License-Identifier: GPL-2.0-or-later
//! Puts markup into the page, region by region, and keeps the user's place in it.
//!
//! Must not use `innerHTML`: the markup is parsed in a document of its own, where nothing is loaded or run.

use super::super::sys;
use super::super::ui_standin::Region;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsError, JsValue};
use web_sys::{
    Document, DocumentFragment, DomParser, Element, HtmlElement, HtmlInputElement, HtmlTemplateElement,
    HtmlTextAreaElement, SupportedType,
};

/// What each region shows.
#[derive(Default)]
pub(super) struct Regions(HashMap<&'static str, String>);

impl Regions {
    /// Replaces the content of every region whose markup is not what it was.
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
            element.replace_children_with_node_1(&markup);
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

/// Says that the page has been shown.
pub(super) fn mark_ready(document: &Document) -> Result<(), JsValue> {
    let app = document.get_element_by_id("app").ok_or_else(|| JsError::new("the page has no element #app"))?;
    app.set_attribute("data-ready", "true")
}

/// Where the user is in a region: by ids, as the elements themselves are replaced.
struct Place {
    focus: Option<Focus>,
    scrolled: Vec<(String, i32, i32)>,
    open: Vec<String>,
    shut: Vec<String>,
}

struct Focus {
    id: String,
    /// What was typed and is not in the markup.
    typed: Option<String>,
    selection: Option<(u32, u32)>,
}

impl Place {
    fn of(document: &Document, region: &Element) -> Result<Self, JsValue> {
        let active =
            document.active_element().filter(|active| region.contains(Some(active)) && !active.id().is_empty());
        let mut place =
            Self { focus: active.as_ref().map(Focus::of), scrolled: Vec::new(), open: Vec::new(), shut: Vec::new() };
        let named = region.query_selector_all("[id]")?;
        for element in (0..named.length()).filter_map(|at| named.get(at)?.dyn_into::<Element>().ok()) {
            let (left, top) = (element.scroll_left(), element.scroll_top());
            if (left, top) != (0, 0) {
                place.scrolled.push((element.id(), left, top));
            }
            if element.tag_name() == "DETAILS" {
                let list = if element.has_attribute("open") { &mut place.open } else { &mut place.shut };
                list.push(element.id());
            }
        }
        Ok(place)
    }

    fn restore(self, document: &Document) -> Result<(), JsValue> {
        for fold in self.open.iter().filter_map(|id| document.get_element_by_id(id)) {
            fold.set_attribute("open", "")?;
        }
        for fold in self.shut.iter().filter_map(|id| document.get_element_by_id(id)) {
            fold.remove_attribute("open")?;
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
    fn of(active: &Element) -> Self {
        let (typed, selection) = if let Some(input) = active.dyn_ref::<HtmlInputElement>() {
            // Fields without text, such as check boxes, throw here or have nothing.
            let start = input.selection_start().ok().flatten();
            let end = input.selection_end().ok().flatten();
            ((input.value() != input.default_value()).then(|| input.value()), start.zip(end))
        } else if let Some(area) = active.dyn_ref::<HtmlTextAreaElement>() {
            let start = area.selection_start().ok().flatten();
            let end = area.selection_end().ok().flatten();
            let typed = area.default_value().is_ok_and(|shown| shown != area.value()).then(|| area.value());
            (typed, start.zip(end))
        } else {
            (None, None)
        };
        Self { id: active.id(), typed, selection }
    }

    fn restore(self, document: &Document) -> Result<(), JsValue> {
        let Some(element) = document.get_element_by_id(&self.id) else { return Ok(()) };
        if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            if let Some(typed) = &self.typed {
                input.set_value(typed);
            }
            if let Some((start, end)) = self.selection {
                input.set_selection_range(start, end)?;
            }
        } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            if let Some(typed) = &self.typed {
                area.set_value(typed);
            }
            if let Some((start, end)) = self.selection {
                area.set_selection_range(start, end)?;
            }
        }
        element.dyn_ref::<HtmlElement>().map_or(Ok(()), HtmlElement::focus)
    }
}
