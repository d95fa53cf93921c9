// SPDX-License-Identifier: GPL-2.0-or-later
//! Pure views: state -> markup, and the pages' own small state.
//!
//! Must not name a browser type; whatever the user's clock or page knows is given as an argument.

mod above;
mod acting;
mod adding;
mod allowing;
mod answered;
mod assertion_form;
mod bench;
mod benching;
mod columns;
mod concerned;
mod control;
mod demand;
mod difference;
mod draft;
mod earlier;
mod exporting;
mod extra;
mod fitness;
mod icon;
mod limits;
mod live;
mod merging;
mod more;
mod named;
mod page;
mod pasted;
mod patch;
mod picked;
mod popup;
mod prepare;
mod presets;
mod problem;
mod progress;
mod rearranging;
mod report;
mod reporting;
mod row;
mod run;
mod seam;
mod search;
mod sent;
mod settings;
mod shared_page;
mod sharing;
mod stepper;
mod stored;
mod tests_form;
mod time;
mod toolbar;
mod tried;
mod what;
mod window;
mod workbench;

pub use bench::Bench;
pub use draft::Draft;
pub use page::Page;
pub use seam::{Effect, Event, Region, Screen};
