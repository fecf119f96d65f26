//! The activities: each loads facts from the store, calls a pure crate or a provider, and saves what came out. One
//! file per activity; the contract is the `workflows` crate's, and documents them.

#![expect(missing_docs, reason = "an activity is documented where it is declared, in the contract")]

mod alive;
mod baseline;
mod build;
mod coverage;
mod drawing;
mod effective;
mod failure;
mod history;
mod measurement;
mod names;
pub mod namespaces;
mod org;
mod scope;
mod services;
mod source;
mod strata;
mod test_files;
mod trial;

pub use build::Builds;
pub use measurement::Measurements;
pub use org::Orgs;
pub use services::{Services, ServicesConfig};
pub use trial::Trials;
