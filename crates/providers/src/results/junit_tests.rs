//! Tests of the `JUnit` reader, by dialect.

use super::*;

fn named(report: &str) -> Vec<(String, TestOutcome)> {
    parse(report.as_bytes()).unwrap().into_iter().map(|test| (test.id.to_string(), test.outcome)).collect()
}

#[test]
fn pytest_names_tests_by_class_and_keeps_parameters() {
    let report = r#"<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" tests="4">
        <testcase classname="tests.test_calc" name="test_add[1-&lt;2&gt;]" time="0.001" />
        <testcase classname="tests.test_calc.TestX" name="test_b" time="1,234.5"><failure message="assert 1 == 2">def test_b():
&gt;  assert 1 == 2</failure></testcase>
        <testcase classname="tests.test_calc" name="test_c"><skipped type="pytest.skip" message="no">why</skipped></testcase>
        <testcase classname="" name="tests.test_broken"><error message="collection failure"><![CDATA[ImportError]]></error></testcase>
        </testsuite></testsuites>"#;
    assert_eq!(
        named(report),
        [
            ("tests.test_calc::test_add[1-<2>]".to_owned(), TestOutcome::Passed),
            ("tests.test_calc.TestX::test_b".to_owned(), TestOutcome::Failed),
            ("tests.test_calc::test_c".to_owned(), TestOutcome::Skipped),
            ("pytest::tests.test_broken".to_owned(), TestOutcome::Failed),
        ]
    );
    let tests = parse(report.as_bytes()).unwrap();
    assert_eq!(tests[1].duration_ms, 1_234_500);
    assert_eq!(tests[1].message.as_deref(), Some("assert 1 == 2\ndef test_b():\n>  assert 1 == 2"));
    assert_eq!(tests[3].message.as_deref(), Some("collection failure\nImportError"));
}

#[test]
fn node_tests_are_named_by_their_suites_or_file() {
    let report = r#"<testsuites><testsuite name="cart"><testsuite name="totals">
        <testcase name="adds" time="0.1" classname="test"/></testsuite></testsuite>
        <testcase name="alone" classname="test" file="/slot/a.test.js"/></testsuites>"#;
    assert_eq!(
        named(report),
        [
            ("cart > totals::adds".to_owned(), TestOutcome::Passed),
            ("/slot/a.test.js::alone".to_owned(), TestOutcome::Passed)
        ]
    );
}

#[test]
fn reruns_of_surefire_are_results_in_order() {
    let report = r#"<testsuite name="a.B"><testcase name="flaky" classname="a.B" time="0.2">
        <flakyFailure message="first">x</flakyFailure><system-out>noise</system-out></testcase>
        <testcase name="broken" classname="a.B"><failure message="one"/><rerunFailure message="two"/></testcase></testsuite>"#;
    assert_eq!(
        named(report),
        [
            ("a.B::flaky".to_owned(), TestOutcome::Failed),
            ("a.B::flaky".to_owned(), TestOutcome::Passed),
            ("a.B::broken".to_owned(), TestOutcome::Failed),
            ("a.B::broken".to_owned(), TestOutcome::Failed),
        ]
    );
}

#[test]
fn duplicates_stay_in_order() {
    let report = r#"<testsuite><testcase classname="a" name="t"><failure/></testcase><testcase classname="a" name="t"/></testsuite>"#;
    assert_eq!(named(report), [("a::t".to_owned(), TestOutcome::Failed), ("a::t".to_owned(), TestOutcome::Passed)]);
}

#[test]
fn control_characters_and_wild_times_do_no_harm() {
    let report = "<testsuite><testcase classname=\"a\" name=\"t\u{1b}[31m\u{0}\" time=\"soon\">\
                  <failure message=\"a &unknown; b\">\u{8}x & y</failure></testcase></testsuite>";
    let tests = parse(report.as_bytes()).unwrap();
    assert_eq!(tests[0].id.name, "t[31m");
    assert_eq!(tests[0].duration_ms, 0);
    assert_eq!(tests[0].message.as_deref(), Some("a &unknown; b\nx & y"));
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, reason) in [
        ("", "it is empty"),
        ("<project><name>x</name></project>", "its root is <project>"),
        ("<testsuite><testcase name=\"a\">", "it ends in the middle"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite/>", "it has a document type"),
    ] {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, format!("it is no JUnit report: {reason}"));
    }
    let deep = "<testsuite>".repeat(200);
    assert!(parse(deep.as_bytes()).is_err());
}
