// SPDX-License-Identifier: GPL-2.0-or-later
//! Pure views: state -> markup, and the pages' own small state.
//!
//! Must not name a browser type; whatever the user's clock or page knows is given as an argument.

mod adding;
mod allowing;
mod answered;
mod columns;
mod difference;
mod draft;
mod earlier;
mod fitness;
mod icon;
mod limits;
mod more;
mod page;
mod pasted;
mod patch;
mod picked;
mod popup;
mod prepare;
mod presets;
mod problem;
mod progress;
mod report;
mod row;
mod run;
mod seam;
mod sent;
mod settings;
mod stepper;
mod tests_form;
mod time;
mod window;
mod workbench;

pub use draft::Draft;
pub use page::Page;
pub use seam::{Effect, Event, Region, Screen};
