//! Arbitrary bytes as a file of c.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.c");
