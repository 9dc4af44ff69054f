//! Reading what test runners report.

use xtask::counts::Counts;

#[test]
fn a_report_of_nextest() {
    let report = r#"<?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="nextest-run" tests="3" failures="1" errors="0">
          <testsuite name="a::it" tests="3" disabled="0" errors="0" failures="1">
            <testcase name="one" classname="a::it"/>
            <testcase name="two" classname="a::it"><failure message="x" type="y">z</failure><system-out/></testcase>
            <testcase name="three" classname="a::it"><system-err>text</system-err></testcase>
          </testsuite>
        </testsuites>"#;
    let counts = Counts::from_junit(report).unwrap();
    assert_eq!(
        counts,
        Counts {
            passed: 2,
            failed: 1,
            skipped: 0
        }
    );
}

#[test]
fn a_report_of_pester() {
    let report = r#"<testsuites tests="4" errors="0" failures="1" disabled="1">
          <testsuite name="a.Tests.ps1" tests="4" errors="0" failures="1" skipped="1">
            <properties><property name="p" value="v" /></properties>
            <testcase name="one" status="Passed" classname="a" />
            <testcase name="two" status="Skipped" classname="a"><skipped message="" /></testcase>
            <testcase name="three" status="Failed" classname="a"><failure message="Expected 1 &lt; 0" /></testcase>
            <testcase name="four" status="Passed" classname="a"></testcase>
          </testsuite>
        </testsuites>"#;
    assert_eq!(
        Counts::from_junit(report).unwrap(),
        Counts {
            passed: 2,
            failed: 1,
            skipped: 1
        }
    );
}

#[test]
fn what_is_no_report_is_an_error_and_not_a_success() {
    assert!(Counts::from_junit("").is_err());
    assert!(Counts::from_junit("<html/>").is_err());
    assert!(Counts::from_junit("<testsuites><testcase></testsuites>").is_err());
}

#[test]
fn the_lines_of_cargo_test() {
    let output = "
running 3 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.00s

test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 12.34s
";
    assert_eq!(
        Counts::from_cargo_test(output),
        Counts {
            passed: 12,
            failed: 3,
            skipped: 1
        }
    );
    assert_eq!(
        Counts::from_cargo_test("error: could not compile"),
        Counts::default()
    );
}

#[test]
fn the_last_line_of_a_run() {
    let mut counts = Counts {
        passed: 5,
        failed: 0,
        skipped: 2,
    };
    counts += Counts::FAILURE;
    assert_eq!(counts.to_string(), "5 passed, 1 failed, 2 skipped");
}
