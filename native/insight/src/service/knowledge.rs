//! What is known beside uploads: rescinded serial numbers, dates that versions require, disaster recovery pairs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use licensing_api::{ErrorCode, Problem};
use licensing_management::compliance::{
    DisasterRecoveryPair, Knowledge, ProductVersion, Rescission, Rows, VersionRequirement,
};
use licensing_management::id::ServerGuid;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::{Account, Insight, not_found, to_json};
use crate::storage::{Change, Concerned, Kind, StorageError};

/// Servers that are looked at before a change is answered; the rest is looked at afterwards.
const LOOKED_AT_AT_ONCE: usize = 1000;

/// Most rows of a list that is imported.
const MOST_ROWS: usize = 100_000;

/// Characters of a day, such as 2026-04-01.
const DAY_CHARACTERS: usize = 10;

/// Key of the edition of what is known: each change makes another one, in whatever process.
const EDITION: &str = "edition";

/// Everything that is known beside uploads, found by what it is about: lists may be long, and each upload asks for little of them.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Edition in the storage when this was read; none before the first change.
    edition: Option<String>,
    /// By serial number in lower case.
    rescissions: HashMap<String, Vec<Rescission>>,
    /// By feature in lower case.
    requirements: HashMap<String, Vec<VersionRequirement>>,
    /// Declared pairs.
    pub(super) pairs: Vec<DisasterRecoveryPair>,
}

impl Known {
    fn new(
        edition: Option<String>,
        rescissions: Vec<Rescission>,
        requirements: Vec<VersionRequirement>,
        pairs: Vec<DisasterRecoveryPair>,
    ) -> Self {
        let mut known = Self {
            edition,
            pairs,
            ..Self::default()
        };
        for one in rescissions {
            let serial = one.serial_number.trim().to_lowercase();
            known.rescissions.entry(serial).or_default().push(one);
        }
        for one in requirements {
            let feature = one.feature.to_lowercase();
            known.requirements.entry(feature).or_default().push(one);
        }
        known
    }

    /// What is about these serial numbers and features, which are in lower case; pairs are left out.
    fn about<'a>(
        &self,
        serials: impl Iterator<Item = &'a String>,
        features: impl Iterator<Item = &'a String>,
    ) -> Knowledge {
        // In an order of their own, so that the same question has the same answer.
        let serials: BTreeSet<&String> = serials.collect();
        let features: BTreeSet<&String> = features.collect();
        Knowledge {
            rescissions: serials
                .into_iter()
                .filter_map(|serial| self.rescissions.get(serial))
                .flatten()
                .cloned()
                .collect(),
            requirements: features
                .into_iter()
                .filter_map(|feature| self.requirements.get(feature))
                .flatten()
                .cloned()
                .collect(),
            pairs: Vec::new(),
        }
    }

    /// What is about the licenses and products of these rows; pairs are left out.
    pub(super) fn about_rows(&self, rows: &Rows) -> Knowledge {
        let serials: Vec<String> = rows
            .licenses
            .iter()
            .filter_map(|row| Some(row.serial_number.as_deref()?.trim().to_lowercase()))
            .collect();
        let features: Vec<String> = rows
            .products
            .iter()
            .map(|row| row.feature.to_lowercase())
            .collect();
        self.about(serials.iter(), features.iter())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RescissionLine {
    #[serde(rename = "SerialNumber")]
    serial_number: String,
    #[serde(rename = "Vendor", default)]
    vendor: String,
    #[serde(rename = "Effective", default, deserialize_with = "day_or_instant")]
    effective: Option<Timestamp>,
    #[serde(rename = "Reason", default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequirementLine {
    #[serde(rename = "Feature")]
    feature: String,
    #[serde(rename = "Vendor", default)]
    vendor: String,
    #[serde(rename = "ProductVersion")]
    product_version: String,
    #[serde(rename = "RequiredDate")]
    required_date: Date,
}

/// An instant, or a day, which begins at midnight UTC; none for an empty field.
fn day_or_instant<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(field)?;
    if text.is_empty() {
        return Ok(None);
    }
    let instant = if text.len() == DAY_CHARACTERS {
        text.parse::<Date>()
            .and_then(|day| day.to_zoned(TimeZone::UTC))
            .map(|begin| begin.timestamp())
    } else {
        text.parse()
    };
    instant.map(Some).map_err(serde::de::Error::custom)
}

