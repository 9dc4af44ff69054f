//! Registration of license servers by one-time codes.

use jiff::{SignedDuration, Timestamp};
use licensing_api::{ErrorCode, Problem};
use licensing_management::exchange::{
    ReceiverErrorCode, ReceiverProblem, RegistrationAnswer, RegistrationError, RegistrationRequest,
};
use licensing_management::id::ServerGuid;
use licensing_management::key::{CodeSecret, PublicKey, RegistrationCode};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Account, Insight, RegisteredServer, from_json, refuse, to_json};
use crate::storage::{Change, Concerned, Expected, Kind, StorageError};

/// Days that a code is good for unless another number is given.
const CODE_DAYS: u16 = 7;
/// Most days that a code is good for.
const MOST_CODE_DAYS: u16 = 90;

/// A code as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    /// What proves the knowledge of the code, in hexadecimal digits.
    secret: String,
    organization: String,
    expires: Timestamp,
    /// The server that has used it, and its key.
    used_by: Option<(ServerGuid, PublicKey)>,
}

impl Code {
    fn secret(&self) -> Result<CodeSecret, StorageError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&self.secret, &mut bytes)
            .map_err(|error| StorageError::Damaged(format!("a registration code: {error}")))?;
        Ok(CodeSecret::from_bytes(bytes))
    }
}

impl Insight {
    /// Makes a code that registers one server with an organization, and says when it expires.
    ///
    /// # Errors
    /// When the organization does not exist, the number of days will not do, or the storage fails.
    pub fn new_code(
        &self,
        organization: &str,
        days: Option<u16>,
    ) -> Result<(RegistrationCode, Timestamp), Problem> {
        self.require_organization(organization)?;
        let days = days.unwrap_or(CODE_DAYS);
        if !(1..=MOST_CODE_DAYS).contains(&days) {
            return Err(Problem::new(
                ErrorCode::InvalidRequest,
                format!("days is {days}; allowed: 1 to {MOST_CODE_DAYS}."),
            )
            .about("days"));
        }
        let expires = Timestamp::now() + SignedDuration::from_hours(24 * i64::from(days));
        // Another code may begin with the same group; then another one is made.
        for _ in 0..8 {
            let mut random = Zeroizing::new([0; 25]);
            getrandom::fill(&mut random[..])
                .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
            let code = RegistrationCode::from_random(&random);
            let kept = Code {
                secret: hex::encode(code.secret().as_bytes()),
                organization: organization.to_owned(),
                expires,
                used_by: None,
            };
            let key = code.id().to_owned();
            let is_new = self.storage.change(
                &[Expected {
                    kind: Kind::Code,
                    key: key.clone(),
                    value: None,
                }],
                &[Change::Put {
                    kind: Kind::Code,
                    key,
                    organization: Some(organization.to_owned()),
                    value: to_json(Kind::Code, &kept)?,
                }],
            )?;
            if is_new {
                // The first group names the code and opens nothing.
                tracing::info!(organization, code = code.id(), %expires, "a registration code was made");
                return Ok((code, expires));
            }
        }
        Err(Problem::new(
            ErrorCode::TooManyRequests,
            "Too many registration codes exist.",
        ))
    }

