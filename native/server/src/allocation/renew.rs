//! Renewals of what is installed.

use jiff::{SignedDuration, Timestamp};
use licensing_api::allocation::{
    Allocation, GetRenewals, Renewal, RenewalOption, RenewalOptionRow, SetRenewalOption,
};
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{RenewalQuery, Right, SignedDocument as _, renewal_parts};
use serde_json::json;

use super::{Allocations, RENEWALS_HOURS, new_request_id, own_actor, seats, unwritable};
use crate::accounts::Actor;

impl Allocations {
    /// Renewals that the vendor offers.
    ///
    /// # Errors
    /// `NoSARenewals` when there are none, and those of the way to the vendor.
    pub(crate) async fn renewals(&self, wanted: &GetRenewals) -> Result<Vec<Renewal>, Problem> {
        let mut found = self.offered(Timestamp::now()).await?;
        found.retain(|one| (one.expiring || !wanted.expiring) && (one.new || !wanted.new));
        if found.is_empty() {
            return Err(Problem::new(
                ErrorCode::NoSARenewals,
                "The vendor offers no renewal of what this server has allocated and installed.",
            ));
        }
        Ok(found)
    }

    /// Installs one.
    ///
    /// # Errors
    /// As the operation.
    pub(crate) async fn install_renewal(&self, actor: Actor, id: &str) -> Result<Allocation, Problem> {
        self.remote()?;
        self.0.installer.check_write_access().await?;
        let offered = self.offered(Timestamp::now()).await?;
        let none = || {
            Problem::new(
                ErrorCode::NoRenewalLicenseFound,
                "The vendor offers no renewal of this id.",
            )
            .about(id)
        };
        let renewal = offered
            .iter()
            .find(|one| one.fulfillment_id == id)
            .ok_or_else(none)?;
        let (entitlement, renewed) = renewal_parts(&renewal.fulfillment_id).ok_or_else(none)?;
        let wanted = self
            .wanted(
                entitlement.to_owned(),
                seats(renewal.quantity.into())?,
                None,
                None,
            )
            .await?;
        let right = Right::Renewal {
            fulfillment_id: renewed.to_owned(),
        };
        self.begin(actor, new_request_id()?, right, wanted).await
    }

    /// Installs one without being asked, which the audit has as it has what administrators ask for.
    async fn install_by_itself(&self, id: &str) -> Result<Allocation, Problem> {
        let option = json!({ "option": RenewalOption::Install });
        let accounts = &self.0.installer.accounts;
        accounts
            .record_change_by(own_actor(), "InstallRenewal", id.to_owned(), option)
            .await?;
        self.install_renewal(own_actor(), id).await
    }

    async fn offered(&self, now: Timestamp) -> Result<Vec<Renewal>, Problem> {
        let remote = self.remote()?;
        let serials = self.0.installer.serial_numbers().await?;
        let document = RenewalQuery::new(self.asker(now), serials)
            .and_then(|query| query.to_text())
            .map_err(unwritable)?;
        let offered = remote.renewals(document).await?;
        let found = offered.clone();
        self.change(move |state| {
            state.checked = Some(now);
            state.offered = found;
        })
        .await?;
        Ok(offered)
    }

    /// What the server does by itself.
    pub(crate) fn renewal_option(&self) -> RenewalOptionRow {
        let live = self.0.state.lock();
        RenewalOptionRow {
            option: live.renewal_option,
            checked: live.checked,
        }
    }

    /// The option that a request names.
    ///
    /// # Errors
    /// `InvalidSARenewalOption`.
    pub(crate) fn option_of(request: &SetRenewalOption) -> Result<RenewalOption, Problem> {
        [
            RenewalOption::Notify,
            RenewalOption::Install,
            RenewalOption::Manual,
        ]
        .into_iter()
        .find(|one| format!("{one:?}").eq_ignore_ascii_case(request.option.trim()))
        .ok_or_else(|| {
            Problem::new(
                ErrorCode::InvalidSARenewalOption,
                "The option is none of Notify, Install and Manual.",
            )
            .about("option")
        })
    }

    /// Changes it.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(crate) async fn set_renewal_option(
        &self,
        option: RenewalOption,
    ) -> Result<RenewalOptionRow, Problem> {
        self.change(move |state| state.renewal_option = option).await?;
        Ok(self.renewal_option())
    }

    /// Looks for renewals once a day, and installs them where that is the option; says whether it could look. One that cannot be
    /// installed is tried again with the next look.
    pub(super) async fn look_for_renewals(&self, now: Timestamp) -> bool {
        let RenewalOptionRow { option, checked } = self.renewal_option();
        // Looked for in the future means that the clock was ahead then.
        let is_due = checked.is_none_or(|at| {
            let passed = now.duration_since(at);
            passed.is_negative() || passed >= SignedDuration::from_hours(RENEWALS_HOURS)
        });
        if option == RenewalOption::Manual || !is_due {
            return true;
        }
        let offered = match self.offered(now).await {
            Ok(offered) => offered,
            Err(problem) => {
                tracing::warn!(detail = problem.detail, "renewals cannot be looked for");
                return false;
            }
        };
        if option != RenewalOption::Install {
            return true;
        }
        for renewal in offered {
            match self.install_by_itself(&renewal.fulfillment_id).await {
                Ok(_) => tracing::info!(renewal = renewal.fulfillment_id, "a renewal was installed"),
                Err(problem) => tracing::warn!(
                    renewal = renewal.fulfillment_id,
                    detail = problem.detail,
                    "a renewal cannot be installed"
                ),
            }
        }
        true
    }
}
