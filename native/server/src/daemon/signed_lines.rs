//! Signed lines that are shown to products which check them against the key of the issuer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use licensing_api::inventory::SignatureState;
use licensing_license_file::license_file::{LicenseDate, LicenseFile, Line, PublisherLine};
use licensing_license_file::signing::{FileBinding, SignedLine};
use licensing_protocol::licensing as wire;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};

use crate::installed::Installed;

/// Lines of one feature that are shown.
const MOST_LINES: usize = 256;
/// Bytes of them, together.
const MOST_BYTES: usize = 256 * 1024;
/// Lines that a product can say it has.
const MOST_KNOWN: usize = 256;

/// A line by the name that stands for it on the wire.
#[derive(Debug)]
pub(super) struct NamedLine {
    id: [u8; 16],
    line: SignedLine,
}

/// The signed lines of one vendor, by the features that they grant.
#[derive(Debug)]
pub(super) struct SignedLines {
    vendor: String,
    served: RwLock<Served>,
}

#[derive(Debug)]
struct Served {
    installed: Arc<Installed>,
    day: Date,
    /// What was looked for already, by feature in lower case.
    found: HashMap<String, Arc<[NamedLine]>>,
}

impl SignedLines {
    pub(super) fn new(vendor: &str, installed: Arc<Installed>, day: Date) -> Self {
        Self {
            vendor: vendor.to_owned(),
            served: RwLock::new(Served {
                installed,
                day,
                found: HashMap::new(),
            }),
        }
    }

    /// Shows the lines of these files from now on.
    pub(super) fn follow(&self, installed: Arc<Installed>, day: Date) {
        *self.served.write() = Served {
            installed,
            day,
            found: HashMap::new(),
        };
    }

    /// The lines that seats of a feature can come from, without the text of those that the product has.
    pub(super) fn shown(&self, feature: &str, known: &[Vec<u8>]) -> Vec<wire::SignedLine> {
        let known: HashSet<&[u8]> = known.iter().take(MOST_KNOWN).map(Vec::as_slice).collect();
        let of = |line: &NamedLine| match known.contains(line.id.as_slice()) {
            true => wire::SignedLine {
                id: line.id.to_vec(),
                ..Default::default()
            },
            false => wire::SignedLine {
                id: line.id.to_vec(),
                text: line.line.text.clone(),
                signature: line.line.signature.clone(),
            },
        };
        self.of(feature).iter().map(of).collect()
    }

    /// Only features of seats that were given out are asked for, so that there are no more entries than pools.
    fn of(&self, feature: &str) -> Arc<[NamedLine]> {
        let feature = feature.to_lowercase();
        if let Some(lines) = self.served.read().found.get(&feature) {
            return Arc::clone(lines);
        }
        let mut served = self.served.write();
        let lines: Arc<[NamedLine]> = served.granting(&feature, &self.vendor).into();
        served.found.insert(feature, Arc::clone(&lines));
        lines
    }
}

impl Served {
    /// Lines that grant a feature, in lower case, or a package that it is a component of, and the lines of these packages.
    fn granting(&self, feature: &str, vendor: &str) -> Vec<NamedLine> {
        let mut names: HashSet<String> = HashSet::from([feature.to_owned()]);
        for (_, line) in self.signed() {
            if let Some(PublisherLine::Package(package)) = PublisherLine::of(&line.kind)
                && (package.components.iter()).any(|part| part.feature.eq_ignore_ascii_case(feature))
            {
                names.insert(package.name.value.to_lowercase());
            }
        }
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for (file, line) in self.signed() {
            let says = PublisherLine::of(&line.kind);
            if !says.is_some_and(|says| self.is_wanted(says, &names, vendor)) {
                continue;
            }
            let Some(line) = SignedLine::of(&line.kind, &FileBinding::of(file)) else {
                continue;
            };
            bytes += line.text.len() + line.signature.len();
            if bytes > MOST_BYTES || lines.len() == MOST_LINES {
                break;
            }
            let id = id_of(&line);
            lines.push(NamedLine { id, line });
        }
        lines
    }

    fn is_wanted(&self, line: PublisherLine<'_>, names: &HashSet<String>, vendor: &str) -> bool {
        let has_ended = line.license().is_some_and(|license| match license.expires.value {
            LicenseDate::Day(day) => day < self.day,
            LicenseDate::Permanent => false,
        });
        !has_ended
            && line.vendor().eq_ignore_ascii_case(vendor)
            && names.contains(&line.name().to_lowercase())
    }

    /// Lines whose signature holds.
    fn signed(&self) -> impl Iterator<Item = (&LicenseFile, &Line)> {
        self.installed.files.iter().flat_map(|file| {
            let lines = file.file.lines.iter().zip(&file.signatures);
            lines
                .filter(|(_, state)| **state == Some(SignatureState::Valid))
                .map(|(line, _)| (&file.file, line))
        })
    }
}

fn id_of(line: &SignedLine) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(line.text.as_bytes());
    hash.update(line.signature.as_bytes());
    let digest = hash.finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}
