//! Names of servers and uploads.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The text is no GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a GUID in lower case, such as 8c6f4f2e-6c0b-4d0a-9a51-2f6d0a8e1b73")]
pub struct InvalidId;

macro_rules! guid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// A version 4 GUID of 16 random bytes.
            pub const fn from_random(mut random: [u8; 16]) -> Self {
                random[6] = random[6] & 0x0F | 0x40;
                random[8] = random[8] & 0x3F | 0x80;
                Self(random)
            }

            /// From the 16 bytes of [`Self::as_bytes`].
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 16 bytes, for stores.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = hex::encode(self.0);
                write!(
                    f,
                    "{}-{}-{}-{}-{}",
                    &digits[..8],
                    &digits[8..12],
                    &digits[12..16],
                    &digits[16..20],
                    &digits[20..]
                )
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let mut bytes = [0; 16];
                let digits: String = text.chars().filter(|c| *c != '-').collect();
                hex::decode_to_slice(&digits, &mut bytes).map_err(|_| InvalidId)?;
                let id = Self(bytes);
                // Only one spelling, so that text may be compared.
                if id.to_string() == text { Ok(id) } else { Err(InvalidId) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": "uuid",
                    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
                })
            }
        }
    };
}

guid! {
    /// Names a license server: made with its data folder, kept over upgrades, new after a reinstallation.
    ServerGuid
}

guid! {
    /// Names an upload. A receiver takes each exactly once.
    UploadId
}

guid! {
    /// Names a request for an allocation. A fulfilment allocates for each exactly once.
    AllocationRequestId
}
