//! A license file in plain English: what each line grants, until when, to whom, and what is odd about it.

mod effect;
mod grant;
mod neighbours;
mod server;
mod signature;
mod wording;

use jiff::civil::Date;
use licensing_api::finding::{Finding, Severity};
use licensing_api::license_file::{ExplainedLine, PoolEffect};

use crate::pool::InstalledFile;
use effect::Fates;
use licensing_license_file::license_file::{HostIdentity, Line, LineKind, PublisherLine};
use licensing_license_file::signing::{FileBinding, TrustStore};
use neighbours::Neighbours;
use wording::Sentences;

/// Where and when a file is explained.
#[derive(Clone, Copy)]
pub struct ExplainContext<'a> {
    /// The day.
    pub today: Date,
    /// The machine of the license server.
    pub host: &'a HostIdentity,
    /// Issuers that the server trusts.
    pub trust: &'a TrustStore,
    /// The other files on the server; not the one that the explained file would replace.
    pub installed: &'a [InstalledFile<'a>],
    /// Whether the server grants lines of a vendor although only the vendor can verify their signatures.
    pub accepts_unverified: &'a dyn Fn(&str) -> bool,
    /// Whether lines of a vendor with different vendor strings count apart.
    pub vendor_string_pools: &'a dyn Fn(&str) -> bool,
}

/// A file in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// Each line but comments and blank ones.
    pub lines: Vec<ExplainedLine>,
    /// What is odd beyond what the reader of the file found, in the order of the lines.
    pub findings: Vec<Finding>,
    /// How the file would change the pools that are served today.
    pub effects: Vec<PoolEffect>,
}

/// Most findings of one explanation.
const MAX_FINDINGS: usize = 1000;

/// Explains a file.
pub fn explain(file: &InstalledFile<'_>, context: &ExplainContext<'_>) -> Explanation {
    let fates = Fates::of(file, context);
    let explainer = Explainer {
        file,
        context,
        binding: FileBinding::of(file.file),
        is_made_out_to_host: file.file.is_made_out_to(context.host),
        neighbours: Neighbours::of(file, context.installed),
        explanation: Explanation {
            effects: fates.effects(context.today),
            ..Explanation::default()
        },
        fates,
    };
    explainer.run()
}

struct Explainer<'a> {
    file: &'a InstalledFile<'a>,
    context: &'a ExplainContext<'a>,
    binding: FileBinding,
    /// Whether the file is bound to this machine; none without a SERVER line.
    is_made_out_to_host: Option<bool>,
    neighbours: Neighbours<'a>,
    fates: Fates,
    explanation: Explanation,
}

impl<'a> Explainer<'a> {
    fn run(mut self) -> Explanation {
        let file = self.file.file;
        for (index, line) in file.lines.iter().enumerate() {
            self.explain_line(index, line);
        }
        self.explanation
    }

    fn explain_line(&mut self, index: usize, line: &'a Line) {
        let mut text = Sentences::default();
        match &line.kind {
            LineKind::Blank | LineKind::Comment => return,
            LineKind::Server(server) => server::explain_server(server, self.context.host, &mut text),
            LineKind::Vendor(vendor) => server::explain_vendor(vendor, &mut text),
            LineKind::UseServer => text.add(
                "Tells clients to ask the license server for everything below; it has no effect on the server.",
            ),
            LineKind::Increment(increment) => self.explain_increment(line, increment, &mut text),
            LineKind::Upgrade(upgrade) => self.explain_upgrade(line, upgrade, &mut text),
            LineKind::Package(package) => self.explain_package(line, package, &mut text),
            LineKind::Decimal => {
                text.add("A license in decimal format. Only its vendor can decode it, so it is not served.");
            }
            LineKind::FeatureSet => text.add("A historic line without effect."),
            LineKind::Fragment => {
                text.add("Looks like the rest of the line above, whose \\ was lost; it has no effect.");
            }
            LineKind::Unknown => text.add("No line of a license file; it is kept and has no effect."),
            LineKind::Malformed => self.explain_malformed(line, &mut text),
        }
        let signature = self.signature(index, line, &mut text);
        let keyword = self.keyword(line);
        let feature = PublisherLine::of(&line.kind).map(|line| line.name().to_owned());
        self.explanation.lines.push(ExplainedLine {
            line: line.at.line,
            keyword: keyword.to_owned(),
            text: text.finish(),
            feature: feature.unwrap_or_default(),
            signature,
        });
    }

    /// The keyword of a line, in capitals; empty for lines that have none.
    fn keyword(&self, line: &Line) -> &'static str {
        match &line.kind {
            LineKind::Server(_) => "SERVER",
            LineKind::Vendor(_) => "VENDOR",
            LineKind::UseServer => "USE_SERVER",
            LineKind::FeatureSet => "FEATURESET",
            LineKind::Malformed => self.first_word(line),
            LineKind::Increment(_)
            | LineKind::Upgrade(_)
            | LineKind::Package(_)
            | LineKind::Blank
            | LineKind::Comment
            | LineKind::Decimal
            | LineKind::Fragment
            | LineKind::Unknown => PublisherLine::of(&line.kind).map_or("", PublisherLine::keyword),
        }
    }

    fn explain_malformed(&self, line: &Line, text: &mut Sentences) {
        let lines = line.at.line..line.at.line.saturating_add(line.physical_lines);
        let reason = self
            .file
            .file
            .findings
            .iter()
            .find(|finding| finding.severity == Severity::Error && lines.contains(&finding.line));
        match reason {
            Some(finding) => text.add(format!("Cannot be used: {}", finding.text)),
            None => text.add("Cannot be used."),
        }
    }

    /// The keyword of a line that could not be read, in capitals.
    fn first_word(&self, line: &Line) -> &'static str {
        const KEYWORDS: [&str; 8] = [
            "SERVER",
            "VENDOR",
            "DAEMON",
            "USE_SERVER",
            "FEATURE",
            "INCREMENT",
            "UPGRADE",
            "PACKAGE",
        ];
        let raw = self.file.file.raw(line);
        let word: Vec<u8> = raw
            .iter()
            .copied()
            .skip_while(|byte| !byte.is_ascii_alphabetic())
            .take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            .take(16)
            .collect();
        KEYWORDS
            .into_iter()
            .find(|keyword| word.eq_ignore_ascii_case(keyword.as_bytes()))
            .unwrap_or_default()
    }

    fn find(&mut self, severity: Severity, line: &Line, number: Option<i32>, text: String, action: &str) {
        self.add_finding(Finding {
            severity,
            line: line.at.line,
            column: 0,
            number,
            text,
            action: action.to_owned(),
        });
    }

    fn add_finding(&mut self, finding: Finding) {
        if self.explanation.findings.len() < MAX_FINDINGS {
            self.explanation.findings.push(finding);
        }
    }
}
