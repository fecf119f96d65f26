//! What only the engine and the outside world together can show.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod asked;
mod compilers;
mod project;
mod real_libraries;
mod table;
