// SPDX-License-Identifier: GPL-2.0-or-later
//! Where a change has got to on the servers.
//!
//! Must not ask a server.