/// The rows of a list. Without the column `needed` the heading is none, and a text without rows would pass for an empty list.
fn lines<T: DeserializeOwned>(csv_text: &str, needed: &str) -> Result<Vec<T>, Problem> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(csv_text.trim_start_matches('\u{feff}').as_bytes());
    let unreadable = |error: csv::Error| invalid(format!("The list cannot be read: {error}."));
    let heading = reader.headers().map_err(unreadable)?;
    if !heading.iter().any(|column| column == needed) {
        return Err(invalid(format!("The list has no column '{needed}'.")));
    }
    let mut lines = Vec::new();
    for line in reader.deserialize() {
        lines.push(line.map_err(unreadable)?);
        if lines.len() > MOST_ROWS {
            return Err(invalid(format!("The list has more than {MOST_ROWS} rows.")));
        }
    }
    Ok(lines)
}

fn invalid(detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about("content")
}

fn rescission_key(vendor: &str, serial_number: &str) -> String {
    format!(
        "{}\n{}",
        vendor.to_lowercase(),
        serial_number.trim().to_lowercase()
    )
}

pub(super) fn requirement_key(requirement: &VersionRequirement) -> String {
    [
        requirement.vendor.to_lowercase(),
        requirement.feature.to_lowercase(),
        requirement.product_version.clone(),
    ]
    .join("\n")
}

pub(super) fn require_operator(caller: &Account) -> Result<(), Problem> {
    match caller.organization {
        None => Ok(()),
        Some(_) => Err(Problem::new(
            ErrorCode::UserNotAuthorized,
            "Only operators change what concerns all organizations.",
        )),
    }
}

impl Insight {
    /// Everything that is known beside uploads, as it is now: commands beside this process change it as well.
    pub(super) fn knowledge(&self) -> Result<Arc<Known>, StorageError> {
        // Read before the lists: when those are of a later edition, they are read once more the next time.
        let edition = self.storage.item(Kind::Knowledge, EDITION)?;
        let current = |known: &Option<Arc<Known>>| known.clone().filter(|known| known.edition == edition);
        if let Some(known) = current(&self.knowledge.read()) {
            return Ok(known);
        }
        let mut place = self.knowledge.write();
        if let Some(known) = current(&place) {
            return Ok(known);
        }
        let known = Arc::new(Known::new(
            edition,
            self.items(Kind::Rescission, None)?,
            self.items(Kind::Requirement, None)?,
            self.items(Kind::Pair, None)?,
        ));
        *place = Some(Arc::clone(&known));
        Ok(known)
    }

    /// What concerns the licenses that the latest uploads of a server list.
    pub(super) fn knowledge_about(
        &self,
        known: &Known,
        server: ServerGuid,
    ) -> Result<(Vec<Rescission>, Vec<VersionRequirement>), StorageError> {
        if known.rescissions.is_empty() && known.requirements.is_empty() {
            return Ok(Default::default());
        }
        let installed = self.storage.installed(server)?;
        let about = known.about(installed.serials.iter(), installed.features.iter());
        Ok((about.rescissions, about.requirements))
    }

