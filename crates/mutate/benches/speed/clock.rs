//! Time that this thread was given by the processor: what others do on the machine at the same time counts little.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long some work takes this thread.
pub(crate) fn spent(work: impl FnOnce()) -> Duration {
    let before = now();
    work();
    now().saturating_sub(before)
}

fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
