//! Arbitrary bytes as a file of go.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.go");
