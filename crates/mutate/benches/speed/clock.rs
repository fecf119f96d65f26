//! Time that the processor gave: what others do on the machine at the same time counts little.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long some work takes this thread.
pub(crate) fn spent(work: impl FnOnce()) -> Duration {
    between(ClockId::ThreadCPUTime, work)
}

/// How long some work takes all threads together.
pub(crate) fn spent_by_all(work: impl FnOnce()) -> Duration {
    between(ClockId::ProcessCPUTime, work)
}

fn between(clock: ClockId, work: impl FnOnce()) -> Duration {
    let before = now(clock);
    work();
    now(clock).saturating_sub(before)
}

fn now(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
