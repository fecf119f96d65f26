//! Asks the tools of a language which mutants they refuse. An optimisation: where nobody can tell (no tool, code that does
//! not compile unchanged, no time left), the build decides.

mod batch;
mod compiler;
mod complaint;
mod parser;
mod place;
mod tools;

pub use compiler::{Compiler, Home};
pub use parser::Parser;
pub use place::{Answer, Place};
pub use tools::{Ruling, TOOLS, Tool, ask};
