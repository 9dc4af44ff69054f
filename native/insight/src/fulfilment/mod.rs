//! Fulfilment: orders, their access codes, and the seats that license servers allocate of them. Calls block.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`store`] | what is kept, behind a trait of its own; [`sqlite`] and [`postgres`] implement it |
//! | [`order`] | orders as they are loaded, and the license files made of them |
//! | [`issuers`] | the keys that license files are signed with |
//! | `audit` | who has changed what, chained by hash |
//! | `columns` | what stands in the columns of both databases |
//!
//! - The seats allocated of an entitlement never exceed those bought; the database counts, and checks it once more.
//! - A request has one allocation: whoever repeats it is answered the same, byte for byte.
//! - Seats come back only by a proof that the key of the server has signed that they were allocated to.

mod allocate;
mod audit;
mod columns;
pub mod issuers;
pub mod order;
pub mod postgres;
mod renew;
pub mod sqlite;
pub mod store;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use licensing_api::allocation::Entitlement;
use licensing_api::fulfilment::{FulfilledReturn, InsightOrder, LoadedInsightOrder};
use licensing_api::text::sentence;
use licensing_api::{ErrorCode, Problem, Secret};
use licensing_management::exchange::{
    AccessCode, EntitlementQuery, FulfilmentError, ReturnProof, SignedDocument,
};
use licensing_management::key::{CodeSecret, ManagementKey, RegistrationCode};
use zeroize::Zeroizing;

use crate::storage::StorageError;
use crate::storage::postgres::Database;
use issuers::Issuers;
use order::{OrderHead, SalesOrder};
use postgres::PostgresFulfilment;
use sqlite::SqliteFulfilment;
use store::{FulfilmentStore, GivenBack, Session, StoredEntitlement, StoredOrder};

/// Days within which what ends is called expiring.
const EXPIRING_DAYS: i32 = 90;
/// Days since which what was bought is called new.
const NEW_DAYS: i32 = 30;
/// How long sessions are remembered after their end, so that they are called expired and not unknown.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// The service.
pub struct Fulfilment {
    store: Arc<dyn FulfilmentStore>,
    issuers: Issuers,
    key: ManagementKey,
    session: SignedDuration,
}

impl Fulfilment {
    /// On this store, with these issuers; answers are signed with this key, and sessions last so long.
    pub fn new(
        store: Arc<dyn FulfilmentStore>,
        issuers: Issuers,
        key: ManagementKey,
        session: SignedDuration,
    ) -> Self {
        Self {
            store,
            issuers,
            key,
            session,
        }
    }

    /// What is kept.
    pub fn store(&self) -> &dyn FulfilmentStore {
        &*self.store
    }

    /// Loads an order for the account `by`, and makes its access code, which is shown this once.
    ///
    /// # Errors
    /// `InvalidRequest` for an order that no license file can be made of, `OrderExists`, or that of the store.
    pub fn load(&self, text: &str, by: &str, now: Timestamp) -> Result<LoadedInsightOrder, Problem> {
        let order = SalesOrder::read(text)?;
        let today = day(now);
        let head = OrderHead {
            customer: order.customer,
            vendor: order.vendor,
            purchased: order.purchased.map_or(today, |date| date.0),
        };
        let authority = self.issuers.of_vendor(&head.vendor)?;
        let mut entitlements = Vec::new();
        for (place, terms) in (1..).zip(order.entitlements) {
            // What cannot be written as a license file is refused now and not when a customer allocates it.
            let host_id = host_id(&terms.bind, sample(&terms.bind));
            terms.license_file(&head, &authority, &host_id, "order", terms.count, today)?;
            entitlements.push(StoredEntitlement {
                id: terms
                    .id
                    .clone()
                    .unwrap_or_else(|| format!("{}-{place}", order.order_number)),
                order: order.order_number.clone(),
                place,
                total: terms.count,
                allocated: 0,
                renews: terms.renews.clone(),
                terms,
            });
        }
        let code = access_code()?;
        let stored = StoredOrder {
            number: order.order_number.clone(),
            code_id: code.id().to_owned(),
            code_secret: *code.secret().as_bytes(),
            head,
        };
        if !self.store.add_order(&stored, &entitlements, (by, now))? {
            return Err(Problem::new(
                ErrorCode::OrderExists,
                "Its number or the id of an entitlement is taken.",
            )
            .about(order.order_number));
        }
        tracing::info!(
            order = stored.number,
            entitlements = entitlements.len(),
            "an order was loaded"
        );
        Ok(LoadedInsightOrder {
            order_number: order.order_number,
            entitlements: entitlements.into_iter().map(|one| one.id).collect(),
            access_code: Secret::new(code.reveal()),
        })
    }

