//! Tests of the outside world: real git, real processes, real test frameworks.
