// SPDX-License-Identifier: GPL-2.0-or-later
//! How many requests a run may have in flight, in the settings.
//!
//! Must not decide what is too many: `verify` does.

use super::seam::Event;
use crate::verify::Limits;
use maud::{Markup, html};
use std::ops::RangeInclusive;

const PER_HOST: &str = "limit-host";
const IN_ALL: &str = "limit-all";
const DEBUG: &str = "limit-debug";

/// The fold with the three numbers.
pub(super) fn view(limits: Limits) -> Markup {
    let Limits { per_host, in_all, debug } = limits;
    let usual = Limits::default();
    html! {
        details.bv-fold.bv-debug id="limits" {
            summary {
                "Requests at once"
                @if limits != usual { ": " (per_host) " to a site, " (in_all) " in all, " (debug) " to the test servers" }
            }
            fieldset.cdx-field.bv-boxes {
                legend.cdx-label {
                    span.cdx-label__description {
                        "A run never has more of them under way. Fewer are gentler and slower; the test servers are few, and others use them too."
                    }
                }
                (number(PER_HOST, "To one site", per_host, usual.per_host, &Limits::PER_HOST))
                (number(IN_ALL, "In all", in_all, usual.in_all, &Limits::IN_ALL))
                (number(DEBUG, "To the test servers", debug, usual.debug, &Limits::DEBUG))
                @if limits != usual {
                    button.cdx-button.cdx-button--weight-quiet type="button" id="usual-limits" data-act="usual-limits" {
                        "Back to the usual: " (usual.per_host) ", " (usual.in_all) ", " (usual.debug)
                    }
                }
            }
        }
    }
}

fn number(name: &str, label: &str, value: usize, usual: usize, bounds: &RangeInclusive<usize>) -> Markup {
    html! {
        div.bv-number {
            label for=(name) { (label) }
            div.cdx-text-input {
                input.cdx-text-input__input id=(name) name=(name) type="number" inputmode="numeric" step="1"
                    min=(bounds.start()) max=(bounds.end()) value=(value) placeholder=(usual) autocomplete="off"
                    aria-describedby={ (name) "-bounds" };
            }
            span.bv-note id={ (name) "-bounds" } { (bounds.start()) " to " (bounds.end()) }
        }
    }
}

/// What the form says of them; an empty field is the usual number. `None` where there are no fields, `Err` is a sentence
/// for beside the form.
pub(super) fn typed(event: &Event) -> Result<Option<Limits>, String> {
    let Limits { per_host, in_all, debug } = Limits::default();
    let fields = [(PER_HOST, per_host), (IN_ALL, in_all), (DEBUG, debug)];
    if fields.iter().all(|(name, _)| event.field(name).is_none()) {
        return Ok(None);
    }
    let read = |(name, usual): (&str, usize)| match event.field(name).unwrap_or_default().trim() {
        "" => Ok(usual),
        text => text.parse().map_err(|_| format!("Not saved: requests at once take a whole number, not <{text}>.")),
    };
    let [per_host, in_all, debug] = fields.map(read);
    Limits::new(per_host?, in_all?, debug?).map(Some).map_err(|error| format!("Not saved: {error}."))
}

#[cfg(test)]
mod tests {
    use super::typed;
    use crate::ui::seam::Event;
    use crate::verify::Limits;

    fn said(numbers: [&str; 3]) -> Result<Option<Limits>, String> {
        let names = ["limit-host", "limit-all", "limit-debug"].map(str::to_owned);
        typed(&Event { form: names.into_iter().zip(numbers.map(str::to_owned)).collect(), ..Event::default() })
    }

    #[test]
    fn the_numbers_are_read_and_an_empty_field_is_the_usual_one() {
        assert_eq!(said(["2", " 10 ", "1"]), Ok(Some(Limits { per_host: 2, in_all: 10, debug: 1 })));
        assert_eq!(said(["", "", ""]), Ok(Some(Limits::default())));
        assert_eq!(typed(&Event::default()), Ok(None));
    }

    #[test]
    fn what_is_no_number_or_out_of_bounds_is_told() {
        for (numbers, words) in [
            (["0", "24", "6"], "Not saved: requests at once to one site take a number from 1 to 24, not <0>."),
            (
                ["6", "24", "99"],
                "Not saved: requests at once to the test servers take a number from 1 to 12, not <99>.",
            ),
            (["many", "24", "6"], "Not saved: requests at once take a whole number, not <many>."),
            (["6", "-1", "6"], "Not saved: requests at once take a whole number, not <-1>."),
        ] {
            assert_eq!(said(numbers), Err(words.to_owned()));
        }
    }
}
