// SPDX-License-Identifier: GPL-2.0-or-later
//! The pages' files as the extension ships them, with regions put in.

use backport_verify::ui::{Page, Screen};

/// The extension's folder.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/extension");

/// The page's whole markup with its regions in place. `Err` names a region that the file has no element for.
pub(crate) fn filled(page: &Page) -> Result<String, String> {
    let name = match page.screen {
        Screen::Popup => "popup.html",
        Screen::Workbench => "workbench.html",
    };
    let mut text = std::fs::read_to_string(format!("{FOLDER}/{name}")).map_err(|error| format!("{name}: {error}"))?;
    for region in page.regions() {
        let (from, to) = inside(&text, region.id).ok_or_else(|| format!("{name} has no element <{}>", region.id))?;
        text.replace_range(from..to, &region.html);
    }
    Ok(text)
}

/// Where the inner markup of the element with this id begins and ends.
fn inside(text: &str, id: &str) -> Option<(usize, usize)> {
    let mark = text.find(&format!(" id=\"{id}\""))?;
    let open = text.get(..mark)?.rfind('<')?;
    let name = text.get(open + 1..)?.split([' ', '>']).next()?;
    let from = mark + text.get(mark..)?.find('>')? + 1;
    let mut depth = 1;
    let mut at = from;
    while let Some(next) = text.get(at..)?.find('<').map(|step| at + step) {
        let rest = text.get(next + 1..)?;
        if rest.strip_prefix('/').is_some_and(|rest| rest.starts_with(name)) {
            depth -= 1;
            if depth == 0 {
                return Some((from, next));
            }
        } else if rest.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '>'])) {
            depth += 1;
        }
        at = next + 1;
    }
    None
}
