//! Renewals: which there are for what a license server has installed.

use std::collections::HashSet;

use jiff::Timestamp;
use licensing_api::allocation::Renewal;
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{MAX_SERIAL_NUMBERS, RenewalQuery, renewal_id};

use super::store::Which;
use super::{Fulfilment, day, ends_soon, is_new, read};

impl Fulfilment {
    /// Renewals of what a server has installed.
    ///
    /// # Errors
    /// `SignatureNotValid`, `InvalidRequest`, or that of the store.
    pub fn renewals(&self, document: &str, now: Timestamp) -> Result<Vec<Renewal>, Problem> {
        let query: RenewalQuery = read(document)?;
        if query.serial_numbers.len() > MAX_SERIAL_NUMBERS {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!("More than {MAX_SERIAL_NUMBERS} serial numbers are named."),
            ));
        }
        let installed: HashSet<&str> = query.serial_numbers.iter().map(String::as_str).collect();
        let today = day(now);
        let mut found = Vec::new();
        for allocation in self.store.allocations(Which::Key(&query.public_key))? {
            if !installed.contains(allocation.serial_number.as_str()) {
                continue;
            }
            let Some(installed) = self.store.entitlement(&allocation.entitlement)? else {
                continue;
            };
            let renewals = self.store.renewals_of(&allocation.entitlement)?;
            let Some(renewal) = renewals
                .into_iter()
                .find(|renewal| renewal.available() >= allocation.count)
            else {
                continue;
            };
            let purchased = self
                .store
                .order(&renewal.order)?
                .map(|order| order.head.purchased);
            found.push(Renewal {
                fulfillment_id: renewal_id(&renewal.id, &allocation.id),
                product_name: renewal.terms.product.clone(),
                serial_number: allocation.serial_number,
                subscription_advantage_date: renewal.terms.subscription(),
                expiry_date: renewal.terms.expiry_date(),
                quantity: allocation.count,
                new: purchased.is_some_and(|purchased| is_new(purchased, today)),
                expiring: ends_soon(installed.terms.expiry_date(), today)
                    || ends_soon(installed.terms.subscription(), today),
            });
        }
        Ok(found)
    }
}
