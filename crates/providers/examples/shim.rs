//! A program that is nothing but the shim, for tests of the local runner.

use std::process::ExitCode;

fn main() -> ExitCode {
    tinybug_providers::shim_main()
}
