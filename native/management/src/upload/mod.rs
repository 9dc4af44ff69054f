//! What a license server tells the license management service.

mod document;
mod read;
mod seal;

pub use document::{
    ClockReport, DiagnosticReport, FeatureSample, InstalledLicense, LicenseTypeQuantity, ProductSeen,
    ServerReport, StatisticsReport, SuppliedReason, UploadBody, UploadType,
};
pub use read::{MAX_LIST, MAX_TEXT_BYTES, MAX_UPLOAD_BYTES, MAX_WINDOW_HOURS, UploadError};
pub use seal::SealedUpload;

/// Version of the upload format that this library writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Name of the upload among other documents.
pub const PRODUCT: &str = "LicenseServerCompliance";
