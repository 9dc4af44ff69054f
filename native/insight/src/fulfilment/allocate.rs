//! Allocating: from a signed request to the license file.

use std::net::IpAddr;

use jiff::Timestamp;
use licensing_api::fulfilment::{FulfilledAllocation, InsightAllocation, InsightAllocationState};
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{
    Allocated, AllocationAnswer, AllocationRequest, Right, SignedDocument as _, Wanted,
};
use licensing_management::key::CodeSecret;

use super::store::{Standing, StoredAllocation, StoredEntitlement, StoredOrder, Taken, Which};
use super::{Fulfilment, day, host_id, id, read, written};

/// Longest value of a host ID, in characters.
const MAX_HOST_ID: usize = 255;

/// What a request may take seats of.
struct Granted {
    order: StoredOrder,
    entitlement: StoredEntitlement,
    /// Secret of the access code, where the request came with one.
    secret: Option<CodeSecret>,
    /// Allocation that is renewed.
    renews: Option<StoredAllocation>,
}

impl Fulfilment {
    /// Allocates seats and answers with the license file. A request that was answered before is answered the same.
    ///
    /// # Errors
    /// `SignatureNotValid`, `InvalidSession`, `SessionExpired`, `InvalidEntitlementId`, `InvalidCount`,
    /// `NoRenewalLicenseFound`, `UserNotFound`, `InvalidRequest`, or that of the store.
    pub fn allocate(&self, document: &str, now: Timestamp) -> Result<FulfilledAllocation, Problem> {
        let request: AllocationRequest = read(document)?;
        let fingerprint = request.fingerprint().map_err(written)?;
        if let Some(before) = self.store.allocation_of(request.request_id)? {
            return again(before, &request, &fingerprint);
        }
        let granted = self.granted(&request, now)?;
        if request.wanted.count == 0 {
            return Err(count_problem(
                granted.entitlement.available(),
                &granted.entitlement.id,
            ));
        }
        let allocation = self.prepared(&request, fingerprint.clone(), &granted, now)?;
        let renews = granted.renews.as_ref().map(|one| one.id.as_str());
        match self.store.allocate(&allocation, renews)? {
            Taken::Now => {
                tracing::info!(
                    allocation = allocation.id,
                    entitlement = allocation.entitlement,
                    seats = allocation.count,
                    server = %allocation.server,
                    "seats were allocated"
                );
                Ok(FulfilledAllocation {
                    fulfillment_id: allocation.id,
                    document: allocation.answer,
                })
            }
            Taken::Before(before) => again(*before, &request, &fingerprint),
            Taken::NotAvailable(available) => Err(count_problem(available, &allocation.entitlement)),
            Taken::NoEntitlement => Err(no_entitlement(&allocation.entitlement)),
            Taken::NotRenewable => Err(no_renewal(&allocation.entitlement)),
        }
    }

    /// Allocations of all servers, or those of an entitlement.
    ///
    /// # Errors
    /// When the store fails.
    pub fn allocations(&self, entitlement: Option<&str>) -> Result<Vec<InsightAllocation>, Problem> {
        let which = entitlement.map_or(Which::All, Which::Entitlement);
        let allocations = self.store.allocations(which)?.into_iter();
        Ok(allocations
            .map(|one| InsightAllocation {
                fulfillment_id: one.id,
                state: match one.standing {
                    Standing::Allocated => InsightAllocationState::Allocated,
                    Standing::Returned => InsightAllocationState::Returned,
                    Standing::Renewed => InsightAllocationState::Renewed,
                },
                count: one.count,
                entitlement_id: one.entitlement,
                host_id: one.host_id,
                serial_number: one.serial_number,
                server_guid: one.server.to_string(),
                allocated: one.made,
                ended: one.ended,
            })
            .collect())
    }

    /// By what right seats are taken, and of which entitlement.
    fn granted(&self, request: &AllocationRequest, now: Timestamp) -> Result<Granted, Problem> {
        let entitlement_id = &request.wanted.entitlement_id;
        let mut secret = None;
        let mut renews = None;
        let order = match &request.right {
            Right::Session { id } => Some(self.session_order(id, request, now)?),
            Right::AccessCode { id } => {
                let order = self.order_of_code(id, |secret| request.prove(secret))?;
                secret = Some(CodeSecret::from_bytes(order.code_secret));
                Some(order.number)
            }
            Right::Renewal { fulfillment_id } => {
                let renewed = self
                    .store
                    .allocation(fulfillment_id)?
                    .filter(|known| known.public_key == request.public_key)
                    .ok_or_else(|| no_renewal(fulfillment_id))?;
                renews = Some(renewed);
                None
            }
        };
        let entitlement = self
            .store
            .entitlement(entitlement_id)?
            .filter(|known| order.as_ref().is_none_or(|order| known.order == *order))
            .ok_or_else(|| no_entitlement(entitlement_id))?;
        if let Some(renewed) = &renews
            && (entitlement.renews.as_ref() != Some(&renewed.entitlement)
                || request.wanted.count != renewed.count)
        {
            return Err(no_renewal(&renewed.id));
        }
        let order = self
            .store
            .order(&entitlement.order)?
            .ok_or_else(|| no_entitlement(entitlement_id))?;
        Ok(Granted {
            order,
            entitlement,
            secret,
            renews,
        })
    }

