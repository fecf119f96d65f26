//! Arbitrary bytes as a file of python.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.py");
