//! Arbitrary bytes as a file of java.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.java");
