//! What a license server and a receiver say to each other. docs/telemetry.md describes the exchange.

mod bundle;
mod fulfilment;
mod problem;
mod receipt;
mod registration;

pub use bundle::{Bundle, BundleError, BundledUpload, MAX_BUNDLE_BYTES, MAX_BUNDLED_UPLOADS};
pub use fulfilment::{
    AccessCode, Allocated, AllocationAnswer, AllocationRequest, Asker, EntitlementQuery, FulfilmentError,
    MAX_FULFILMENT_BYTES, MAX_SERIAL_NUMBERS, RenewalQuery, ReturnProof, Right, SignedDocument, Wanted,
    renewal_id, renewal_parts,
};
pub use problem::{ReceiverErrorCode, ReceiverProblem};
pub use receipt::{Outcome, Receipt, ReceiptError, UploadResult};
pub use registration::{Registration, RegistrationAnswer, RegistrationError, RegistrationRequest};

/// Path of the registration of a server: `POST`.
pub const REGISTRATION_PATH: &str = "/v1/registrations";

/// Path of the uploads: `PUT {UPLOAD_PATH}/{uploadId}`.
pub const UPLOAD_PATH: &str = "/v1/uploads";

/// Header with the GUID of the server that sends an upload.
pub const SERVER_HEADER: &str = "licensing-server";

/// Header with the signature over the body of an upload, in base64.
pub const SIGNATURE_HEADER: &str = "licensing-signature";

/// Header with the sender's clock at the time of sending, RFC 3339. The receiver compares it with its own.
pub const DATE_HEADER: &str = "licensing-date";