    /// All entitlements with what is allocated of them.
    ///
    /// # Errors
    /// When the store fails.
    pub fn orders(&self) -> Result<Vec<InsightOrder>, Problem> {
        let mut rows = Vec::new();
        for order in self.store.orders()? {
            for one in self.store.entitlements(&order.number)? {
                rows.push(InsightOrder {
                    order_number: order.number.clone(),
                    product_name: one.terms.product.clone(),
                    customer: order.head.customer.clone(),
                    licenses_total: one.total,
                    licenses_allocated: one.allocated,
                    purchase_date: order.head.purchased,
                    expiry_date: one.terms.expiry_date(),
                    renews: one.renews,
                    entitlement_id: one.id,
                });
            }
        }
        Ok(rows)
    }

    /// What an access code owns, in a new session.
    ///
    /// # Errors
    /// `SignatureNotValid`, `UserNotFound` when no order has the code, or that of the store.
    pub fn entitlements(&self, document: &str, now: Timestamp) -> Result<Vec<Entitlement>, Problem> {
        let query: EntitlementQuery = read(document)?;
        let order = self.order_of_code(&query.code_id, |secret| query.prove(secret))?;
        let session = Session {
            id: id("SES")?,
            order: order.number.clone(),
            public_key: query.public_key,
            ends: now + self.session,
        };
        self.store.open_session(&session, now - REMEMBERED)?;
        let entitlements = self.store.entitlements(&order.number)?;
        let today = day(now);
        Ok(entitlements
            .into_iter()
            .map(|one| row(one, &order, &session, today))
            .collect())
    }

    /// Takes seats back by the proof of the server that had them.
    ///
    /// # Errors
    /// `SignatureNotValid`, `AllocationNotFound`, or that of the store.
    pub fn take_back(&self, document: &str, now: Timestamp) -> Result<FulfilledReturn, Problem> {
        let proof: ReturnProof = read(document)?;
        let unknown = || {
            Problem::new(
                ErrorCode::AllocationNotFound,
                "No allocation of this server has this id.",
            )
            .about(&proof.fulfillment_id)
        };
        let allocation = self
            .store
            .allocation(&proof.fulfillment_id)?
            .filter(|known| known.public_key == proof.public_key)
            .ok_or_else(unknown)?;
        match self.store.give_back(&allocation.id, document.trim(), now)? {
            GivenBack::Now => {
                tracing::info!(
                    allocation = allocation.id,
                    seats = allocation.count,
                    "seats were returned"
                );
            }
            GivenBack::Before => {}
            GivenBack::Renewed | GivenBack::Unknown => return Err(unknown()),
        }
        let entitlement = self.store.entitlement(&allocation.entitlement)?;
        Ok(FulfilledReturn {
            fulfillment_id: allocation.id,
            licenses_available: entitlement.map_or(0, |one| one.available()),
            entitlement_id: allocation.entitlement,
            count: allocation.count,
        })
    }

