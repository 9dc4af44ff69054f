//! From bytes that somebody sent to a document.

use jiff::Timestamp;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::{FORMAT_VERSION, PRODUCT, SealedUpload, UploadBody};
use crate::canonical::{self, INTEGRITY};

/// Largest upload, in bytes.
pub const MAX_UPLOAD_BYTES: usize = 8 * 1024 * 1024;

/// Most rows of each list of an upload.
pub const MAX_LIST: usize = 100_000;

/// Longest text in an upload, in bytes.
pub const MAX_TEXT_BYTES: usize = 1024;

/// Longest window of an upload, in hours: ten years.
pub const MAX_WINDOW_HOURS: i64 = 10 * 366 * 24;

/// Why bytes are no upload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// Too many bytes.
    #[error("the upload has {0} bytes; at most {MAX_UPLOAD_BYTES} are accepted")]
    TooLarge(usize),
    /// Not JSON, cut off, or fields are missing, unknown or of the wrong type.
    #[error("the upload cannot be read: {0}")]
    Malformed(String),
    /// Another format.
    #[error("the upload has format version {0}; version {FORMAT_VERSION} is accepted")]
    UnsupportedFormat(u64),
    /// The hash does not fit the contents.
    #[error("the integrity hash does not fit the contents of the upload")]
    IntegrityMismatch,
    /// Fields contradict each other or are out of bounds.
    #[error("the upload is not valid: {field}: {text}")]
    Invalid {
        /// JSON pointer of the field.
        field: String,
        /// What is wrong.
        text: String,
    },
}

impl SealedUpload {
    /// Reads the bytes of an upload and checks format version, integrity hash, canonical form and contents, in this order.
    /// Whose signature it carries is for [`SealedUpload::verify`].
    ///
    /// # Errors
    /// What is wrong with it first.
    pub fn read(bytes: &[u8]) -> Result<Self, UploadError> {
        if bytes.len() > MAX_UPLOAD_BYTES {
            return Err(UploadError::TooLarge(bytes.len()));
        }
        let malformed = |error: serde_json::Error| UploadError::Malformed(error.to_string());
        let value: Value = serde_json::from_slice(bytes).map_err(malformed)?;
        let Value::Object(mut members) = value else {
            return Err(UploadError::Malformed("it is no JSON object".to_owned()));
        };
        match members.get("formatVersion").and_then(Value::as_u64) {
            Some(version) if version == u64::from(FORMAT_VERSION) => {}
            Some(other) => return Err(UploadError::UnsupportedFormat(other)),
            None => return Err(UploadError::Malformed("formatVersion is missing".to_owned())),
        }
        let Some(Value::String(integrity)) = members.remove(INTEGRITY) else {
            return Err(UploadError::Malformed("integrity is missing".to_owned()));
        };
        let body = Value::Object(members);
        let covered = canonical::bytes(&body).map_err(|error| UploadError::Malformed(error.to_string()))?;
        let computed = canonical::sha256_hex(&covered);
        if !bool::from(computed.as_bytes().ct_eq(integrity.as_bytes())) {
            return Err(UploadError::IntegrityMismatch);
        }
        let body: UploadBody = serde_json::from_value(body).map_err(malformed)?;
        check(&body)?;
        let sealed = Self::seal(body).map_err(|error| UploadError::Malformed(error.to_string()))?;
        // One spelling only: members twice, other escapes and null members do not come back as they were.
        if sealed.bytes != bytes {
            return Err(UploadError::Malformed("it is not in canonical form".to_owned()));
        }
        Ok(sealed)
    }
}

fn invalid<T>(field: impl Into<String>, text: impl Into<String>) -> Result<T, UploadError> {
    Err(UploadError::Invalid {
        field: field.into(),
        text: text.into(),
    })
}

