// SPDX-License-Identifier: GPL-2.0-or-later
//! How much work a reading takes, in bytes looked at: tests count it, so that linear time is shown without a clock.
//!
//! Must cost nothing outside tests.

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Notes that this many bytes were looked at.
#[cfg(test)]
pub(crate) fn note(bytes: usize) {
    DONE.with(|done| done.set(done.get() + bytes));
}

/// Notes nothing.
#[cfg(not(test))]
pub(crate) const fn note(_bytes: usize) {}

/// How many bytes `run` looks at; every call counts as one more.
#[cfg(test)]
pub(crate) fn count(run: impl FnOnce()) -> usize {
    let before = DONE.with(std::cell::Cell::get);
    run();
    DONE.with(std::cell::Cell::get) - before + 1
}
