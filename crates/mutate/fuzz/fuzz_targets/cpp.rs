//! Arbitrary bytes as a file of cpp.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.cpp");
