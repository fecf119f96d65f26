//! Arbitrary bytes as a file of csharp.

#![no_main]

tinybug_mutate_fuzz::target!("src/file.cs");
