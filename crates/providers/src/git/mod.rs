//! Git, through its command line: a mirror of Tinybug's own, so that the user's repository is only ever read.

mod changes;
mod checkout;
mod command;
mod housekeeping;
mod mirror;
mod publish;
mod revision;
mod snapshot;
mod tree;

pub use changes::{Changes, changes_since, commit_of};
pub use mirror::Mirror;
pub use publish::Edit;
pub use snapshot::Snapshot;
pub use tree::TreeFile;

pub(crate) use command::{is_git_variable, run};
