//! Arbitrary bytes as a file of javascript.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.jsx");
