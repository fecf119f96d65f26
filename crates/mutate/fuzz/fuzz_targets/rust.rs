//! Arbitrary bytes as a file of rust.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.rs");
