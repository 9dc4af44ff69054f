//! Uploads as flat rows, which a database can hold.

use jiff::{Timestamp, civil::Date};
use licensing_api::LicenseVersion;

use crate::id::{ServerGuid, UploadId};
use crate::upload::{SealedUpload, UploadBody};

/// One upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// The upload.
    pub upload_id: UploadId,
    /// The server.
    pub server: ServerGuid,
    /// Its number.
    pub sequence: u64,
    /// Integrity hash.
    pub integrity: String,
    /// Integrity hash of the one before; none for the first.
    pub previous: Option<String>,
    /// When it was made, by the server's clock.
    pub created: Timestamp,
    /// End of its window.
    pub window_stop: Timestamp,
    /// When it arrived, by the receiver's clock; none on the server itself.
    pub received: Option<Timestamp>,
    /// Server's clock minus receiver's clock when it was sent, in seconds; none when it came as a file.
    pub clock_offset_seconds: Option<i64>,
    /// By how much the server says that its clock was set, in seconds.
    pub clock_jump_seconds: i64,
}

/// A line of an installed license file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseRow {
    /// The upload.
    pub upload_id: UploadId,
    /// The server.
    pub server: ServerGuid,
    /// Number of the upload.
    pub sequence: u64,
    /// When the upload was made.
    pub created: Timestamp,
    /// Place in the list of the upload, from 0.
    pub index: u32,
    /// Serial number; none when the line has none.
    pub serial_number: Option<String>,
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Version.
    pub version: LicenseVersion,
    /// Subscription Advantage date, where the version is one.
    pub sa_date: Option<Date>,
    /// Whether it gives seats.
    pub serving: bool,
}

/// Use of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The upload.
    pub upload_id: UploadId,
    /// The server.
    pub server: ServerGuid,
    /// Number of the upload.
    pub sequence: u64,
    /// When the upload was made.
    pub created: Timestamp,
    /// Place in the list of the upload, from 0.
    pub index: u32,
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Version of the licenses that count together.
    pub version: LicenseVersion,
    /// Most seats in use in the window.
    pub used_max: u32,
    /// Most seats that could be given out; none for no bound.
    pub limit: Option<u32>,
    /// First and last hour with a seat in use; none without use.
    pub used: Option<(Timestamp, Timestamp)>,
}

/// A product seen at checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// The upload.
    pub upload_id: UploadId,
    /// The server.
    pub server: ServerGuid,
    /// Number of the upload.
    pub sequence: u64,
    /// When the upload was made.
    pub created: Timestamp,
    /// Place in the list of the upload, from 0.
    pub index: u32,
    /// Vendor daemon.
    pub vendor: String,
    /// Feature.
    pub feature: String,
    /// Version of the license that gave the seat.
    pub license_version: LicenseVersion,
    /// Name and version of the product.
    pub product: String,
    /// First hour in which it was seen.
    pub first_seen: Timestamp,
    /// End of the last hour in which it was seen.
    pub last_seen: Timestamp,
}

/// Rows of any number of uploads, in any order. Only uploads of the same set are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Uploads.
    pub uploads: Vec<UploadRow>,
    /// Lines of license files.
    pub licenses: Vec<LicenseRow>,
    /// Use.
    pub usage: Vec<UsageRow>,
    /// Products.
    pub products: Vec<ProductRow>,
}

impl Rows {
    /// Adds the rows of an upload. `received` and `clock_offset_seconds` are the receiver's.
    pub fn add(
        &mut self,
        upload: &SealedUpload,
        received: Option<Timestamp>,
        clock_offset_seconds: Option<i64>,
    ) {
        let body = upload.body();
        self.uploads.push(UploadRow {
            upload_id: body.upload_id,
            server: body.server.guid,
            sequence: body.sequence,
            integrity: upload.integrity().to_owned(),
            previous: body.previous.clone(),
            created: body.created,
            window_stop: body.window_stop,
            received,
            clock_offset_seconds,
            clock_jump_seconds: body.server.clock.jump_seconds,
        });
        self.licenses.extend(licenses(body));
        self.usage.extend(usage(body));
        self.products.extend(products(body));
    }
}

fn licenses(body: &UploadBody) -> impl Iterator<Item = LicenseRow> {
    (0..).zip(&body.licenses).map(move |(index, license)| LicenseRow {
        upload_id: body.upload_id,
        server: body.server.guid,
        sequence: body.sequence,
        created: body.created,
        index,
        serial_number: license.serial_number.clone(),
        vendor: license.vendor.clone(),
        feature: license.feature.clone(),
        version: license.version.clone(),
        sa_date: license.sa_date,
        serving: license.serving,
    })
}

fn usage(body: &UploadBody) -> impl Iterator<Item = UsageRow> {
    (0..).zip(&body.features).map(move |(index, sample)| UsageRow {
        upload_id: body.upload_id,
        server: body.server.guid,
        sequence: body.sequence,
        created: body.created,
        index,
        vendor: sample.vendor.clone(),
        feature: sample.feature.clone(),
        version: sample.version.clone(),
        used_max: sample.count_used_max,
        limit: sample.limit,
        used: sample.used_from.zip(sample.used_until),
    })
}

fn products(body: &UploadBody) -> impl Iterator<Item = ProductRow> {
    (0..).zip(&body.products).map(move |(index, seen)| ProductRow {
        upload_id: body.upload_id,
        server: body.server.guid,
        sequence: body.sequence,
        created: body.created,
        index,
        vendor: seen.vendor.clone(),
        feature: seen.feature.clone(),
        license_version: seen.license_version.clone(),
        product: seen.product.clone(),
        first_seen: seen.first_seen,
        last_seen: seen.last_seen,
    })
}
