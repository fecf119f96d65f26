//! The HTTP API: routes, who may use them, and the document that describes them to programs.
//!
//! It talks to the store alone. A request to do something is a row with a message in the outbox; a worker tells
//! Temporal. Answers that are no success are problems (RFC 9457), made in one place: [`problem::Problem`].

mod check;
mod extract;
mod frame;
mod page;
mod plan;
mod problem;
mod router;
mod routes;
mod schema;
mod serve;
mod state;
pub mod token;

pub use router::{openapi, openapi_json, router};
pub use serve::serve;
pub use state::{ApiState, Readiness, ReadinessAnswer};
