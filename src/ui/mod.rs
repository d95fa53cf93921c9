// SPDX-License-Identifier: GPL-2.0-or-later
//! Pure views: state -> markup.
//!
//! Must not name a browser type; whatever the user's clock or page knows is given as an argument.
