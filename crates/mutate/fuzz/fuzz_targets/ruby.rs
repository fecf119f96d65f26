//! Arbitrary bytes as a file of ruby.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.rb");
