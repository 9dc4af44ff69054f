//! Who may say where findings are delivered to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_delivery::{is_address, shown_address};
use zeroize::Zeroizing;

use super::{Account, Insight, Target, TargetKind, not_found};
use crate::storage::{Change, Kind};

/// What a target on the web begins with.
const WEBHOOK_SCHEME: &str = "https://";

impl Insight {
    /// Targets that the caller may know of.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn visible_targets(&self, caller: &Account) -> Result<Vec<Target>, Problem> {
        Ok(self.items(Kind::Target, caller.organization.as_deref())?)
    }

    /// Adds a target, or replaces it; gives it with the secret that webhooks are signed with.
    ///
    /// # Errors
    /// When the caller may not add it, the organization does not exist, the address will not do, it is a mail address and
    /// no mail server is configured, or the storage fails.
    pub fn new_target(
        &self,
        caller: &Account,
        address: &str,
        organization: Option<&str>,
        cert_hash: Option<&str>,
    ) -> Result<(Target, Option<Secret>), Problem> {
        let organization = caller.organization_for(organization)?;
        let is_webhook = address.starts_with(WEBHOOK_SCHEME);
        // The program itself asks for a webhook's address, with the reach of the machine it runs on.
        if is_webhook && caller.organization.is_some() {
            return Err(Problem::new(
                ErrorCode::UserNotAuthorized,
                "Only operators add webhooks.",
            ));
        }
        if !is_webhook && !self.has_mail && is_address(TargetKind::Mail, address) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                "No mail server is configured; set server under [mail] in insightd.toml and start insightd again.",
            )
            .about("address"));
        }
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut random[..])
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        let secret = is_webhook.then(|| URL_SAFE_NO_PAD.encode(&random[..]));
        let target = Target {
            kind: if is_webhook {
                TargetKind::Webhook
            } else {
                TargetKind::Mail
            },
            address: address.to_owned(),
            organization: organization.map(str::to_owned),
            secret: secret.clone(),
            cert_hash: cert_hash.map(str::to_owned),
        };
        self.add_target(&target)?;
        tracing::info!(
            address = shown_address(address),
            organization,
            by = caller.name,
            "a target of findings was added"
        );
        Ok((target, secret.map(Secret::new)))
    }

    /// Removes a target; what waits for it is dropped.
    ///
    /// # Errors
    /// When the caller may know of no such target, or the storage fails.
    pub fn remove_target(
        &self,
        caller: &Account,
        address: &str,
        organization: Option<&str>,
    ) -> Result<Target, Problem> {
        let organization = caller.organization_for(organization)?;
        let mut found: Vec<Target> = self
            .visible_targets(caller)?
            .into_iter()
            .filter(|target| {
                target.address == address
                    && (organization.is_none() || target.organization.as_deref() == organization)
            })
            .collect();
        if found.len() > 1 {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!("Findings of several organizations are delivered to '{address}'; name one."),
            )
            .about("organization"));
        }
        let Some(target) = found.pop() else {
            return Err(not_found(format!("Nothing is delivered to '{address}'.")));
        };
        self.storage.change(
            &[],
            &[Change::Remove {
                kind: Kind::Target,
                key: target.key(),
            }],
        )?;
        tracing::info!(
            address = shown_address(address),
            organization,
            by = caller.name,
            "a target of findings was removed"
        );
        Ok(target)
    }
}
