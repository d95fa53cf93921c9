// SPDX-License-Identifier: GPL-2.0-or-later
//! What a click does: from the act of an element to a command or another effect.
//!
//! Must not touch the tests that are edited: `benching` does.

use super::page::{Page, Told};
use super::seam::{Effect, Event};
use super::{adding, allowing, concerned, settings, sharing};
use crate::app::{Command, Problem, SettingsForm, State};
use crate::change::change_number;
use crate::report::Form;
use crate::verify::Limits;

impl Page {
    pub(super) fn perform(&mut self, event: &Event) -> Vec<Effect> {
        let gerrit = event.number("gerrit").or_else(|| event.number("patch")).or(self.change);
        if let Some(effects) = adding::act(self, event, gerrit)
            .or_else(|| sharing::act(self, event))
            .or_else(|| concerned::act(self, event))
        {
            return effects;
        }
        match (event.act.as_str(), gerrit) {
            ("refresh", _) => send(Command::Refresh { force: true }),
            ("verify-mwdebug", Some(gerrit)) => send(Command::VerifyOnMwdebug { gerrit }),
            ("verify-production", Some(gerrit)) => send(Command::VerifyOnProduction { gerrit, anyway: false }),
            ("verify-production-anyway", Some(gerrit)) => send(Command::VerifyOnProduction { gerrit, anyway: true }),
            ("examine", Some(gerrit)) => {
                self.examined.insert(gerrit);
                send(Command::Examine { gerrit })
            }
            ("copy-entry", Some(gerrit)) => self.copy_entry(gerrit),
            ("copy-commands", Some(gerrit)) => self.copy_commands(gerrit, event),
            ("show-earlier", _) => send(Command::ShowEarlier),
            ("settle-server", _) => settings::settled(event).map_or_else(Vec::new, send),
            ("cancel", _) => send(Command::Cancel),
            ("edit-tests", Some(gerrit)) => vec![Effect::Open(format!("workbench.html#{gerrit}"))],
            ("settings", _) => vec![Effect::Open("workbench.html".to_owned())],
            ("browse", _) => {
                event.data.get("url").map_or_else(Vec::new, |url| send(Command::BrowseOnMwdebug { url: url.clone() }))
            }
            ("stop-browsing", _) => {
                event.number("tab").map_or_else(Vec::new, |tab| send(Command::StopBrowsing { tab }))
            }
            ("send-report", _) => {
                event.data.get("run").map_or_else(Vec::new, |run| send(Command::SendReport { run: run.clone() }))
            }
            ("take-back-report", _) => {
                event.data.get("run").map_or_else(Vec::new, |run| send(Command::TakeBackReport { run: run.clone() }))
            }
            ("send-trial", _) => send(Command::SendTrial),
            ("copy-report", _) => self.copy_line(event),
            ("save-report", _) => self.save_report(event),
            ("grant-access", _) => self.grant_access(),
            ("save-nick", _) => self.save_nick(event),
            ("save-settings", _) => self.save_settings(event),
            ("remove-webhook", _) => {
                save_alone(SettingsForm { webhook: Some(String::new()), ..SettingsForm::default() })
            }
            ("usual-limits", _) => {
                save_alone(SettingsForm { limits: Some(Limits::default()), ..SettingsForm::default() })
            }
            ("allow-test", _) => allowing::meant(event).map_or_else(Vec::new, send),
            ("choose", Some(gerrit)) => {
                self.set_change(Some(gerrit));
                Vec::new()
            }
            ("open-change", _) => self.open_change(event),
            _ => self.work_on_tests(event),
        }
    }

    pub(super) fn dismiss(&mut self) -> Vec<Effect> {
        let noticed = self.state.as_ref().is_some_and(|state| state.notice.is_some());
        if self.problem.take().is_none() && noticed { send(Command::Dismiss) } else { Vec::new() }
    }

    fn copy_line(&mut self, event: &Event) -> Vec<Effect> {
        let Some((run, line)) = event.data.get("run").cloned().zip(self.line_of(event)) else { return Vec::new() };
        self.told = Some(Told::LineCopied(run));
        vec![Effect::Copy(line)]
    }

    fn line_of(&self, event: &Event) -> Option<String> {
        let id = event.data.get("run")?;
        let state = self.state.as_ref()?;
        let run = state.runs.iter().find(|run| run.journal.plan.id == *id);
        let left = state.left_reports.iter().find(|posted| posted.run == *id).map(|posted| &posted.report);
        run.and_then(|run| run.report.as_ref()).or(left).map(|report| report.line.clone())
    }

    /// The run as a file. It is made here: the click is all that lets it out of the browser.
    fn save_report(&mut self, event: &Event) -> Vec<Effect> {
        let form = event.data.get("form").and_then(|form| Form::of_extension(form));
        let run = |state: &State| {
            let id = event.data.get("run")?;
            state.runs.iter().map(|run| &run.journal).find(|journal| journal.plan.id == *id).cloned()
        };
        let Some((form, journal)) = form.zip(self.state.as_ref().and_then(run)) else { return Vec::new() };
        match form.of_run(&journal) {
            Ok(text) => vec![Effect::Download { name: form.file_name(&journal), text }],
            Err(why) => {
                self.problem = Some(Problem::NotWritten { detail: why.to_string() });
                Vec::new()
            }
        }
    }

    fn grant_access(&self) -> Vec<Effect> {
        let mut origins = self.state.as_ref().map_or_else(Vec::new, |state| state.no_access.clone());
        if let Some(Problem::NoAccess { origins: refused }) = &self.problem {
            origins.extend(refused.iter().filter(|origin| !origins.contains(origin)).cloned().collect::<Vec<_>>());
        }
        let then = Command::Refresh { force: true };
        vec![Effect::RequestAccess { origins, reports_leave_browser: false, then }]
    }

    fn save_nick(&mut self, event: &Event) -> Vec<Effect> {
        let Some(nick) = event.field("nick").map(str::trim).filter(|nick| !nick.is_empty()) else {
            self.problem = Some(Problem::NoNick);
            return Vec::new();
        };
        save_alone(SettingsForm { nick: Some(nick.to_owned()), ..SettingsForm::default() })
    }

    fn save_settings(&mut self, event: &Event) -> Vec<Effect> {
        let Some(state) = &self.state else { return Vec::new() };
        match settings::meant(event, &state.settings) {
            Ok(effect) => vec![effect],
            Err(why) => {
                self.told = Some(Told::SettingRefused(why));
                Vec::new()
            }
        }
    }

    fn open_change(&mut self, event: &Event) -> Vec<Effect> {
        let typed = event.field("change").unwrap_or_default().trim();
        match typed.parse().ok().or_else(|| change_number(typed)).filter(|gerrit| *gerrit > 0) {
            Some(gerrit) => self.set_change(Some(gerrit)),
            None => self.told = Some(Told::NoSuchChange),
        }
        Vec::new()
    }
}

/// Saves one setting; what is typed into the others stays unsaved.
fn save_alone(form: SettingsForm) -> Vec<Effect> {
    send(Command::SaveSettings { form })
}

pub(super) fn send(command: Command) -> Vec<Effect> {
    vec![Effect::Send(command)]
}
