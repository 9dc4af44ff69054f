//! Documents to test with.

use jiff::Timestamp;
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::key::ManagementKey;
use licensing_management::upload::{
    ClockReport, FORMAT_VERSION, FeatureSample, InstalledLicense, PRODUCT, ProductSeen, SealedUpload,
    ServerReport, SuppliedReason, UploadBody, UploadType,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn guid(number: u8) -> ServerGuid {
    ServerGuid::from_random([number; 16])
}

pub(crate) fn key(number: u8) -> ManagementKey {
    ManagementKey::from_seed(&[number; 32].into())
}

/// An upload with one license, one feature and one product.
pub(crate) fn body() -> UploadBody {
    UploadBody {
        product: PRODUCT.to_owned(),
        format_version: FORMAT_VERSION,
        upload_id: UploadId::from_random([7; 16]),
        sequence: 1,
        previous: None,
        upload_type: UploadType::Auto,
        created: at("2027-01-02T06:11:14Z"),
        created_local: "2027-01-02T07:11:14".to_owned(),
        window_start: at("2027-01-01T06:00:00Z"),
        window_stop: at("2027-01-02T06:00:00Z"),
        server: ServerReport {
            guid: guid(1),
            hardware_id: "e824249098a96bf0".to_owned(),
            host_name: "lic.example.com".to_owned(),
            installed: at("2026-08-16T09:30:00Z"),
            product_version: "0.1.0".to_owned(),
            disaster_recovery_partner: None,
            clock: ClockReport {
                jump_seconds: 0,
                latest: at("2027-01-02T06:11:14Z"),
            },
            supplied: SuppliedReason::None,
            supplied_days_left: 0,
        },
        licenses: vec![InstalledLicense {
            serial_number: Some("ACME-0001".to_owned()),
            vendor: "ACME".to_owned(),
            feature: "CAD_PRO_CCU".to_owned(),
            version: "2026.1231".parse().unwrap(),
            sa_date: Some("2026-12-31".parse().unwrap()),
            count: Some(25),
            overdraft: 2,
            expires: None,
            license_type: Some("Retail".to_owned()),
            serving: true,
        }],
        features: vec![FeatureSample {
            vendor: "ACME".to_owned(),
            feature: "CAD_PRO_CCU".to_owned(),
            version: "2026.1231".parse().unwrap(),
            count_used_max: 6,
            installed: Some(25),
            limit: Some(27),
            used_from: Some(at("2027-01-01T08:00:00Z")),
            used_until: Some(at("2027-01-01T17:00:00Z")),
            users_revoked: 0,
            devices_revoked: 0,
            user_hashes: Vec::new(),
            device_hashes: Vec::new(),
        }],
        products: vec![ProductSeen {
            vendor: "ACME".to_owned(),
            feature: "CAD_PRO_CCU".to_owned(),
            license_version: "2026.1231".parse().unwrap(),
            product: "Acme CAD 2.4".to_owned(),
            first_seen: at("2027-01-01T08:00:00Z"),
            last_seen: at("2027-01-01T17:00:00Z"),
        }],
        statistics: None,
        diagnostic: None,
    }
}

pub(crate) fn sealed() -> SealedUpload {
    SealedUpload::seal(body()).unwrap()
}
