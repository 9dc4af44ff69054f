//! The lists of an upload as they are stored: JSON without names, since most of what is stored is that.

use jiff::Timestamp;
use jiff::civil::Date;
use licensing_api::LicenseVersion;
use licensing_management::compliance::{LicenseRow, ProductRow, Rows, UploadRow, UsageRow};
use licensing_management::upload::UploadBody;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::StorageError;

/// Serial number, vendor, feature, version, Subscription Advantage date, whether it gives seats.
type LicenseCells = (Option<String>, String, String, LicenseVersion, Option<Date>, bool);

/// Vendor, feature, version, most in use, installed, most that could be given out, first and last hour with use.
pub(super) type UsageCells = (
    String,
    String,
    LicenseVersion,
    u32,
    Option<u32>,
    Option<u32>,
    Option<(Timestamp, Timestamp)>,
);

/// Vendor, feature, version of the license, product, first and last hour in which it was seen.
type ProductCells = (String, String, LicenseVersion, String, Timestamp, Timestamp);

/// The three lists of an upload.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) licenses: String,
    pub(super) usage: String,
    pub(super) products: String,
}

impl Lists {
    pub(super) fn of(body: &UploadBody) -> Result<Self, StorageError> {
        let licenses: Vec<LicenseCells> = body
            .licenses
            .iter()
            .map(|row| {
                (
                    row.serial_number.clone(),
                    row.vendor.clone(),
                    row.feature.clone(),
                    row.version.clone(),
                    row.sa_date,
                    row.serving,
                )
            })
            .collect();
        let usage: Vec<UsageCells> = body
            .features
            .iter()
            .map(|row| {
                (
                    row.vendor.clone(),
                    row.feature.clone(),
                    row.version.clone(),
                    row.count_used_max,
                    row.installed,
                    row.limit,
                    row.used_from.zip(row.used_until),
                )
            })
            .collect();
        let products: Vec<ProductCells> = body
            .products
            .iter()
            .map(|row| {
                (
                    row.vendor.clone(),
                    row.feature.clone(),
                    row.license_version.clone(),
                    row.product.clone(),
                    row.first_seen,
                    row.last_seen,
                )
            })
            .collect();
        Ok(Self {
            licenses: write(&licenses)?,
            usage: write(&usage)?,
            products: write(&products)?,
        })
    }
}

fn write(cells: &impl Serialize) -> Result<String, StorageError> {
    serde_json::to_string(cells)
        .map_err(|error| StorageError::Damaged(format!("a list cannot be written: {error}")))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, StorageError> {
    serde_json::from_str(text).map_err(|error| StorageError::Damaged(format!("a list of an upload: {error}")))
}

/// Uses of an upload.
pub(super) fn usage(text: &str) -> Result<Vec<UsageCells>, StorageError> {
    read(text)
}

/// Adds the lines of license files that an upload lists, those for which `wanted` holds.
pub(super) fn add_licenses(
    rows: &mut Rows,
    upload: &UploadRow,
    text: &str,
    wanted: impl Fn(&LicenseRow) -> bool,
) -> Result<(), StorageError> {
    for (index, cells) in (0..).zip(read::<LicenseCells>(text)?) {
        let (serial_number, vendor, feature, version, sa_date, serving) = cells;
        let row = LicenseRow {
            upload_id: upload.upload_id,
            server: upload.server,
            sequence: upload.sequence,
            created: upload.created,
            index,
            serial_number,
            vendor,
            feature,
            version,
            sa_date,
            serving,
        };
        if wanted(&row) {
            rows.licenses.push(row);
        }
    }
    Ok(())
}

/// Adds the uses of an upload.
pub(super) fn add_usage(rows: &mut Rows, upload: &UploadRow, text: &str) -> Result<(), StorageError> {
    for (index, cells) in (0..).zip(usage(text)?) {
        let (vendor, feature, version, used_max, _, limit, used) = cells;
        rows.usage.push(UsageRow {
            upload_id: upload.upload_id,
            server: upload.server,
            sequence: upload.sequence,
            created: upload.created,
            index,
            vendor,
            feature,
            version,
            used_max,
            limit,
            used,
        });
    }
    Ok(())
}

/// Adds the products of an upload.
pub(super) fn add_products(rows: &mut Rows, upload: &UploadRow, text: &str) -> Result<(), StorageError> {
    for (index, cells) in (0..).zip(read::<ProductCells>(text)?) {
        let (vendor, feature, license_version, product, first_seen, last_seen) = cells;
        rows.products.push(ProductRow {
            upload_id: upload.upload_id,
            server: upload.server,
            sequence: upload.sequence,
            created: upload.created,
            index,
            vendor,
            feature,
            license_version,
            product,
            first_seen,
            last_seen,
        });
    }
    Ok(())
}
