//! How long a text may be parsed: counted in steps of the parser, so that a file is cut off on every machine or on none.

use std::ops::ControlFlow;

/// What is left to a parse. The parser asks after every hundred of its operations: a step.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Steps that are left at all.
    left: usize,
    /// Steps so far, without one between them, at which no reading of the text was free of errors.
    lost: usize,
    /// The most of them in a row.
    most_lost: usize,
}

impl Budget {
    /// The budget for a text of so many bytes.
    ///
    /// Real code takes at most one step for 54 bytes. Where it does not fit its grammar the parser is lost for 80 steps in
    /// 10 kB, or for 1,900 in 880 kB; beyond that there is nothing to find, and a step takes the longer, the longer the
    /// parser has been lost.
    pub(crate) fn of(bytes: usize) -> Self {
        Self { left: 300 + bytes / 50, lost: 0, most_lost: (150 + bytes / 450).min(2_500) }
    }

    /// Takes a step; says whether to go on.
    pub(crate) fn step(&mut self, lost: bool) -> ControlFlow<()> {
        self.left = self.left.saturating_sub(1);
        self.lost = if lost { self.lost + 1 } else { 0 };
        if self.left == 0 || self.lost > self.most_lost { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many steps a parse gets when every so many of them is not lost; 0 for none.
    fn steps(bytes: usize, sound_every: usize) -> usize {
        let mut budget = Budget::of(bytes);
        (1..100_000)
            .find(|step| budget.step(sound_every == 0 || step % sound_every != 0).is_break())
            .unwrap_or_default()
    }

    #[test]
    fn a_parse_gets_steps_by_the_bytes_of_its_text() {
        assert_eq!(steps(0, 1), 300);
        assert_eq!(steps(1_000_000, 1), 20_300);
        assert_eq!(steps(1_000_000, 100), 20_300);
    }

    #[test]
    fn a_parser_that_is_lost_gets_few_however_long_the_text() {
        assert_eq!(steps(10_000, 0), 173);
        assert_eq!(steps(1_000_000, 0), 2_373);
        assert_eq!(steps(32_000_000, 0), 2_501);
    }
}
