//! Orders as they are loaded: TOML with what a customer has bought.

use jiff::civil::Date;
use licensing_api::{ErrorCode, Problem};
use licensing_license_file::authority::{
    Authority, Count, Expiry, GrantOrder, Order, OrderDate, ServerOrder,
};
use licensing_license_file::license_file::LicenseDate;
use serde::{Deserialize, Serialize};

/// Largest order, in bytes.
pub const MAX_ORDER_BYTES: usize = 1024 * 1024;

/// Most entitlements of an order.
const MAX_ENTITLEMENTS: usize = 1000;

/// Longest name, number or id, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// An order document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesOrder {
    /// Its number.
    pub order_number: String,
    /// Customer.
    pub customer: String,
    /// Vendor whose daemon serves the seats.
    pub vendor: String,
    /// When it was bought; today when absent.
    #[serde(default)]
    pub purchased: Option<OrderDate>,
    /// What was bought.
    pub entitlements: Vec<EntitlementTerms>,
}

/// What all entitlements of an order share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderHead {
    /// Customer.
    pub customer: String,
    /// Vendor.
    pub vendor: String,
    /// When it was bought.
    pub purchased: Date,
}

/// What was bought of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitlementTerms {
    /// Its id; number of the order and place when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Entitlement whose allocations it renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<String>,
    /// Seats.
    pub count: u32,
    /// Name of the product.
    pub product: String,
    /// Type of the host ID that license files are bound to.
    #[serde(default = "host_name")]
    pub bind: String,
    /// Subscription Advantage date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_date: Option<OrderDate>,
    /// Last valid day, or `permanent`.
    pub expires: Expiry,
    /// Lines of the license file; the number of seats, and what is missing of expiry and version, come from the entitlement.
    pub grants: Vec<GrantOrder>,
}

fn host_name() -> String {
    "HOSTNAME".to_owned()
}

impl EntitlementTerms {
    fn check(&self) -> Result<(), Problem> {
        check_name("product", &self.product)?;
        for (name, value) in [("id", &self.id), ("renews", &self.renews)] {
            if let Some(value) = value {
                check_name(name, value)?;
            }
        }
        let wrong = |what: &str| Err(invalid(format!("{}: {what}.", self.product)));
        if self.count == 0 {
            return wrong("count is 0");
        }
        if self.grants.is_empty() {
            return wrong("nothing is granted");
        }
        if self.grants.iter().any(|grant| grant.count.is_some()) {
            return wrong("count stands at the entitlement, not at its grants");
        }
        Ok(())
    }

    /// Features that the license file grants.
    pub fn features(&self) -> Vec<String> {
        self.grants.iter().map(|grant| grant.feature.clone()).collect()
    }

    /// Last valid day; none when the seats are permanent.
    pub fn expiry_date(&self) -> Option<Date> {
        match self.expires.0 {
            LicenseDate::Day(day) => Some(day),
            LicenseDate::Permanent => None,
        }
    }

    /// Subscription Advantage date.
    pub fn subscription(&self) -> Option<Date> {
        self.subscription_date.map(|date| date.0)
    }

    /// Makes the signed license file of so many seats.
    ///
    /// # Errors
    /// When the terms cannot be written as a license file.
    pub fn license_file(
        &self,
        head: &OrderHead,
        authority: &Authority,
        host_id: &str,
        serial_number: &str,
        count: u32,
        today: Date,
    ) -> Result<String, Problem> {
        let grants = self.grants.iter().map(|grant| GrantOrder {
            count: Some(Count::Seats(count)),
            expires: grant.expires.or(Some(self.expires)),
            subscription_date: match &grant.version {
                Some(_) => None,
                None => grant.subscription_date.or(self.subscription_date),
            },
            serial_number: Some(serial_number.to_owned()),
            ..grant.clone()
        });
        let order = Order {
            vendor: head.vendor.clone(),
            customer: head.customer.clone(),
            server: Some(ServerOrder {
                host_id: host_id.to_owned(),
                host: None,
                port: None,
            }),
            grants: grants.collect(),
            ..Order::default()
        };
        authority
            .issue(&order, today)
            .map_err(|error| invalid(format!("{}: {error}.", self.product)))
    }
}

impl SalesOrder {
    /// Reads an order.
    ///
    /// # Errors
    /// `InvalidRequest` with what is wrong.
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_ORDER_BYTES {
            return Err(invalid(format!(
                "The order has more than {MAX_ORDER_BYTES} bytes."
            )));
        }
        let order: Self =
            toml::from_str(text).map_err(|error| invalid(format!("The order cannot be read: {error}")))?;
        for (name, value) in [
            ("order_number", &order.order_number),
            ("customer", &order.customer),
            ("vendor", &order.vendor),
        ] {
            check_name(name, value)?;
        }
        if !(1..=MAX_ENTITLEMENTS).contains(&order.entitlements.len()) {
            return Err(invalid(format!(
                "An order has 1 to {MAX_ENTITLEMENTS} entitlements."
            )));
        }
        for one in &order.entitlements {
            one.check()?;
        }
        Ok(order)
    }
}

fn check_name(name: &str, value: &str) -> Result<(), Problem> {
    if value.trim().is_empty() || value.len() > MAX_NAME_BYTES || value.chars().any(char::is_control) {
        return Err(invalid(format!(
            "{name} has 1 to {MAX_NAME_BYTES} bytes without control characters."
        )));
    }
    Ok(())
}

fn invalid(detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidRequest, detail).about("content")
}
