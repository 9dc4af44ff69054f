//! What all pools of a feature have together.

use licensing_api::inventory::{InventoryRow, PoolStatus, SignatureState};
use licensing_seats::totals::feature_totals;
use proptest::prelude::*;

fn pool(feature: &str, installed: u32, in_use: u32, uncounted: bool) -> InventoryRow {
    InventoryRow {
        license_product_name: String::new(),
        localized_license_product_name: String::new(),
        license_edition: String::new(),
        license_localized_edition: String::new(),
        license_expiration_date: None,
        license_subscription_advantage_date: None,
        license_type: String::new(),
        localized_license_type: String::new(),
        licenses_in_use: in_use,
        licenses_available: installed,
        license_overdraft: 1,
        license_model: String::new(),
        localized_license_model: String::new(),
        feature: feature.to_owned(),
        vendor: "ACME".to_owned(),
        version: "1.0".to_owned(),
        free: (!uncounted).then(|| (installed + 1).saturating_sub(in_use)),
        overdraft_in_use: in_use.saturating_sub(installed),
        reserved: 0,
        borrowed: 0,
        burst: 0,
        burst_until: None,
        queued: 0,
        uncounted,
        status: PoolStatus::Serving,
        signature: SignatureState::Valid,
        serial_numbers: Vec::new(),
        files: Vec::new(),
        vendor_string: String::new(),
        host_ids: Vec::new(),
        pool_id: String::new(),
        start_dates: Vec::new(),
        issue_date: None,
        notices: Vec::new(),
    }
}

#[test]
fn pools_add_up_and_the_date_that_comes_first_counts() {
    let mut ends = pool("CAD", 4, 4, false);
    ends.license_expiration_date = Some("2027-03-31".parse().unwrap());
    let mut later = pool("cad", 10, 1, false);
    later.license_expiration_date = Some("2027-12-31".parse().unwrap());
    let totals = feature_totals([&later, &ends]);
    assert_eq!(totals.len(), 1);
    let total = &totals[0];
    assert_eq!(
        (total.installed, total.in_use, total.free),
        (Some(14), 5, Some(11))
    );
    assert_eq!((total.overdraft, total.pools), (2, 2));
    assert_eq!(total.percent_in_use, Some(35.7));
    assert_eq!(total.expires, Some("2027-03-31".parse().unwrap()));
}

#[test]
fn a_feature_with_a_pool_that_counts_nothing_is_never_used_up() {
    let totals = feature_totals(&[pool("CAD", 4, 4, false), pool("CAD", 0, 3, true)]);
    let total = &totals[0];
    assert!(total.uncounted);
    assert_eq!((total.installed, total.in_use, total.free), (None, 7, None));
    assert_eq!(total.percent_in_use, None);
}

#[test]
fn seats_in_use_of_what_is_no_longer_installed_are_a_full_feature() {
    assert_eq!(
        feature_totals(&[pool("CAD", 0, 1, false)])[0].percent_in_use,
        Some(100.0)
    );
    assert_eq!(
        feature_totals(&[pool("CAD", 0, 0, false)])[0].percent_in_use,
        Some(0.0)
    );
    assert_eq!(
        feature_totals(&[pool("CAD", 4, 5, false)])[0].percent_in_use,
        Some(125.0)
    );
}

proptest! {
    #[test]
    fn the_order_of_the_pools_changes_nothing(
        pools in prop::collection::vec(("[a-cA-C]", 0_u32..50, 0_u32..60, any::<bool>()), 0..12)
    ) {
        let rows: Vec<_> = pools.iter().map(|(name, installed, in_use, uncounted)| pool(&name.to_lowercase(), *installed, *in_use, *uncounted)).collect();
        let totals = feature_totals(&rows);
        prop_assert_eq!(&totals, &feature_totals(rows.iter().rev()));
        let in_use: u32 = totals.iter().map(|total| total.in_use).sum();
        prop_assert_eq!(in_use, rows.iter().map(|row| row.licenses_in_use).sum::<u32>());
        prop_assert!(totals.windows(2).all(|pair| pair[0].feature < pair[1].feature));
    }
}
