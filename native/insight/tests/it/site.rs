//! A license server that uploads, without the server.

use jiff::{Timestamp, ToSpan as _};
use licensing_management::exchange::RegistrationRequest;
use licensing_management::id::{ServerGuid, UploadId};
use licensing_management::key::{ManagementKey, RegistrationCode};
use licensing_management::upload::{
    ClockReport, FORMAT_VERSION, FeatureSample, InstalledLicense, PRODUCT, SealedUpload, ServerReport,
    SuppliedReason, UploadBody, UploadType,
};

pub(crate) struct Site {
    pub(crate) guid: ServerGuid,
    pub(crate) key: ManagementKey,
    number: u8,
    sequence: u64,
    previous: Option<String>,
}

impl Site {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            guid: ServerGuid::from_random([number; 16]),
            key: ManagementKey::from_seed(&[number; 32].into()),
            number,
            sequence: 0,
            previous: None,
        }
    }

    /// Another machine that goes on from a copy of the same data folder.
    pub(crate) fn copy(&self) -> Self {
        Self {
            previous: self.previous.clone(),
            sequence: self.sequence,
            ..Self::new(self.number)
        }
    }

    pub(crate) fn request(&self, code: &RegistrationCode) -> RegistrationRequest {
        RegistrationRequest::new(self.guid, "lic.example.com", "0.1.0", &self.key, code).unwrap()
    }

    /// The next upload, made at an instant, with these serial numbers installed.
    pub(crate) fn upload(&mut self, created: Timestamp, serials: &[&str]) -> SealedUpload {
        self.upload_with(created, serials, |_| {})
    }

    /// The same with something else in it.
    pub(crate) fn upload_with(
        &mut self,
        created: Timestamp,
        serials: &[&str],
        change: impl FnOnce(&mut UploadBody),
    ) -> SealedUpload {
        self.sequence += 1;
        let hour = created
            .round(
                jiff::TimestampRound::new()
                    .smallest(jiff::Unit::Hour)
                    .mode(jiff::RoundMode::Floor),
            )
            .unwrap();
        let mut id = [self.number; 16];
        id[..8].copy_from_slice(&created.as_millisecond().to_be_bytes());
        let mut body = UploadBody {
            product: PRODUCT.to_owned(),
            format_version: FORMAT_VERSION,
            upload_id: UploadId::from_random(id),
            sequence: self.sequence,
            previous: self.previous.take(),
            upload_type: UploadType::Auto,
            created,
            created_local: "2026-01-02T07:11:14".to_owned(),
            window_start: hour - 24.hours(),
            window_stop: hour,
            server: ServerReport {
                guid: self.guid,
                hardware_id: "e824249098a96bf0".to_owned(),
                host_name: "lic.example.com".to_owned(),
                installed: "2025-08-16T09:30:00Z".parse().unwrap(),
                product_version: "0.1.0".to_owned(),
                disaster_recovery_partner: None,
                clock: ClockReport {
                    jump_seconds: 0,
                    latest: created,
                },
                supplied: SuppliedReason::None,
                supplied_days_left: 0,
            },
            licenses: serials.iter().map(|serial| license(serial)).collect(),
            features: vec![sample(hour)],
            products: Vec::new(),
            statistics: None,
            diagnostic: None,
        };
        change(&mut body);
        let upload = SealedUpload::seal(body).unwrap();
        self.previous = Some(upload.integrity().to_owned());
        upload
    }
}

fn license(serial: &str) -> InstalledLicense {
    InstalledLicense {
        serial_number: Some(serial.to_owned()),
        vendor: "ACME".to_owned(),
        feature: "CAD".to_owned(),
        version: "2026.1231".parse().unwrap(),
        sa_date: Some("2026-12-31".parse().unwrap()),
        count: Some(25),
        overdraft: 2,
        expires: None,
        license_type: Some("Retail".to_owned()),
        serving: true,
    }
}

/// Use in the hours before this one.
fn sample(hour: Timestamp) -> FeatureSample {
    FeatureSample {
        vendor: "ACME".to_owned(),
        feature: "CAD".to_owned(),
        version: "2026.1231".parse().unwrap(),
        count_used_max: 6,
        installed: Some(25),
        limit: Some(27),
        used_from: Some(hour - 10.hours()),
        used_until: Some(hour - 5.hours()),
        users_revoked: 0,
        devices_revoked: 0,
        user_hashes: Vec::new(),
        device_hashes: Vec::new(),
    }
}