    /// Registers a server; says whether it is new or has repeated its request.
    ///
    /// # Errors
    /// What docs/telemetry.md names.
    pub fn register(
        &self,
        request: &RegistrationRequest,
        within: Option<&Account>,
    ) -> Result<(RegistrationAnswer, bool), ReceiverProblem> {
        let invalid = || {
            ReceiverProblem {
            code: ReceiverErrorCode::RegistrationCodeInvalid,
            detail: "The registration code is unknown, was used, or has expired. Ask the receiver's administrator for \
                     another one."
                .to_owned(),
        }
        };
        let code_text = self
            .storage
            .item(Kind::Code, &request.code_id)?
            .ok_or_else(invalid)?;
        let code: Code = from_json(Kind::Code, &code_text)?;
        let secret = code.secret()?;
        request.verify(&secret).map_err(|error| match error {
            RegistrationError::WrongSignature => ReceiverProblem {
                code: ReceiverErrorCode::SignatureInvalid,
                detail: "The signature of the registration does not fit its key.".to_owned(),
            },
            RegistrationError::WrongProof
            | RegistrationError::OtherServer
            | RegistrationError::NotCanonical(_) => invalid(),
        })?;
        if within.is_some_and(|caller| !caller.sees(&code.organization)) {
            return Err(invalid());
        }
        let server_key = request.server_guid.to_string();
        let known_text = self.storage.item(Kind::Server, &server_key)?;
        let known: Option<RegisteredServer> = known_text
            .as_deref()
            .map(|text| from_json(Kind::Server, text))
            .transpose()?;
        if known.is_some_and(|known| known.public_key != request.public_key) {
            return refuse(
                ReceiverErrorCode::ServerKeyDiffers,
                "This server is registered with another key. Remove its registration first.",
            );
        }
        let answer = RegistrationAnswer::new(request.server_guid, &code.organization, &self.key, &secret)
            .map_err(|error| ReceiverProblem {
                code: ReceiverErrorCode::InternalError,
                detail: error.to_string(),
            })?;
        match code.used_by {
            // Whoever has lost the answer gets it again, as long as the registration stands.
            Some(used) if used == (request.server_guid, request.public_key) && known_text.is_some() => {
                return Ok((answer, false));
            }
            Some(_) => return Err(invalid()),
            None if code.expires < Timestamp::now() => return Err(invalid()),
            None => {}
        }
        self.keep_registration(request, &code_text, code, known_text)?;
        Ok((answer, true))
    }

    fn keep_registration(
        &self,
        request: &RegistrationRequest,
        code_text: &str,
        mut code: Code,
        known_text: Option<String>,
    ) -> Result<(), ReceiverProblem> {
        let server = RegisteredServer {
            server_guid: request.server_guid,
            organization: code.organization.clone(),
            host_name: request.host_name.clone(),
            product_version: request.product_version.clone(),
            public_key: request.public_key,
            registered: Timestamp::now(),
        };
        code.used_by = Some((request.server_guid, request.public_key));
        let server_key = request.server_guid.to_string();
        let expected = [
            Expected {
                kind: Kind::Code,
                key: request.code_id.clone(),
                value: Some(code_text.to_owned()),
            },
            Expected {
                kind: Kind::Server,
                key: server_key.clone(),
                value: known_text,
            },
        ];
        let changes = [
            Change::Put {
                kind: Kind::Code,
                key: request.code_id.clone(),
                organization: Some(code.organization.clone()),
                value: to_json(Kind::Code, &code)?,
            },
            Change::Put {
                kind: Kind::Server,
                key: server_key,
                organization: Some(server.organization.clone()),
                value: to_json(Kind::Server, &server)?,
            },
        ];
        if self.storage.change(&expected, &changes)? {
            // What it sent under an earlier registration counts again.
            if !self.storage.uploads(&[server.server_guid], 1)?.is_empty() {
                self.storage.note(Concerned::Servers(&[server.server_guid]))?;
            }
            tracing::info!(server = %server.server_guid, organization = server.organization, "a server is registered");
            Ok(())
        } else {
            refuse(
                ReceiverErrorCode::TooManyRequests,
                "The code or the server was used by another request at the same time.",
            )
        }
    }

    /// Removes the registration of a server. Its uploads stay until their time is over, but no finding is made from them any
    /// more: what was found about it is resolved.
    ///
    /// # Errors
    /// When the caller knows of no such server, or the storage fails.
    pub fn unregister(&self, caller: &Account, server: &str) -> Result<RegisteredServer, Problem> {
        let known = self.visible_server(caller, server)?;
        let change = Change::Remove {
            kind: Kind::Server,
            key: known.server_guid.to_string(),
        };
        self.change_knowledge(&[change], Concerned::Servers(&[known.server_guid]))?;
        tracing::info!(server = %known.server_guid, by = caller.name, "the registration of a server was removed");
        Ok(known)
    }
}
