//! Allocation: what a license server asks the fulfilment of a vendor for, and what it is answered. docs/allocation.md
//! describes it.
//!
//! Whoever asks signs with the key of the server. Whoever asks with an access code proves that they know it; the code does
//! not travel. The answer to such a request proves the same, so that an answer that comes as a file can be trusted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, NotCanonical, SIGNATURE};
use crate::id::{AllocationRequestId, ServerGuid};
use crate::key::{
    CodeSecret, Context, DocumentSignature, InvalidCode, ManagementKey, PublicKey, RegistrationCode,
};

/// Largest document, in bytes: an answer with a license file.
pub const MAX_FULFILMENT_BYTES: usize = 4 * 1024 * 1024;

/// Most serial numbers in a query for renewals.
pub const MAX_SERIAL_NUMBERS: usize = 10_000;

/// Name of the member that carries the proof.
const PROOF: &str = "proof";

/// What access codes begin with.
const ACCESS_CODE_PREFIX: &str = "LA-";

/// What an order is asked for by: a secret of its customer.
#[derive(Debug, Clone)]
pub struct AccessCode(RegistrationCode);

impl AccessCode {
    /// The code around 25 random characters.
    pub fn new(code: RegistrationCode) -> Self {
        Self(code)
    }

    /// Reads a code; case and hyphens do not matter.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidCode> {
        let text = text.trim();
        let rest = text
            .get(..ACCESS_CODE_PREFIX.len())
            .filter(|begin| begin.eq_ignore_ascii_case(ACCESS_CODE_PREFIX))
            .and_then(|_| text.get(ACCESS_CODE_PREFIX.len()..));
        RegistrationCode::parse(rest.unwrap_or(text)).map(Self)
    }

    /// The code as it is shown, once.
    pub fn reveal(&self) -> String {
        format!("{ACCESS_CODE_PREFIX}{}", self.0.reveal())
    }

    /// Names the code among others and gives nothing away.
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// What is stored in place of the code.
    pub fn secret(&self) -> CodeSecret {
        self.0.secret()
    }
}

/// Why a document cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FulfilmentError {
    /// It is too large or cannot be understood.
    #[error("the document cannot be read: {0}")]
    Malformed(String),
    /// It was signed by another key, or changed.
    #[error("the signature does not fit the document")]
    WrongSignature,
    /// Whoever made it does not know the access code.
    #[error("the document does not prove the knowledge of the access code")]
    WrongProof,
    /// It cannot be written canonically.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// A document with a signature of whom it names.
pub trait SignedDocument: Serialize + for<'de> Deserialize<'de> {
    /// What its signature is for.
    const CONTEXT: Context;

    /// The key that must have signed it.
    fn signer(&self) -> &PublicKey;

    /// Its signature.
    fn signature(&self) -> &DocumentSignature;

    /// Its text.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no document.
    fn to_text(&self) -> Result<String, NotCanonical> {
        let bytes = canonical::bytes_of(self, &[])?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads a text and checks the signature.
    ///
    /// # Errors
    /// When it cannot be read, or the signature does not fit.
    fn read(text: &str) -> Result<Self, FulfilmentError> {
        if text.len() > MAX_FULFILMENT_BYTES {
            return Err(FulfilmentError::Malformed(format!(
                "it has more than {MAX_FULFILMENT_BYTES} bytes"
            )));
        }
        // No value has it, and not every database takes it.
        if text.contains("\\u0000") {
            return Err(FulfilmentError::Malformed("it has a NUL character".to_owned()));
        }
        let document: Self = serde_json::from_str(text.trim())
            .map_err(|error| FulfilmentError::Malformed(error.to_string()))?;
        let signed = canonical::bytes_of(&document, &[SIGNATURE])?;
        document
            .signer()
            .verify(Self::CONTEXT, &signed, document.signature())
            .map_err(|_| FulfilmentError::WrongSignature)?;
        Ok(document)
    }
}

macro_rules! signed_document {
    ($name:ident, $context:ident, $signer:ident) => {
        impl SignedDocument for $name {
            const CONTEXT: Context = Context::$context;

            fn signer(&self) -> &PublicKey {
                &self.$signer
            }

            fn signature(&self) -> &DocumentSignature {
                &self.signature
            }
        }
    };
}

signed_document!(EntitlementQuery, EntitlementQuery, public_key);
signed_document!(AllocationRequest, AllocationRequest, public_key);
signed_document!(AllocationAnswer, AllocationAnswer, fulfilment_key);
signed_document!(ReturnProof, ReturnProof, public_key);
signed_document!(RenewalQuery, RenewalQuery, public_key);

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The server.
    pub server_guid: ServerGuid,
    /// Its key.
    pub key: &'a ManagementKey,
    /// Now.
    pub now: Timestamp,
}

