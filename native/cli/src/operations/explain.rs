//! `licensing file explain FILE`: what a license file grants and what it would change.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{ArgMatches, Command};
use licensing_api::finding::{Finding, Severity};
use licensing_api::license_file::{ExplainLicenseFile, ExplainedLine, LicenseFileExplanation, PoolEffect};
use licensing_api::operation::op;

use super::license_file;
use crate::connection;
use crate::failure::{Exit, Failure};
use crate::print;

/// Adds the file and its name.
pub(super) fn arguments(command: Command) -> Command {
    license_file::arguments(command).after_help("Ends with exit code 1 when the file would not be taken.")
}

/// Explains the file, asking a server when one is named.
pub(super) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let file = license_file::read(matches)?;
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

fn as_text(explanation: &LicenseFileExplanation, server: &str) -> String {
    let mut text = format!(
        "{}: {}\n",
        print::plain(&explanation.file_name),
        if explanation.acceptable {
            "a usable license file."
        } else {
            "not usable."
        },
    );
    for line in &explanation.lines {
        text.push_str(&explained(line));
    }
    text.push_str(&findings(&explanation.findings));
    text.push_str(&effects(&explanation.effects, server));
    text
}

fn explained(line: &ExplainedLine) -> String {
    let signature = match line.signature {
        Some(state) => format!("  [signature: {state:?}]"),
        None => String::new(),
    };
    format!(
        "\nLine {} {}{signature}\n    {}\n",
        line.line,
        print::plain(&line.keyword),
        print::plain(&line.text),
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
            print::plain(&finding.text)
        ));
        if !finding.action.is_empty() {
            text.push_str(&format!("    {}\n", print::plain(&finding.action)));
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
        text.push_str(&format!("    {}\n", print::plain(&effect.text)));
    }
    text
}
