//! Shows how far a measurement is: a bar on a terminal, a line per phase elsewhere.

use indicatif::ProgressBar;
use tinybug_model::MeasurementState;

use crate::{client::Measurement, console::Console};

/// Follows one measurement.
pub(crate) struct Watch<'a> {
    console: &'a Console,
    bar: Option<ProgressBar>,
    phase: Option<MeasurementState>,
    told_commit: bool,
}

impl<'a> Watch<'a> {
    /// Begins to follow.
    pub(crate) fn new(console: &'a Console) -> Self {
        Self { console, bar: console.counter(), phase: None, told_commit: false }
    }

    /// Shows where it stands now.
    pub(crate) fn show(&mut self, measurement: &Measurement) {
        self.show_commit(measurement);
        let progress = &measurement.progress;
        if self.phase != Some(measurement.state) {
            self.phase = Some(measurement.state);
            if self.bar.is_none()
                && let Some(line) = phase_line(measurement)
            {
                self.console.say(line);
            }
        }
        let Some(bar) = &self.bar else { return };
        bar.set_prefix(measurement.state.name());
        bar.set_length(progress.mutants.into());
        bar.set_position(progress.judged.into());
        bar.set_message(counts(measurement));
    }

    /// Says once, and aloud, what is measured when that is not simply a commit.
    fn show_commit(&mut self, measurement: &Measurement) {
        let Some(commit) = measurement.commit.as_ref().filter(|_| !self.told_commit) else { return };
        self.told_commit = true;
        let short = &commit.sha[..commit.sha.len().min(12)];
        self.console.say(if commit.dirty {
            format!(
                "Measuring the working tree as it is, uncommitted changes included, as commit {short} outside of your repository."
            )
        } else {
            format!("Measuring commit {short}.")
        });
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

fn phase_line(measurement: &Measurement) -> Option<String> {
    let mutants = measurement.progress.mutants;
    match measurement.state {
        MeasurementState::Preparing => {
            Some("Fetching the code, finding the commands, drawing the mutants …".to_owned())
        }
        MeasurementState::Baseline => Some("Running the unchanged code …".to_owned()),
        MeasurementState::Trials => Some(format!("Trying {mutants} mutants …")),
        _ => None,
    }
}

fn counts(measurement: &Measurement) -> String {
    if measurement.state == MeasurementState::Baseline {
        return format!("run {}", measurement.progress.baseline_runs);
    }
    let verdicts = &measurement.progress.verdicts;
    verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", ")
}
