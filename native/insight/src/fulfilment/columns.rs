//! What stands in the columns of a database, whichever it is.

use licensing_management::key::PublicKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::store::Standing;
use crate::storage::StorageError;

pub(super) fn damaged(what: impl std::fmt::Display) -> StorageError {
    StorageError::Damaged(format!("the fulfilment: {what}"))
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(damaged)
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(damaged)
}

pub(super) fn key(text: String) -> Result<PublicKey, StorageError> {
    PublicKey::try_from(text).map_err(damaged)
}

pub(super) fn seats(number: i64) -> Result<u32, StorageError> {
    u32::try_from(number).map_err(damaged)
}

pub(super) fn standing(name: &str) -> Result<Standing, StorageError> {
    Standing::from_name(name).ok_or_else(|| damaged(format!("no allocation is '{name}'")))
}