/// Asks what an access code owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntitlementQuery {
    /// The server.
    pub server_guid: ServerGuid,
    /// Its host name.
    pub host_name: String,
    /// Key that it signs with.
    pub public_key: PublicKey,
    /// When it was made.
    pub made: Timestamp,
    /// First group of the access code.
    pub code_id: String,
    /// Proof that the server knows the code: HMAC-SHA-256 over the canonical bytes without `proof` and `signature`.
    pub proof: String,
    /// Signature over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

impl EntitlementQuery {
    /// Asks with an access code.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no query.
    pub fn new(asker: Asker<'_>, host_name: &str, code: &AccessCode) -> Result<Self, NotCanonical> {
        let mut query = Self {
            server_guid: asker.server_guid,
            host_name: host_name.to_owned(),
            public_key: asker.key.public(),
            made: asker.now,
            code_id: code.id().to_owned(),
            proof: String::new(),
            signature: asker.key.sign(Self::CONTEXT, b""),
        };
        let proven = canonical::bytes_of(&query, &[PROOF, SIGNATURE])?;
        query.proof = code.secret().proof(Self::CONTEXT, &proven);
        query.signature = asker
            .key
            .sign(Self::CONTEXT, &canonical::bytes_of(&query, &[SIGNATURE])?);
        Ok(query)
    }

    /// Checks that whoever asks knows the code with this secret.
    ///
    /// # Errors
    /// When they do not.
    pub fn prove(&self, secret: &CodeSecret) -> Result<(), FulfilmentError> {
        let proven = canonical::bytes_of(self, &[PROOF, SIGNATURE])?;
        check(secret.verify(Self::CONTEXT, &proven, &self.proof))
    }
}

/// By what right seats are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Right {
    /// The session of a list of entitlements.
    Session {
        /// Its id.
        id: String,
    },
    /// The access code, for a request that comes as a file.
    AccessCode {
        /// First group of the code.
        id: String,
    },
    /// The allocation that is renewed.
    Renewal {
        /// Its id.
        fulfillment_id: String,
    },
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// Id of the entitlement.
    pub entitlement_id: String,
    /// Seats.
    pub count: u32,
    /// Type of the host ID; that of the entitlement when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub host_id_type: Option<String>,
    /// What this server is known by, by type; one of them when `hostIdType` is given.
    pub host_ids: Vec<(String, String)>,
}

/// Asks for the license file of an allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequest {
    /// Id of the request: repeating it allocates nothing twice.
    pub request_id: AllocationRequestId,
    /// The server.
    pub server_guid: ServerGuid,
    /// Key that it signs with.
    pub public_key: PublicKey,
    /// When it was made.
    pub made: Timestamp,
    /// By what right.
    pub right: Right,
    /// What.
    pub wanted: Wanted,
    /// Proof that the server knows the access code, where that is the right; empty otherwise.
    pub proof: String,
    /// Signature over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

impl AllocationRequest {
    /// Asks. `secret` is that of the access code, where that is the right.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no request.
    pub fn new(
        asker: Asker<'_>,
        request_id: AllocationRequestId,
        right: Right,
        wanted: Wanted,
        secret: Option<&CodeSecret>,
    ) -> Result<Self, NotCanonical> {
        let mut request = Self {
            request_id,
            server_guid: asker.server_guid,
            public_key: asker.key.public(),
            made: asker.now,
            right,
            wanted,
            proof: String::new(),
            signature: asker.key.sign(Self::CONTEXT, b""),
        };
        if let Some(secret) = secret {
            let proven = canonical::bytes_of(&request, &[PROOF, SIGNATURE])?;
            request.proof = secret.proof(Self::CONTEXT, &proven);
        }
        request.signature = asker
            .key
            .sign(Self::CONTEXT, &canonical::bytes_of(&request, &[SIGNATURE])?);
        Ok(request)
    }

    /// Checks that whoever asks knows the code with this secret.
    ///
    /// # Errors
    /// When they do not.
    pub fn prove(&self, secret: &CodeSecret) -> Result<(), FulfilmentError> {
        let proven = canonical::bytes_of(self, &[PROOF, SIGNATURE])?;
        check(secret.verify(Self::CONTEXT, &proven, &self.proof))
    }

    /// Hash of what is asked for, without when and by what right: two requests with one id must have the same.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no request.
    pub fn fingerprint(&self) -> Result<String, NotCanonical> {
        let asked = canonical::bytes_of(self, &["made", "right", PROOF, SIGNATURE])?;
        Ok(canonical::sha256_hex(&asked))
    }
}

/// What was allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocated {
    /// Id of the allocation.
    pub fulfillment_id: String,
    /// Id of the entitlement.
    pub entitlement_id: String,
    /// Name of the product.
    pub product_name: String,
    /// Seats.
    pub count: u32,
    /// What the license file is bound to.
    pub host_id: String,
    /// Serial number of its lines.
    pub serial_number: String,
    /// Serial number that it takes the place of, for a renewal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaces: Option<String>,
    /// Name for the license file.
    pub file_name: String,
    /// The license file, signed by its issuer.
    pub license_file: String,
}

