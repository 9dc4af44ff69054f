//! `licensing file explain FILE`: what a license file grants and what it would change.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{ArgMatches, Command};
use licensing_api::finding::{Finding, Severity};
use licensing_api::license_file::{ExplainLicenseFile, ExplainedLine, LicenseFileExplanation, PoolEffect};
use licensing_api::operation::op;
use serde_json::json;

use super::license_file::{self, LicenseFile};
use super::offline;
use crate::connection;
use crate::exit::{Exit, Failure};
use crate::print;
use crate::text;

/// Adds the file, its name, and what matters without a server.
pub(super) fn arguments(command: Command) -> Command {
    offline::arguments(license_file::arguments(command)).after_help(
        "With a server also tells what the file would change there, and ends with exit code 1 when it would not be \
         taken. Without a server explains the file by itself, and ends with exit code 1 when a line is wrong.",
    )
}

/// Explains the file, asking a server when one is named.
pub(super) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let file = license_file::read(matches)?;
    if offline::is_wanted(matches)? {
        return alone(&file, matches);
    }
    let client = connection::client(matches)?;
    let request = ExplainLicenseFile {
        file_name: file.name,
        content: STANDARD.encode(&file.bytes),
    };
    let explanation = client.call::<op::ExplainLicenseFile>(&request).await?;
    if matches.get_flag("json") {
        let answer = serde_json::to_value(&explanation).map_err(|error| {
            Failure::internal(format!("The explanation cannot be written as JSON: {error}."))
        })?;
        print::json(&answer)?;
    } else {
        print::out(&as_text(&explanation, &client.address().to_string()))?;
    }
    Ok(if explanation.acceptable {
        Exit::Success
    } else {
        Exit::Failed
    })
}

fn alone(file: &LicenseFile, matches: &ArgMatches) -> Result<Exit, Failure> {
    let explained = offline::explain_file(file, matches)?;
    if matches.get_flag("json") {
        print::json(&json!({
            "fileName": file.name,
            "lines": explained.lines,
            "findings": explained.findings,
            "effects": explained.effects,
        }))?;
    } else {
        let lines: String = explained.lines.iter().map(explained_line).collect();
        print::out(&format!(
            "{}\n{lines}{}{}",
            text::plain(&file.name),
            findings(&explained.findings),
            effects(&explained.effects, "a server with no other file")
        ))?;
    }
    let wrong = explained
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Ok(if wrong { Exit::Failed } else { Exit::Success })
}

fn as_text(explanation: &LicenseFileExplanation, server: &str) -> String {
    let mut text = format!(
        "{}: {}\n",
        text::plain(&explanation.file_name),
        if explanation.acceptable {
            "a usable license file."
        } else {
            "not usable."
        },
    );
    for line in &explanation.lines {
        text.push_str(&explained_line(line));
    }
    text.push_str(&findings(&explanation.findings));
    text.push_str(&effects(&explanation.effects, server));
    text
}

fn explained_line(line: &ExplainedLine) -> String {
    let signature = match line.signature {
        Some(state) => format!("  [signature: {state:?}]"),
        None => String::new(),
    };
    format!(
        "\nLine {} {}{signature}\n{}",
        line.line,
        text::plain(&line.keyword),
        text::paragraph(&line.text),
    )
}

/// What is odd about a file, worst first; nothing when nothing is.
pub(super) fn findings(findings: &[Finding]) -> String {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.line));
    let mut text = String::new();
    for finding in sorted {
        let severity = match finding.severity {
            Severity::Information => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Error",
        };
        text.push_str(&format!(
            "\n{severity}{}: {}\n",
            place(finding),
            text::plain(&finding.text)
        ));
        if !finding.action.is_empty() {
            text.push_str(&text::paragraph(&finding.action));
        }
    }
    text
}

fn place(finding: &Finding) -> String {
    match (finding.line, finding.column) {
        (0, _) => String::new(),
        (line, 0) => format!(" in line {line}"),
        (line, column) => format!(" in line {line}, column {column}"),
    }
}

/// How the pools of a server change.
pub(super) fn effects(effects: &[PoolEffect], server: &str) -> String {
    if effects.is_empty() {
        return format!("\nNothing changes on {server}\n");
    }
    let mut text = format!("\nOn {server}\n");
    for effect in effects {
        text.push_str(&text::paragraph(&effect.text));
    }
    text
}
