//! What figures are told apart by.

use licensing_api::inventory::InventoryRow;

/// Names and values.
pub(super) type Labels = Vec<(&'static str, String)>;

/// Of a vendor.
pub(super) fn of_vendor(vendor: &str) -> Labels {
    vec![("vendor", vendor.to_owned())]
}

/// Of a pool. Feature and version alone leave it open where the terms of license lines differ.
pub(super) fn of_pool(row: &InventoryRow) -> Labels {
    vec![
        ("vendor", row.vendor.clone()),
        ("feature", row.feature.clone()),
        ("version", row.version.clone()),
        ("pool", row.pool_id.clone()),
    ]
}
