//! What is installed, over all vendors.

use std::collections::HashMap;

use licensing_api::inventory::{FeatureTotal, GetFeatureTotals, GetInventory, InventoryRow};
use licensing_api::operation::op;
use licensing_api::patterns::Patterns;
use licensing_api::{ErrorCode, Problem, Rows};
use licensing_seats::totals::feature_totals;
use licensing_seats::wildcard::Wildcards;
use licensing_texts::catalog::{self, Locale};

use crate::web::WebServices;
use crate::web::dispatch::{Call, Handler};

impl Handler for op::GetInventory {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetInventory,
    ) -> Result<Rows<InventoryRow>, Problem> {
        let locale = Locale::from_code(request.locale.as_deref())?;
        let vendor = request.vendor.clone();
        // A serial number may come back under another vendor or in a pool that the feature filter leaves out, so that
        // filter has to wait until all rows are here.
        let asked = GetInventory {
            check_for_same_serial_number: false,
            vendor: if request.check_for_same_serial_number {
                Patterns::default()
            } else {
                request.vendor.clone()
            },
            ..request.clone()
        };
        let mut rows = services
            .ask_daemons::<Self, InventoryRow>(&asked.vendor, &asked, call)
            .await?;
        if request.check_for_same_serial_number {
            keep_same_serial_numbers(&mut rows.items);
            let vendors = Wildcards::new(&vendor);
            rows.items.retain(|row| vendors.matches(&row.vendor));
        } else if rows.items.is_empty() && rows.problems.is_empty() && request.feature.is_empty() {
            return Err(Problem::new(ErrorCode::NoInventory, "There is nothing to list."));
        }
        rows.items
            .sort_by_cached_key(|row| (row.feature.to_lowercase(), row.version.clone()));
        for row in &mut rows.items {
            catalog::localize(row, locale);
        }
        Ok(rows)
    }
}

impl Handler for op::GetFeatureTotals {
    async fn handle(
        services: &WebServices,
        call: &Call,
        request: GetFeatureTotals,
    ) -> Result<Rows<FeatureTotal>, Problem> {
        let asked = GetInventory {
            feature: request.feature,
            vendor: request.vendor,
            ..GetInventory::default()
        };
        let pools = services
            .ask_daemons::<op::GetInventory, InventoryRow>(&asked.vendor, &asked, call)
            .await?;
        if pools.items.is_empty() && pools.problems.is_empty() && asked.feature.is_empty() {
            return Err(Problem::new(ErrorCode::NoInventory, "There is nothing to list."));
        }
        Ok(Rows {
            items: feature_totals(&pools.items),
            problems: pools.problems,
        })
    }
}

/// Keeps rows with a serial number that occurs more than once, in one row or in several.
fn keep_same_serial_numbers(rows: &mut Vec<InventoryRow>) {
    let mut occurrences: HashMap<String, usize> = HashMap::new();
    for serial_number in rows.iter().flat_map(|row| &row.serial_numbers) {
        *occurrences.entry(serial_number.to_lowercase()).or_default() += 1;
    }
    rows.retain(|row| {
        row.serial_numbers.iter().any(|number| {
            occurrences
                .get(&number.to_lowercase())
                .is_some_and(|count| *count > 1)
        })
    });
}