/// Answers an allocation request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationAnswer {
    /// Id of the request.
    pub request_id: AllocationRequestId,
    /// The server that has asked.
    pub server_guid: ServerGuid,
    /// What was allocated.
    pub allocated: Allocated,
    /// When.
    pub made: Timestamp,
    /// Key that the fulfilment signs with.
    pub fulfilment_key: PublicKey,
    /// Proof that the fulfilment knows the access code, where the request came with one; empty otherwise.
    pub proof: String,
    /// Signature over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

impl AllocationAnswer {
    /// Answers. `secret` is that of the access code, where the request came with one.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no answer.
    pub fn new(
        request_id: AllocationRequestId,
        server_guid: ServerGuid,
        allocated: Allocated,
        made: Timestamp,
        key: &ManagementKey,
        secret: Option<&CodeSecret>,
    ) -> Result<Self, NotCanonical> {
        let mut answer = Self {
            request_id,
            server_guid,
            allocated,
            made,
            fulfilment_key: key.public(),
            proof: String::new(),
            signature: key.sign(Self::CONTEXT, b""),
        };
        if let Some(secret) = secret {
            let proven = canonical::bytes_of(&answer, &[PROOF, SIGNATURE])?;
            answer.proof = secret.proof(Self::CONTEXT, &proven);
        }
        answer.signature = key.sign(Self::CONTEXT, &canonical::bytes_of(&answer, &[SIGNATURE])?);
        Ok(answer)
    }

    /// Checks that whoever answers knows the code with this secret.
    ///
    /// # Errors
    /// When they do not.
    pub fn prove(&self, secret: &CodeSecret) -> Result<(), FulfilmentError> {
        let proven = canonical::bytes_of(self, &[PROOF, SIGNATURE])?;
        check(secret.verify(Self::CONTEXT, &proven, &self.proof))
    }
}

/// Says that the license file of an allocation is no longer installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnProof {
    /// Id of the allocation.
    pub fulfillment_id: String,
    /// The server that it was allocated to.
    pub server_guid: ServerGuid,
    /// Key that it signs with.
    pub public_key: PublicKey,
    /// When the license file was removed.
    pub removed: Timestamp,
    /// SHA-256 of the license file; none when it was not there any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Signature over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

impl ReturnProof {
    /// Proves it.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no proof.
    pub fn new(asker: Asker<'_>, fulfillment_id: &str, sha256: Option<String>) -> Result<Self, NotCanonical> {
        let mut proof = Self {
            fulfillment_id: fulfillment_id.to_owned(),
            server_guid: asker.server_guid,
            public_key: asker.key.public(),
            removed: asker.now,
            sha256,
            signature: asker.key.sign(Self::CONTEXT, b""),
        };
        proof.signature = asker
            .key
            .sign(Self::CONTEXT, &canonical::bytes_of(&proof, &[SIGNATURE])?);
        Ok(proof)
    }
}

/// Asks for renewals of what is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RenewalQuery {
    /// The server.
    pub server_guid: ServerGuid,
    /// Key that it signs with.
    pub public_key: PublicKey,
    /// When it was made.
    pub made: Timestamp,
    /// Serial numbers of what is installed.
    pub serial_numbers: Vec<String>,
    /// Signature over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

impl RenewalQuery {
    /// Asks.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no query.
    pub fn new(asker: Asker<'_>, serial_numbers: Vec<String>) -> Result<Self, NotCanonical> {
        let mut query = Self {
            server_guid: asker.server_guid,
            public_key: asker.key.public(),
            made: asker.now,
            serial_numbers,
            signature: asker.key.sign(Self::CONTEXT, b""),
        };
        query.signature = asker
            .key
            .sign(Self::CONTEXT, &canonical::bytes_of(&query, &[SIGNATURE])?);
        Ok(query)
    }
}

/// What stands between the entitlement of a renewal and the allocation that it renews.
const RENEWAL_SEPARATOR: char = '@';

/// Id of the renewal of an allocation by an entitlement.
pub fn renewal_id(entitlement: &str, allocation: &str) -> String {
    format!("{entitlement}{RENEWAL_SEPARATOR}{allocation}")
}

/// Entitlement and allocation that the id of a renewal names.
pub fn renewal_parts(renewal: &str) -> Option<(&str, &str)> {
    renewal.rsplit_once(RENEWAL_SEPARATOR)
}

fn check(fits: bool) -> Result<(), FulfilmentError> {
    if fits {
        Ok(())
    } else {
        Err(FulfilmentError::WrongProof)
    }
}
