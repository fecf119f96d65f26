//! Bounded concurrency: lanes that pull numbers from one counter.

use std::cell::Cell;

use temporalio_workflow::{WorkflowTermination, join_all};

/// Calls `work` for each number of the range, at most `width` at once, and in order of number, for as long as
/// `goes_on`; returns the first number that it was not called for. All lanes come to their end before the first error
/// is returned, so that nothing runs on behind the caller's back.
pub(crate) async fn lanes<F>(
    width: u32,
    range: std::ops::Range<u32>,
    goes_on: impl Fn() -> bool,
    work: impl Fn(u32) -> F,
) -> Result<u32, WorkflowTermination>
where
    F: Future<Output = Result<(), WorkflowTermination>>,
{
    let next = Cell::new(range.start);
    let lanes = (0..width.max(1)).map(|_| async {
        while next.get() < range.end && goes_on() {
            let number = next.replace(next.get() + 1);
            work(number).await?;
        }
        Ok(())
    });
    join_all(lanes).await.into_iter().collect::<Result<(), WorkflowTermination>>()?;
    Ok(next.get())
}
