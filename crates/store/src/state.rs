//! Which state of a measurement may follow which.

use tinybug_model::MeasurementState;

/// Whether a measurement in state `from` may be moved to `to`. Moving to the same state is no move.
pub(crate) fn may_follow(from: MeasurementState, to: MeasurementState) -> bool {
    if from.is_final() {
        false
    } else if from == MeasurementState::Cancelling {
        // A phase that was under way when the cancel came must not hide it; it may still end as it would have.
        to.is_final()
    } else {
        place(to) > place(from)
    }
}

fn place(state: MeasurementState) -> Option<usize> {
    MeasurementState::ALL.into_iter().position(|listed| listed == state)
}

#[cfg(test)]
mod tests {
    use super::{MeasurementState::*, *};

    #[test]
    fn nothing_follows_a_final_state() {
        for from in MeasurementState::ALL.into_iter().filter(|state| state.is_final()) {
            for to in MeasurementState::ALL {
                assert!(!may_follow(from, to), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_measurement_goes_forward_only() {
        assert!(may_follow(Queued, Preparing));
        assert!(may_follow(Baseline, Trials));
        assert!(!may_follow(Trials, Baseline));
        assert!(!may_follow(Trials, Trials));
    }

    #[test]
    fn every_open_state_can_be_cancelled_and_fail() {
        for from in [Queued, Preparing, Baseline, Trials, Reporting] {
            assert!(may_follow(from, Cancelling));
            assert!(may_follow(from, Cancelled));
            assert!(may_follow(from, Failed));
        }
    }

    #[test]
    fn a_cancel_is_not_hidden_by_a_phase_under_way() {
        assert!(!may_follow(Cancelling, Trials));
        assert!(!may_follow(Cancelling, Reporting));
        assert!(may_follow(Cancelling, Cancelled));
        assert!(may_follow(Cancelling, Completed));
    }
}
