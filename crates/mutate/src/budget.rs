//! How long a text may be parsed: counted in steps of the parser, so that a file is cut off on every machine or on none.

use std::ops::ControlFlow;

/// Why a parse was given up, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutOff {
    /// It took more steps than any code of its size.
    Steps(usize),
    /// From here on no reading of the text was free of errors for too many steps.
    Lost(usize),
}

/// What is left to a parse. The parser asks after every hundred of its operations: a step.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Steps that are left at all.
    left: usize,
    /// Steps so far, without one between them, at which no reading of the text was free of errors.
    lost: usize,
    /// The most of them in a row.
    most_lost: usize,
    /// Where the parser got lost.
    lost_at: usize,
}

impl Budget {
    /// The budget for a text of so many bytes.
    ///
    /// Real code takes at most one step for 54 bytes, code of short words and brackets one for 24. Where it does not fit
    /// its grammar the parser is lost for 80 steps in 10 kB, or for 1,900 in 880 kB; beyond that there is nothing to find,
    /// and a step takes the longer, the longer the parser has been lost.
    pub(crate) fn of(bytes: usize) -> Self {
        Self { left: 300 + bytes / 16, lost: 0, most_lost: (150 + bytes / 450).min(2_500), lost_at: 0 }
    }

    /// Takes a step that ended at a byte; says whether to go on.
    pub(crate) fn step(&mut self, lost: bool, at: usize) -> ControlFlow<CutOff> {
        self.left = self.left.saturating_sub(1);
        if !lost {
            self.lost = 0;
        } else if self.lost == 0 {
            (self.lost, self.lost_at) = (1, at);
        } else {
            self.lost += 1;
        }
        if self.lost > self.most_lost {
            ControlFlow::Break(CutOff::Lost(self.lost_at))
        } else if self.left == 0 {
            ControlFlow::Break(CutOff::Steps(at))
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many steps a parse gets when every so many of them is not lost, and why no more; 0 for none.
    fn steps(bytes: usize, sound_every: usize) -> (usize, CutOff) {
        let mut budget = Budget::of(bytes);
        (1..)
            .find_map(|step| {
                let lost = sound_every == 0 || step % sound_every != 0;
                budget.step(lost, step * 10).break_value().map(|cut| (step, cut))
            })
            .unwrap()
    }

    #[test]
    fn a_parse_gets_steps_by_the_bytes_of_its_text() {
        assert_eq!(steps(0, 1), (300, CutOff::Steps(3_000)));
        assert_eq!(steps(1_000_000, 1), (62_800, CutOff::Steps(628_000)));
        assert_eq!(steps(1_000_000, 100).0, 62_800);
    }

    #[test]
    fn a_parser_that_is_lost_gets_few_however_long_the_text() {
        assert_eq!(steps(10_000, 0), (173, CutOff::Lost(10)));
        assert_eq!(steps(1_000_000, 0).0, 2_373);
        assert_eq!(steps(32_000_000, 0).0, 2_501);
    }
}