fn check(body: &UploadBody) -> Result<(), UploadError> {
    if body.product != PRODUCT {
        return invalid("/product", format!("expected {PRODUCT}"));
    }
    if body.sequence == 0 || (body.sequence == 1) != body.previous.is_none() {
        return invalid(
            "/sequence",
            "counts from 1, and every upload but the first names the one before",
        );
    }
    if let Some(previous) = &body.previous
        && !is_hash(previous)
    {
        return invalid("/previous", "64 hexadecimal digits in lower case");
    }
    check_window(body)?;
    for (name, length) in [
        ("/licenses", body.licenses.len()),
        ("/features", body.features.len()),
        ("/products", body.products.len()),
    ] {
        if length > MAX_LIST {
            return invalid(name, format!("{length} rows; at most {MAX_LIST} are accepted"));
        }
    }
    check_texts(body)?;
    for (index, sample) in body.features.iter().enumerate() {
        let field = |name: &str| format!("/features/{index}/{name}");
        let within = |at: Timestamp| (body.window_start..=body.window_stop).contains(&at);
        match (sample.used_from, sample.used_until) {
            (None, None) if sample.count_used_max == 0 => {}
            (Some(from), Some(until))
                if sample.count_used_max > 0 && from < until && within(from) && within(until) => {}
            _ => {
                return invalid(
                    field("usedFrom"),
                    "hours of the window, exactly when seats were used",
                );
            }
        }
        for (name, hashes) in [
            ("userHashes", &sample.user_hashes),
            ("deviceHashes", &sample.device_hashes),
        ] {
            if hashes.len() > MAX_LIST {
                return invalid(field(name), format!("at most {MAX_LIST} are accepted"));
            }
            if !hashes.iter().all(|hash| is_name_hash(hash)) {
                return invalid(field(name), "32 hexadecimal digits in lower case each");
            }
        }
    }
    for (index, seen) in body.products.iter().enumerate() {
        if seen.first_seen >= seen.last_seen {
            return invalid(format!("/products/{index}/firstSeen"), "before lastSeen");
        }
    }
    Ok(())
}

fn check_window(body: &UploadBody) -> Result<(), UploadError> {
    for (field, at) in [
        ("/windowStart", body.window_start),
        ("/windowStop", body.window_stop),
    ] {
        if at.as_nanosecond() % 3_600_000_000_000 != 0 {
            return invalid(field, "a full hour");
        }
    }
    let hours = (body.window_stop.as_second() - body.window_start.as_second()) / 3600;
    if !(0..=MAX_WINDOW_HOURS).contains(&hours) {
        return invalid(
            "/windowStop",
            "not before windowStart, and within ten years of it",
        );
    }
    Ok(())
}

fn check_texts(body: &UploadBody) -> Result<(), UploadError> {
    let one = |field: &str, text: &str| {
        if text.len() > MAX_TEXT_BYTES || text.chars().any(char::is_control) {
            invalid(
                field,
                format!("at most {MAX_TEXT_BYTES} bytes without control characters"),
            )
        } else {
            Ok(())
        }
    };
    one("/createdLocal", &body.created_local)?;
    one("/server/hostName", &body.server.host_name)?;
    one("/server/productVersion", &body.server.product_version)?;
    if body.server.hardware_id.len() != 16 || !is_hex(&body.server.hardware_id) {
        return invalid("/server/hardwareId", "16 hexadecimal digits in lower case");
    }
    for (index, license) in body.licenses.iter().enumerate() {
        let at = |name: &str| format!("/licenses/{index}/{name}");
        one(&at("vendor"), &license.vendor)?;
        one(&at("feature"), &license.feature)?;
        for (name, text) in [
            ("serialNumber", &license.serial_number),
            ("licenseType", &license.license_type),
        ] {
            one(&at(name), text.as_deref().unwrap_or_default())?;
        }
    }
    for (index, sample) in body.features.iter().enumerate() {
        one(&format!("/features/{index}/vendor"), &sample.vendor)?;
        one(&format!("/features/{index}/feature"), &sample.feature)?;
    }
    for (index, seen) in body.products.iter().enumerate() {
        one(&format!("/products/{index}/vendor"), &seen.vendor)?;
        one(&format!("/products/{index}/feature"), &seen.feature)?;
        one(&format!("/products/{index}/product"), &seen.product)?;
    }
    if let Some(report) = &body.diagnostic {
        one("/diagnostic/operatingSystem", &report.operating_system)?;
        one("/diagnostic/architecture", &report.architecture)?;
    }
    for types in body.statistics.iter().flat_map(|report| &report.license_types) {
        one("/statistics/licenseTypes", &types.license_type)?;
    }
    Ok(())
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && is_hex(text)
}

fn is_name_hash(text: &str) -> bool {
    text.len() == 32 && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