    /// The order of a session that has not ended.
    fn session_order(
        &self,
        id: &str,
        request: &AllocationRequest,
        now: Timestamp,
    ) -> Result<String, Problem> {
        let session = self
            .store
            .session(id)?
            .filter(|session| session.public_key == request.public_key)
            .ok_or_else(|| Problem::new(ErrorCode::InvalidSession, "No session has this id.").about(id))?;
        if session.ends < now {
            return Err(Problem::new(
                ErrorCode::SessionExpired,
                format!("It has ended at {:.0}.", session.ends),
            )
            .about(id));
        }
        Ok(session.order)
    }

    /// The allocation as it will be stored, license file and answer included.
    fn prepared(
        &self,
        request: &AllocationRequest,
        fingerprint: String,
        granted: &Granted,
        now: Timestamp,
    ) -> Result<StoredAllocation, Problem> {
        let (order, entitlement) = (&granted.order, &granted.entitlement);
        let bound_to = bound_to(&request.wanted, &entitlement.terms.bind)?;
        let fulfillment_id = id("FID")?;
        let serial_number = format!("{}:{fulfillment_id}", order.number);
        let authority = self.issuers.of_vendor(&order.head.vendor)?;
        let count = request.wanted.count;
        let license_file = entitlement.terms.license_file(
            &order.head,
            &authority,
            &bound_to,
            &serial_number,
            count,
            day(now),
        )?;
        let allocated = Allocated {
            fulfillment_id: fulfillment_id.clone(),
            entitlement_id: entitlement.id.clone(),
            product_name: entitlement.terms.product.clone(),
            count,
            host_id: bound_to.clone(),
            serial_number: serial_number.clone(),
            replaces: granted.renews.as_ref().map(|one| one.serial_number.clone()),
            file_name: format!("{fulfillment_id}.lic"),
            license_file,
        };
        let answer = AllocationAnswer::new(
            request.request_id,
            request.server_guid,
            allocated,
            now,
            &self.key,
            granted.secret.as_ref(),
        )
        .and_then(|answer| answer.to_text())
        .map_err(written)?;
        Ok(StoredAllocation {
            id: fulfillment_id,
            request_id: request.request_id,
            fingerprint,
            server: request.server_guid,
            public_key: request.public_key,
            entitlement: entitlement.id.clone(),
            count,
            host_id: bound_to,
            serial_number,
            standing: Standing::Allocated,
            made: now,
            ended: None,
            answer,
        })
    }
}

/// The host ID that the license file is bound to.
fn bound_to(wanted: &Wanted, bind: &str) -> Result<String, Problem> {
    let kind = wanted.host_id_type.as_deref().unwrap_or(bind);
    if !kind.eq_ignore_ascii_case(bind) {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            format!("License files of this entitlement are bound to {bind}, not to {kind}."),
        )
        .about("hostIdType"));
    }
    let (kind, value) = wanted
        .host_ids
        .iter()
        .find(|(own, _)| own.eq_ignore_ascii_case(kind))
        .ok_or_else(|| {
            Problem::new(
                ErrorCode::InvalidRequest,
                format!("The license server is not known by a host ID of type {bind}."),
            )
            .about("hostId")
        })?;
    if !is_of_one_machine(kind, value) {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            format!("The host ID of type {bind} is not the one of a machine."),
        )
        .about("hostId"));
    }
    Ok(host_id(kind, value))
}

/// Whether a value is the host ID of one machine, and nothing else. The license server says it, and the file that it stands
/// in is signed: it must neither fit every machine, as ANY and wildcards do, nor bring lines of its own.
fn is_of_one_machine(kind: &str, value: &str) -> bool {
    let plain = |one: char| one.is_alphanumeric() || matches!(one, '-' | '.' | '_' | ':');
    let is_plain = (1..=MAX_HOST_ID).contains(&value.chars().count()) && value.chars().all(plain);
    is_plain
        && match kind.to_ascii_uppercase().as_str() {
            "ETHERNET" => value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "INTERNET" => value.parse::<IpAddr>().is_ok(),
            _ => true,
        }
}

fn again(
    before: StoredAllocation,
    request: &AllocationRequest,
    fingerprint: &str,
) -> Result<FulfilledAllocation, Problem> {
    if before.public_key != request.public_key || before.fingerprint != fingerprint {
        return Err(Problem::new(
            ErrorCode::InvalidRequest,
            "The id of the request was used for another one.",
        )
        .about(request.request_id.to_string()));
    }
    Ok(FulfilledAllocation {
        fulfillment_id: before.id,
        document: before.answer,
    })
}

fn count_problem(available: u32, entitlement: &str) -> Problem {
    Problem::new(
        ErrorCode::InvalidCount,
        format!("{available} seats of the entitlement are available."),
    )
    .about(entitlement)
}

fn no_entitlement(id: &str) -> Problem {
    Problem::new(
        ErrorCode::InvalidEntitlementId,
        "The access code of the session owns no entitlement of this id.",
    )
    .about(id)
}

fn no_renewal(id: &str) -> Problem {
    Problem::new(
        ErrorCode::NoRenewalLicenseFound,
        "Nothing that this server has installed is renewed by it.",
    )
    .about(id)
}