    pub(super) fn change_knowledge(
        &self,
        changes: &[Change],
        concerned: Concerned<'_>,
    ) -> Result<(), Problem> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let mut changes = changes.to_vec();
        changes.push(Change::Put {
            kind: Kind::Knowledge,
            key: EDITION.to_owned(),
            organization: None,
            value: to_json(Kind::Knowledge, &hex::encode(random))?,
        });
        self.storage.change(&[], &changes)?;
        self.storage.note(concerned)?;
        self.evaluate_noted(LOOKED_AT_AT_ONCE)?;
        Ok(())
    }

    /// Rescinded serial numbers.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn rescissions(&self) -> Result<Vec<Rescission>, Problem> {
        Ok(self.items(Kind::Rescission, None)?)
    }

    /// Rescissions that the caller may know of: those about serial numbers of their servers.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_rescissions(&self, caller: &Account) -> Result<Vec<Rescission>, Problem> {
        if caller.organization.is_none() {
            return self.rescissions();
        }
        let mut visible: Vec<Rescission> = Vec::new();
        let known = self.knowledge()?;
        for server in self.visible_servers(caller)? {
            for rescission in self.knowledge_about(&known, server.server_guid)?.0 {
                if !visible.contains(&rescission) {
                    visible.push(rescission);
                }
            }
        }
        Ok(visible)
    }

    /// Imports a list in CSV form; see [`licensing_api::insight::ImportInsightRescissions`].
    ///
    /// # Errors
    /// When the caller is no operator, or the list cannot be read; then nothing of it is kept.
    pub fn import_rescissions(&self, caller: &Account, content: &str) -> Result<Vec<Rescission>, Problem> {
        require_operator(caller)?;
        let now = Timestamp::now();
        // Whoever imports the whole list again does not begin again with what stands in it: its findings would end until the
        // next uploads.
        let standing: HashMap<String, Timestamp> = self
            .rescissions()?
            .into_iter()
            .filter(|one| one.withdrawn.is_none())
            .map(|one| (rescission_key(&one.vendor, &one.serial_number), one.effective))
            .collect();
        let mut imported = Vec::new();
        let mut changes = Vec::new();
        for line in lines::<RescissionLine>(content, "SerialNumber")? {
            if line.serial_number.is_empty() {
                return Err(invalid("A row of the list has no serial number.".to_owned()));
            }
            let key = rescission_key(&line.vendor, &line.serial_number);
            let before = standing.get(&key).copied();
            let rescission = Rescission {
                vendor: line.vendor,
                serial_number: line.serial_number,
                effective: line.effective.or(before).unwrap_or(now),
                withdrawn: None,
                reason: line.reason,
            };
            changes.push(Change::Put {
                kind: Kind::Rescission,
                key,
                organization: None,
                value: to_json(Kind::Rescission, &rescission)?,
            });
            imported.push(rescission);
        }
        self.change_knowledge(&changes, Concerned::Serials(&serials(&imported)))?;
        tracing::info!(
            rows = imported.len(),
            by = caller.name,
            "rescinded serial numbers were imported"
        );
        Ok(imported)
    }

    /// Withdraws rescissions of a serial number.
    ///
    /// # Errors
    /// When the caller is no operator, or none is in force.
    pub fn withdraw(
        &self,
        caller: &Account,
        serial_number: &str,
        vendor: Option<&str>,
    ) -> Result<Vec<Rescission>, Problem> {
        require_operator(caller)?;
        let now = Timestamp::now();
        let withdrawn: Vec<Rescission> = self
            .rescissions()?
            .into_iter()
            .filter(|one| {
                one.withdrawn.is_none()
                    && one
                        .serial_number
                        .trim()
                        .eq_ignore_ascii_case(serial_number.trim())
                    && vendor.is_none_or(|vendor| one.vendor.eq_ignore_ascii_case(vendor))
            })
            .map(|one| Rescission {
                withdrawn: Some(now),
                ..one
            })
            .collect();
        if withdrawn.is_empty() {
            return Err(not_found(format!(
                "No rescission of serial number '{serial_number}' is in force."
            )));
        }
        let changes = withdrawn
            .iter()
            .map(|one| {
                Ok(Change::Put {
                    kind: Kind::Rescission,
                    key: rescission_key(&one.vendor, &one.serial_number),
                    organization: None,
                    value: to_json(Kind::Rescission, one)?,
                })
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        self.change_knowledge(&changes, Concerned::Serials(&serials(&withdrawn)))?;
        tracing::info!(serial_number, by = caller.name, "a rescission was withdrawn");
        Ok(withdrawn)
    }

    /// Imports the dates that product versions require: CSV text with `Feature`, `Vendor`, `ProductVersion`, `RequiredDate`.
    ///
    /// # Errors
    /// When the caller is no operator, or the list cannot be read; then nothing of it is kept.
    pub fn import_requirements(
        &self,
        caller: &Account,
        content: &str,
    ) -> Result<Vec<VersionRequirement>, Problem> {
        require_operator(caller)?;
        let mut imported = Vec::new();
        let mut changes = Vec::new();
        for line in lines::<RequirementLine>(content, "Feature")? {
            if ProductVersion::parse(&line.product_version).is_none() {
                return Err(invalid(format!(
                    "'{}' is no product version.",
                    line.product_version
                )));
            }
            let requirement = VersionRequirement {
                vendor: line.vendor,
                feature: line.feature,
                product_version: line.product_version,
                required_date: line.required_date,
            };
            changes.push(Change::Put {
                kind: Kind::Requirement,
                key: requirement_key(&requirement),
                organization: None,
                value: to_json(Kind::Requirement, &requirement)?,
            });
            imported.push(requirement);
        }
        let features: Vec<String> = imported.iter().map(|one| one.feature.to_lowercase()).collect();
        self.change_knowledge(&changes, Concerned::Features(&features))?;
        tracing::info!(
            rows = imported.len(),
            by = caller.name,
            "dates that versions require were imported"
        );
        Ok(imported)
    }

    /// Declared disaster recovery pairs that the caller may know of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn pairs(&self, caller: &Account) -> Result<Vec<DisasterRecoveryPair>, Problem> {
        Ok(self.items(Kind::Pair, caller.organization.as_deref())?)
    }

    /// Declares a pair, or ends it.
    ///
    /// # Errors
    /// When the caller may not know of one of the servers, both are the same or of different organizations, or there is no
    /// such pair to end.
    pub fn set_pair(
        &self,
        caller: &Account,
        first: &str,
        second: &str,
        is_pair: bool,
    ) -> Result<DisasterRecoveryPair, Problem> {
        let (a, b) = (
            self.visible_server(caller, first)?,
            self.visible_server(caller, second)?,
        );
        if a.server_guid == b.server_guid || a.organization != b.organization {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "A disaster recovery pair is two servers of one organization.",
            ));
        }
        let pair = DisasterRecoveryPair {
            first: a.server_guid.min(b.server_guid),
            second: a.server_guid.max(b.server_guid),
        };
        let key = format!("{}/{}", pair.first, pair.second);
        let change = if is_pair {
            Change::Put {
                kind: Kind::Pair,
                key,
                organization: Some(a.organization),
                value: to_json(Kind::Pair, &pair)?,
            }
        } else {
            if self.storage.item(Kind::Pair, &key)?.is_none() {
                return Err(not_found(format!(
                    "{} and {} are no declared pair.",
                    pair.first, pair.second
                )));
            }
            Change::Remove {
                kind: Kind::Pair,
                key,
            }
        };
        self.change_knowledge(&[change], Concerned::Servers(&[pair.first, pair.second]))?;
        tracing::info!(first = %pair.first, second = %pair.second, is_pair, by = caller.name, "a pair was changed");
        Ok(pair)
    }
}

fn serials(rescissions: &[Rescission]) -> Vec<String> {
    rescissions
        .iter()
        .map(|one| one.serial_number.trim().to_lowercase())
        .collect()
}
