//! From the facts of a measurement to documents: the JSON contract that scripts read, and the summary that people
//! read. Pure: the caller fills [`MeasurementFacts`], nothing is fetched or reckoned again here.

pub mod contract;
pub mod facts;
pub mod text;

pub use contract::{MeasurementReport, MutantReport};
pub use facts::{MeasurementFacts, MutantFacts};
pub use text::summary;
