//! Arbitrary bytes as a file of typescript.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.tsx");
