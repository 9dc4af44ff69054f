//! The way to the fulfilment of the vendor: the operations of Insight Services, over HTTPS with a pinned certificate.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use licensing_api::allocation::{Entitlement, Renewal};
use licensing_api::fulfilment::{FulfilAllocation, FulfilEntitlements, FulfilRenewals, FulfilReturn};
use licensing_api::operation::{Operation, op};
use licensing_api::{ErrorCode, Problem};
use licensing_client::{Address, AdminClient, CertHash, ConnectOptions, Trust};

use crate::config::FulfilmentConfig;

/// Longest time of one request.
const LIMIT: Duration = Duration::from_secs(15);
/// First pause before a request is repeated; the following ones double.
const PAUSE: Duration = Duration::from_millis(250);
/// How often it is repeated.
const REPETITIONS: usize = 3;

/// The fulfilment that the configuration names.
#[derive(Debug, Clone)]
pub(super) struct Remote(AdminClient);

impl Remote {
    /// # Errors
    /// `FulfilmentNotConfigured` without an address; `InvalidRequest` for one that cannot be used.
    pub(super) fn new(config: &FulfilmentConfig) -> Result<Self, Problem> {
        if config.address.is_empty() {
            return Err(Problem::new(
                ErrorCode::FulfilmentNotConfigured,
                "The setting address in the section fulfilment is empty.",
            ));
        }
        let mut options = ConnectOptions::new(config.address.parse::<Address>()?);
        options.timeout = LIMIT;
        if !config.cert_hash.is_empty() {
            options.trust = Trust::CertHash(config.cert_hash.parse::<CertHash>()?);
        }
        Ok(Self(AdminClient::connect(options)?))
    }

    pub(super) async fn entitlements(&self, document: String) -> Result<Vec<Entitlement>, Problem> {
        let answer = self
            .ask::<op::FulfilEntitlements>(&FulfilEntitlements { document })
            .await?;
        Ok(answer.items)
    }

    /// The answer as it came: whether it can be trusted is not checked here.
    pub(super) async fn allocate(&self, document: String) -> Result<String, Problem> {
        let answer = self
            .ask::<op::FulfilAllocation>(&FulfilAllocation { document })
            .await?;
        Ok(answer.document)
    }

    pub(super) async fn give_back(&self, document: String) -> Result<(), Problem> {
        self.ask::<op::FulfilReturn>(&FulfilReturn { document }).await?;
        Ok(())
    }

    pub(super) async fn renewals(&self, document: String) -> Result<Vec<Renewal>, Problem> {
        let answer = self
            .ask::<op::FulfilRenewals>(&FulfilRenewals { document })
            .await?;
        Ok(answer.items)
    }

    /// Asks, and asks again when it may work then. Every question can be repeated: the ids in them see to that.
    async fn ask<O: Operation>(&self, request: &O::Request) -> Result<O::Response, Problem>
    where
        O::Request: Sync,
    {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(PAUSE)
            .with_max_times(REPETITIONS)
            .with_jitter();
        (|| self.0.call::<O>(request))
            .retry(backoff)
            .when(may_work_later)
            .await
            .map_err(told)
    }
}

/// Whether asking again makes sense.
fn may_work_later(problem: &Problem) -> bool {
    use ErrorCode as E;
    matches!(
        problem.code,
        E::CommunicationError
            | E::Timeout
            | E::TooManyRequests
            | E::ServerStopping
            | E::StorageUnavailable
            | E::UnknownError
    )
}

/// Whether it is certain that nothing came of the request: the vendor has refused it. Whatever else went wrong, an earlier
/// question with the same id may have been answered.
pub(super) fn is_certain(problem: &Problem) -> bool {
    use ErrorCode as E;
    matches!(
        problem.code,
        E::InvalidEntitlementId
            | E::InvalidSession
            | E::SessionExpired
            | E::InvalidCount
            | E::NoRenewalLicenseFound
            | E::UserNotFound
            | E::FulfilmentRefused
    )
}

/// The problem in the words of this server's administrators.
fn told(problem: Problem) -> Problem {
    use ErrorCode as E;
    let code = match problem.code {
        E::InvalidEntitlementId
        | E::InvalidSession
        | E::SessionExpired
        | E::InvalidCount
        | E::NoRenewalLicenseFound
        | E::UserNotFound => return problem,
        E::InvalidRequest | E::SignatureNotValid | E::AllocationNotFound | E::OperationNotFound => {
            E::FulfilmentRefused
        }
        _ => E::FulfilmentUnavailable,
    };
    Problem::new(code, format!("{} {}", problem.title, problem.detail)).about(problem.target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_vendor_says_of_a_request_reaches_the_administrator_and_outages_are_told_apart() {
        let told = |code| told(Problem::new(code, "Because.")).code;
        assert_eq!(told(ErrorCode::SessionExpired), ErrorCode::SessionExpired);
        assert_eq!(told(ErrorCode::InvalidRequest), ErrorCode::FulfilmentRefused);
        assert_eq!(told(ErrorCode::Timeout), ErrorCode::FulfilmentUnavailable);
        assert!(is_certain(&Problem::new(ErrorCode::InvalidCount, "")));
        for local in [
            ErrorCode::FulfilmentUnavailable,
            ErrorCode::FulfilmentNotConfigured,
            ErrorCode::InvalidRequest,
            ErrorCode::StorageUnavailable,
        ] {
            assert!(!is_certain(&Problem::new(local, "")), "{local}");
        }
    }
}
