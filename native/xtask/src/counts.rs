//! How many tests passed, failed and were skipped.

use std::fmt;
use std::ops::AddAssign;

use anyhow::{Context, Result, bail};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Numbers of one run, or of several together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ran to a good end.
    pub passed: u64,
    /// Did not, or could not be run although they should.
    pub failed: u64,
    /// Were left out.
    pub skipped: u64,
}

impl Counts {
    /// One failure.
    pub const FAILURE: Self = Self {
        passed: 0,
        failed: 1,
        skipped: 0,
    };

    /// Reads a JUnit report.
    ///
    /// # Errors
    /// When it is not well-formed or no report.
    pub fn from_junit(report: &str) -> Result<Self> {
        let mut reader = Reader::from_str(report);
        let mut counts = Self::default();
        let mut seen_root = false;
        // What the test case at hand came to; none outside of test cases.
        let mut case: Option<Outcome> = None;
        loop {
            match reader
                .read_event()
                .context("the test report is not well-formed")?
            {
                Event::Start(element) => match element.name().as_ref() {
                    "testsuites" | "testsuite" => seen_root = true,
                    "testcase" => case = Some(Outcome::Passed),
                    name => case = case.map(|outcome| outcome.with(name)),
                },
                Event::Empty(element) => match element.name().as_ref() {
                    "testsuites" | "testsuite" => seen_root = true,
                    "testcase" => counts.add(Outcome::Passed),
                    name => case = case.map(|outcome| outcome.with(name)),
                },
                Event::End(element) if element.name().as_ref() == "testcase" => {
                    if let Some(outcome) = case.take() {
                        counts.add(outcome);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if !seen_root {
            bail!("the test report has no test suites");
        }
        Ok(counts)
    }

    /// Adds up the `test result:` lines that `cargo test` prints for each test program.
    pub fn from_cargo_test(output: &str) -> Self {
        let mut counts = Self::default();
        for line in output.lines() {
            let Some((_, numbers)) = line.split_once("test result: ") else {
                continue;
            };
            for part in numbers.split([';', '.']) {
                let mut words = part.split_whitespace();
                let (Some(number), Some(what)) = (
                    words.next().and_then(|word| word.parse::<u64>().ok()),
                    words.next(),
                ) else {
                    continue;
                };
                match what {
                    "passed" => counts.passed += number,
                    "failed" => counts.failed += number,
                    "ignored" => counts.skipped += number,
                    _ => {}
                }
            }
        }
        counts
    }

    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Skipped => self.skipped += 1,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The line that a run ends with.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[derive(Clone, Copy)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Outcome {
    fn with(self, element: &str) -> Self {
        match element {
            "failure" | "error" => Self::Failed,
            "skipped" => Self::Skipped,
            _ => self,
        }
    }
}
