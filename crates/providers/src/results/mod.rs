//! The formats in which test frameworks report.

pub mod compilers;
pub mod gotest;
pub mod jest;
pub mod junit;
pub mod libtest;
pub mod nextest;
pub mod node;
pub mod tap;
mod text;
pub mod unittest;

use tinybug_model::TestResult;

/// Results of tests that had to be compiled first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compiled {
    /// By test, in the order of the report.
    pub tests: Vec<TestResult>,
    /// The compiler refused.
    pub does_not_build: bool,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_report_that_is_cut_anywhere_is_read_or_refused_but_ends_no_worker() {
        let whole = "<testsuite><testcase classname=\"ä\" name=\"&#x1;&amp;\"><failure message=\"→\"><![CDATA[x]]></failure>\
                     </testcase></testsuite>\nok 1 - é # time=1ms\n  ---\n  a: ü\n  ...\ntest a::ö ... ok\n---- ö stdout ----\n\
                     \x20    Running tests/ü.rs (target/ü-1)\n PASS [ 0.1s] (1/2) ä ö\ntest_ä (t.T.test_ä) ... ok\n\
                     {\"Action\":\"run\",\"Package\":\"ä\",\"Test\":\"T\"}\n\u{1b}[31m=====\nFAIL: test_ä (t.T.test_ä)\n-----\nx\n";
        for (start, _) in whole.char_indices() {
            for (end, _) in whole[start..].char_indices() {
                let part = &whole[start..start + end];
                let _ = junit::parse(part.as_bytes());
                let _ = jest::parse(part.as_bytes(), Path::new("/"));
                assert!(node::parse(part, Path::new("/")).is_empty());
                let readable = [gotest::parse(part).tests, libtest::parse(part).tests, nextest::parse(part).tests];
                let texts = [tap::parse(part), unittest::parse(part)];
                assert!(readable.iter().chain(&texts).all(|tests| tests.len() <= 3));
            }
        }
    }
}
