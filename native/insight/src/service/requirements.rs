//! Dates that product versions require: which of them a caller sees, and taking them back.

use licensing_api::Problem;
use licensing_management::compliance::VersionRequirement;

use super::knowledge::{require_operator, requirement_key};
use super::{Account, Insight, not_found};
use crate::storage::{Change, Concerned, Kind};

impl Insight {
    /// Requirements that the caller may know of: those about features of their servers.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_requirements(&self, caller: &Account) -> Result<Vec<VersionRequirement>, Problem> {
        if caller.organization.is_none() {
            return Ok(self.items(Kind::Requirement, None)?);
        }
        let mut visible: Vec<VersionRequirement> = Vec::new();
        let known = self.knowledge()?;
        for server in self.visible_servers(caller)? {
            for requirement in self.knowledge_about(&known, server.server_guid)?.1 {
                if !visible.contains(&requirement) {
                    visible.push(requirement);
                }
            }
        }
        Ok(visible)
    }

    /// Removes the dates that a version of a product requires.
    ///
    /// # Errors
    /// When the caller is no operator, or there is no such requirement.
    pub fn remove_requirement(
        &self,
        caller: &Account,
        feature: &str,
        product_version: &str,
        vendor: Option<&str>,
    ) -> Result<Vec<VersionRequirement>, Problem> {
        require_operator(caller)?;
        let removed: Vec<VersionRequirement> = self
            .items::<VersionRequirement>(Kind::Requirement, None)?
            .into_iter()
            .filter(|one| {
                one.feature.to_lowercase() == feature.trim().to_lowercase()
                    && one.product_version == product_version.trim()
                    && vendor.is_none_or(|vendor| one.vendor.to_lowercase() == vendor.trim().to_lowercase())
            })
            .collect();
        if removed.is_empty() {
            return Err(not_found(format!(
                "Version '{product_version}' of '{feature}' requires no date."
            )));
        }
        let changes: Vec<Change> = removed
            .iter()
            .map(|one| Change::Remove {
                kind: Kind::Requirement,
                key: requirement_key(one),
            })
            .collect();
        self.change_knowledge(&changes, Concerned::Features(&[feature.trim().to_lowercase()]))?;
        tracing::info!(
            feature,
            product_version,
            by = caller.name,
            "a requirement was removed"
        );
        Ok(removed)
    }
}
