//! How the command ends: exit codes, and what is said on standard error.

use std::process::ExitCode;

use licensing_api::error::ErrorCategory;
use licensing_api::{ErrorCode, Problem};

use crate::text;

/// Exit codes; they stand in the help of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Success = 0,
    /// Refused or failed.
    Failed = 1,
    /// The command line or the request is wrong; nothing was changed.
    Usage = 2,
    /// No connection, no answer in time, or an answer that is not understood.
    Unreachable = 3,
    /// The server's certificate is not the trusted one.
    Certificate = 4,
    /// Credentials are missing, wrong, or do not suffice.
    Credentials = 5,
    /// `doctor`: everything works, and a check has a warning.
    CheckWarned = 20,
    /// `doctor`: a check failed.
    CheckFailed = 21,
    /// Interrupted.
    Interrupted = 130,
    /// `stat` could not reach the server: the number that readers of its shape expect.
    NoLicenseServer = 241,
}

/// The same for the help.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    refused or failed
  2    the command line or the request is wrong; nothing was changed
  3    the server cannot be reached, did not answer in time, or is not understood
  4    the server's certificate is not the trusted one
  5    credentials are missing, wrong, or do not suffice
  20   doctor: everything works, and a check has a warning
  21   doctor: a check failed
  130  interrupted
  241  stat: the server cannot be reached";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why the command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<Problem>,
    exit: Exit,
}

impl Failure {
    /// The command line is wrong in a way that its grammar alone does not show.
    pub(crate) fn usage(
        detail: impl Into<String>,
        target: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        let problem = Problem::new(ErrorCode::InvalidRequest, detail)
            .about(target)
            .advise(action);
        Self {
            problem: Box::new(problem),
            exit: Exit::Usage,
        }
    }

    /// Seats that were held are held no more.
    pub(crate) fn lease_ended(feature: &str) -> Self {
        Problem::new(ErrorCode::LeaseNotFound, "The server ended the lease.")
            .about(feature)
            .advise("Check out again; if it repeats, look whether heartbeats reach the server.")
            .into()
    }

    /// This program is at fault.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Problem::new(ErrorCode::InternalError, detail).into()
    }

    /// What happened, to what, and what to do, in one line; and the exit code.
    pub(crate) fn in_one_line(&self) -> (String, Exit) {
        let problem = &self.problem;
        let mut line = format!("{}: {}", problem.code, sentence(&problem.title));
        let mut say = |text: String| {
            line.push(' ');
            line.push_str(&text);
        };
        if !problem.detail.is_empty() && problem.detail != problem.title {
            say(sentence(&problem.detail));
        }
        if !problem.target.is_empty() {
            say(sentence(&format!("Concerns: {}", problem.target)));
        }
        say(sentence(&format!("What to do: {}", problem.action)));
        if let Some(seconds) = problem.retry_after {
            say(format!("Try again in {seconds} s."));
        }
        (line, self.exit)
    }

    /// Says it on standard error and gives the exit code.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if json {
            match serde_json::to_string_pretty(&self.problem) {
                Ok(text) => eprintln!("{text}"),
                Err(error) => eprintln!("licensing: {}: {error}", self.problem.code),
            }
        } else if self.problem.problems.is_empty() {
            eprint!("{}", describe(&self.problem));
        } else {
            for part in &self.problem.problems {
                eprint!("{}", describe(part));
            }
        }
        self.exit.into()
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = exit_for(problem.category);
        Self {
            problem: Box::new(problem),
            exit,
        }
    }
}

fn exit_for(category: ErrorCategory) -> Exit {
    match category {
        ErrorCategory::InvalidArgument => Exit::Usage,
        ErrorCategory::ConnectionError | ErrorCategory::OperationTimeout | ErrorCategory::ProtocolError => {
            Exit::Unreachable
        }
        ErrorCategory::SecurityError => Exit::Certificate,
        ErrorCategory::AuthenticationError | ErrorCategory::PermissionDenied => Exit::Credentials,
        ErrorCategory::OperationStopped => Exit::Interrupted,
        ErrorCategory::NotSpecified
        | ErrorCategory::InvalidData
        | ErrorCategory::InvalidOperation
        | ErrorCategory::LimitsExceeded
        | ErrorCategory::ObjectNotFound
        | ErrorCategory::ResourceUnavailable
        | ErrorCategory::ResourceExists
        | ErrorCategory::WriteError
        | ErrorCategory::OpenError => Exit::Failed,
    }
}

/// Code, what, to what, what to do.
fn describe(problem: &Problem) -> String {
    let mut text = format!("licensing: {}: {}", problem.code, text::plain(&problem.title));
    let mut details = problem.detail.lines();
    if let Some(first) = details.next().filter(|first| *first != problem.title) {
        text.push(' ');
        text.push_str(&text::plain(first));
    }
    text.push('\n');
    for line in details {
        text.push_str(&format!("    {}\n", text::plain(line)));
    }
    if !problem.target.is_empty() {
        text.push_str(&format!("  Concerns:   {}\n", text::plain(&problem.target)));
    }
    text.push_str(&format!("  What to do: {}\n", text::plain(&problem.action)));
    if let Some(seconds) = problem.retry_after {
        text.push_str(&format!("  Try again:  in {seconds} s\n"));
    }
    text
}

/// A text in one line, with an end, so that another sentence can follow.
fn sentence(given: &str) -> String {
    let words: Vec<String> = given.split_whitespace().map(text::plain).collect();
    let mut line = words.join(" ");
    if !line.ends_with(['.', '!', '?', '…']) {
        line.push('.');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_one_line_no_part_runs_into_the_next() {
        let failure = Failure::usage("address is missing.\nIt is needed", "mail", "Give address.");
        let (line, exit) = failure.in_one_line();
        assert_eq!(exit, Exit::Usage);
        assert!(
            line.ends_with(". address is missing. It is needed. Concerns: mail. What to do: Give address."),
            "{line}"
        );
        assert!(line.starts_with("InvalidRequest: "), "{line}");
    }
}
