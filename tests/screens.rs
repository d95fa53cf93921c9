// SPDX-License-Identifier: GPL-2.0-or-later
//! Every screen in every state, and what a click on it does.

#[path = "screens/adding_behaviour.rs"]
mod adding_behaviour;
#[path = "screens/behaviour.rs"]
mod behaviour;
#[path = "screens/bench_behaviour.rs"]
mod bench_behaviour;
#[path = "screens/delivery_behaviour.rs"]
mod delivery_behaviour;
#[path = "screens/file.rs"]
mod file;
#[path = "screens/markup.rs"]
mod markup;
#[path = "screens/polite_behaviour.rs"]
mod polite_behaviour;
#[path = "screens/road_behaviour.rs"]
mod road_behaviour;
#[path = "screens/states.rs"]
mod states;
#[path = "screens/team_behaviour.rs"]
mod team_behaviour;

#[test]
fn every_screen_is_as_it_was_looked_at() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, page) in states::all() {
            let regions = page.regions();
            let text: Vec<String> = regions
                .iter()
                .map(|region| format!("== {} ==\n{}\n", region.id, region.html.replace("><", ">\n<")))
                .collect();
            insta::assert_snapshot!(name, text.join("\n"));
        }
    });
}
