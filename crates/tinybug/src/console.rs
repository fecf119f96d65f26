//! What a person sees while a command works: bars on a terminal, plain lines elsewhere, all on standard error.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tinybug_embedded::ProgressEvent;

/// Standard error, as a terminal or as a log.
pub(crate) struct Console {
    bars: Option<MultiProgress>,
    parts: Mutex<BTreeMap<String, ProgressBar>>,
}

impl Console {
    /// Bars when standard error is a terminal, lines otherwise.
    pub(crate) fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, parts: Mutex::default() }
    }

    /// Says one sentence.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        match &self.bars {
            Some(bars) => bars.suspend(|| write_line(text.as_ref())),
            None => write_line(text.as_ref()),
        }
    }

    /// A bar that counts; `None` where there is no terminal.
    pub(crate) fn counter(&self) -> Option<ProgressBar> {
        let style = ProgressStyle::with_template("{prefix:>10} {bar:32.cyan/dim} {pos}/{len} {wide_msg}")
            .expect("the template is a constant that a test draws");
        Some(self.bars.as_ref()?.add(ProgressBar::new(0).with_style(style)))
    }

    /// Shows a step of the embedded services.
    pub(crate) fn service(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Started { part, what } => self.part_started(part, what),
            ProgressEvent::Line { part, text } => self.part_line(part, text),
            ProgressEvent::Finished { part } => self.part_finished(part),
            ProgressEvent::Notice { text } => self.say(text),
            // The error that follows says the same.
            ProgressEvent::Failed { .. } => {}
        }
    }

    /// Takes the services' bars away.
    pub(crate) fn services_settled(&self) {
        for (_, bar) in std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner)) {
            bar.finish_and_clear();
        }
    }

    fn part_started(&self, part: &str, what: &str) {
        let Some(bars) = &self.bars else { return write_line(what) };
        let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}")
            .expect("the template is a constant that a test draws");
        let bar = bars.add(ProgressBar::new_spinner().with_style(style).with_prefix(what.to_owned()));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(part.to_owned(), bar);
    }

    fn part_line(&self, part: &str, text: &str) {
        if let Some(bar) = self.parts.lock().unwrap_or_else(PoisonError::into_inner).get(part) {
            bar.set_message(text.to_owned());
        }
    }

    fn part_finished(&self, part: &str) {
        if let Some(bar) = self.parts.lock().unwrap_or_else(PoisonError::into_inner).remove(part) {
            bar.finish_and_clear();
        }
    }
}

fn write_line(text: &str) {
    // A closed standard error is no reason to stop: there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_draw_on_a_terminal() {
        let console = Console {
            bars: Some(MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden())),
            parts: Mutex::default(),
        };
        let counter = console.counter().expect("a terminal has bars");
        counter.set_length(3);
        console.service(&ProgressEvent::Started { part: "temporal-server".into(), what: "building Temporal".into() });
        console.service(&ProgressEvent::Line { part: "temporal-server".into(), text: "compiling".into() });
        let shown = console.parts.lock().unwrap()["temporal-server"].message();
        assert_eq!((counter.length(), shown.as_str()), (Some(3), "compiling"));
        console.service(&ProgressEvent::Finished { part: "temporal-server".into() });
        assert!(console.parts.lock().unwrap().is_empty());
    }
}
