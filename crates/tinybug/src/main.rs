//! The tinybug binary.
fn main() {}