    /// The order of an access code that whoever asks has proved to know. An unknown code and a wrong proof look the same.
    fn order_of_code(
        &self,
        code_id: &str,
        prove: impl FnOnce(&CodeSecret) -> Result<(), FulfilmentError>,
    ) -> Result<StoredOrder, Problem> {
        self.store
            .order_of_code(code_id)?
            .filter(|order| prove(&CodeSecret::from_bytes(order.code_secret)).is_ok())
            .ok_or_else(|| {
                Problem::new(ErrorCode::UserNotFound, "No order has this access code.")
                    .advise("Check the access code; the vendor has given it with the order.")
            })
    }
}

fn row(one: StoredEntitlement, order: &StoredOrder, session: &Session, today: Date) -> Entitlement {
    let (expiry, subscription) = (one.terms.expiry_date(), one.terms.subscription());
    Entitlement {
        licenses_available: one.available(),
        entitlement_id: one.id,
        product_name: one.terms.product.clone(),
        licenses_total: one.total,
        license_bind_type: one.terms.bind.clone(),
        relevance: one.place,
        features: one.terms.features(),
        purchase_date: order.head.purchased,
        subscription_advantage_date: subscription,
        expiry_date: expiry,
        new: is_new(order.head.purchased, today),
        expiring: ends_soon(expiry, today) || ends_soon(subscription, today),
        session_id: session.id.clone(),
        session_ends: session.ends,
    }
}

fn is_new(purchased: Date, today: Date) -> bool {
    purchased >= today.saturating_sub(NEW_DAYS.days())
}

fn ends_soon(end: Option<Date>, today: Date) -> bool {
    end.is_some_and(|end| end <= today.saturating_add(EXPIRING_DAYS.days()))
}

/// The day by which licenses are issued and called new: the same everywhere.
fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// A host ID as license files spell it.
fn host_id(kind: &str, value: &str) -> String {
    match kind.to_ascii_uppercase().as_str() {
        "ETHERNET" => value.to_owned(),
        kind => format!("{kind}={value}"),
    }
}

/// A value that a host ID of this type may have.
fn sample(kind: &str) -> &'static str {
    match kind.to_ascii_uppercase().as_str() {
        "ETHERNET" => "02AA00000001",
        "INTERNET" => "192.0.2.1",
        _ => "sample",
    }
}

fn read<T: SignedDocument>(text: &str) -> Result<T, Problem> {
    T::read(text).map_err(|error| {
        let code = match error {
            FulfilmentError::Malformed(_) => ErrorCode::InvalidRequest,
            FulfilmentError::WrongSignature
            | FulfilmentError::WrongProof
            | FulfilmentError::NotCanonical(_) => ErrorCode::SignatureNotValid,
        };
        Problem::new(code, sentence(&error)).about("document")
    })
}

fn written(error: impl std::fmt::Display) -> Problem {
    Problem::new(
        ErrorCode::UnknownError,
        format!("The document cannot be written: {error}."),
    )
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, Problem> {
    let mut random = Zeroizing::new([0; N]);
    getrandom::fill(&mut random[..])
        .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
    Ok(random)
}

fn access_code() -> Result<AccessCode, Problem> {
    Ok(AccessCode::new(RegistrationCode::from_random(&random()?)))
}

/// A new id: 80 random bits after a prefix.
fn id(prefix: &str) -> Result<String, Problem> {
    let random: Zeroizing<[u8; 10]> = random()?;
    Ok(format!("{prefix}-{}", hex::encode_upper(&random[..])))
}

/// Opens the store in the database, or else in the SQLite file. What the file has is moved to the database.
///
/// # Errors
/// When it cannot be opened, or the file cannot be moved.
pub fn open_store(
    file: &Path,
    database: Option<&Database>,
) -> Result<Arc<dyn FulfilmentStore>, StorageError> {
    let store: Arc<dyn FulfilmentStore> = match database {
        Some(database) => {
            let store = PostgresFulfilment::on(database.clone())?;
            store.take_over(file)?;
            Arc::new(store)
        }
        None => {
            postgres::refuse_if_moved(file)?;
            Arc::new(SqliteFulfilment::open(file)?)
        }
    };
    Ok(store)
}
