//! Registration: a server makes its public key known by a one-time code.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, NotCanonical, SIGNATURE};
use crate::id::ServerGuid;
use crate::key::{CodeSecret, Context, DocumentSignature, ManagementKey, PublicKey, RegistrationCode};

/// Asks a receiver to take uploads of a server. The code itself does not travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistrationRequest {
    /// The server.
    pub server_guid: ServerGuid,
    /// Its host name.
    pub host_name: String,
    /// Version of the license server.
    pub product_version: String,
    /// Public key that its uploads are signed with.
    pub public_key: PublicKey,
    /// First group of the one-time code.
    pub code_id: String,
    /// Proof that the server knows the code: HMAC-SHA-256 over the canonical bytes without `proof` and `signature`.
    pub proof: String,
    /// Signature by `publicKey` over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

/// Confirms a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistrationAnswer {
    /// The server.
    pub server_guid: ServerGuid,
    /// Organization that the server belongs to from now on.
    pub organization: String,
    /// Public key that the receiver signs receipts with.
    pub receiver_key: PublicKey,
    /// Proof that the receiver knows the code: HMAC-SHA-256 over the canonical bytes without `proof` and `signature`.
    pub proof: String,
    /// Signature by `receiverKey` over the canonical bytes without `signature`.
    pub signature: DocumentSignature,
}

/// What a server keeps of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// Organization at the receiver.
    pub organization: String,
    /// Key that receipts must be signed with.
    pub receiver_key: PublicKey,
}

/// Why a request or an answer cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// It was signed by another key, or changed.
    #[error("the signature of the registration does not fit")]
    WrongSignature,
    /// The sender does not know the code.
    #[error("the registration does not prove the knowledge of the code")]
    WrongProof,
    /// It is for another server.
    #[error("the registration is for another server")]
    OtherServer,
    /// It cannot be written canonically.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

/// Name of the member that carries the proof.
const PROOF: &str = "proof";

impl RegistrationRequest {
    /// Asks with the key of the server and the code.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no request.
    pub fn new(
        server_guid: ServerGuid,
        host_name: &str,
        product_version: &str,
        key: &ManagementKey,
        code: &RegistrationCode,
    ) -> Result<Self, NotCanonical> {
        let mut request = Self {
            server_guid,
            host_name: host_name.to_owned(),
            product_version: product_version.to_owned(),
            public_key: key.public(),
            code_id: code.id().to_owned(),
            proof: String::new(),
            signature: key.sign(Context::Registration, b""),
        };
        let proven = canonical::bytes_of(&request, &[PROOF, SIGNATURE])?;
        request.proof = code.secret().proof(Context::Registration, &proven);
        request.signature = key.sign(
            Context::Registration,
            &canonical::bytes_of(&request, &[SIGNATURE])?,
        );
        Ok(request)
    }

    /// Checks signature and proof; `secret` is that of the code named by `code_id`.
    ///
    /// # Errors
    /// When one of them does not fit.
    pub fn verify(&self, secret: &CodeSecret) -> Result<(), RegistrationError> {
        let signed = canonical::bytes_of(self, &[SIGNATURE])?;
        self.public_key
            .verify(Context::Registration, &signed, &self.signature)
            .map_err(|_| RegistrationError::WrongSignature)?;
        let proven = canonical::bytes_of(self, &[PROOF, SIGNATURE])?;
        if secret.verify(Context::Registration, &proven, &self.proof) {
            Ok(())
        } else {
            Err(RegistrationError::WrongProof)
        }
    }
}

impl RegistrationAnswer {
    /// Answers with the key of the receiver; `secret` is that of the code.
    ///
    /// # Errors
    /// When it cannot be written canonically, which holds for no answer.
    pub fn new(
        server_guid: ServerGuid,
        organization: &str,
        key: &ManagementKey,
        secret: &CodeSecret,
    ) -> Result<Self, NotCanonical> {
        let mut answer = Self {
            server_guid,
            organization: organization.to_owned(),
            receiver_key: key.public(),
            proof: String::new(),
            signature: key.sign(Context::RegistrationAnswer, b""),
        };
        let proven = canonical::bytes_of(&answer, &[PROOF, SIGNATURE])?;
        answer.proof = secret.proof(Context::RegistrationAnswer, &proven);
        answer.signature = key.sign(
            Context::RegistrationAnswer,
            &canonical::bytes_of(&answer, &[SIGNATURE])?,
        );
        Ok(answer)
    }

    /// Checks that the answer is for this server, comes from who made the code, and is signed with its own key.
    ///
    /// # Errors
    /// When one of these does not hold.
    pub fn verify(
        &self,
        server: ServerGuid,
        code: &RegistrationCode,
    ) -> Result<Registration, RegistrationError> {
        if self.server_guid != server {
            return Err(RegistrationError::OtherServer);
        }
        let signed = canonical::bytes_of(self, &[SIGNATURE])?;
        self.receiver_key
            .verify(Context::RegistrationAnswer, &signed, &self.signature)
            .map_err(|_| RegistrationError::WrongSignature)?;
        let proven = canonical::bytes_of(self, &[PROOF, SIGNATURE])?;
        if !code
            .secret()
            .verify(Context::RegistrationAnswer, &proven, &self.proof)
        {
            return Err(RegistrationError::WrongProof);
        }
        Ok(Registration {
            organization: self.organization.clone(),
            receiver_key: self.receiver_key,
        })
    }
}
