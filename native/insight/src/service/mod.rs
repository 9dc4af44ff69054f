//! What Insight Services do, without the port they do it on. Calls block.

mod accounts;
mod bundles;
mod capacity;
mod evaluation;
mod knowledge;
mod messages;
mod registration;
mod requirements;
mod retention;
mod targets;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use licensing_api::{ErrorCode, Permission, Problem};
use licensing_management::compliance::Bounds;
use licensing_management::exchange::{ReceiverErrorCode, ReceiverProblem};
use licensing_management::id::ServerGuid;
use licensing_management::key::{ManagementKey, PublicKey};
use parking_lot::{Mutex, RwLock};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use self::knowledge::Known;
use crate::config::InsightConfig;
use crate::storage::{Kind, Storage, StorageError};

pub use bundles::AcceptedBundle;
pub use licensing_delivery::TargetKind;
pub use messages::{Message, Target};
pub use retention::DropGuard;
pub use uploads::SentUpload;

/// A customer: servers and accounts belong to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its name.
    pub name: String,
    /// When it was added.
    pub added: Timestamp,
}

/// Who may use Insight Services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Name.
    pub name: String,
    /// Organization; none for operators, who see all.
    pub organization: Option<String>,
    /// What they may do.
    pub permission: Permission,
    /// When it was added.
    pub added: Timestamp,
    /// Hash of its token, under which it is kept. Tokens have 256 random bits, so that their hash gives nothing away.
    pub token_hash: String,
}

/// A registered license server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisteredServer {
    /// The server.
    pub server_guid: ServerGuid,
    /// Organization that it belongs to.
    pub organization: String,
    /// Host name that it registered with.
    pub host_name: String,
    /// Version when it registered.
    pub product_version: String,
    /// Key that its uploads are signed with.
    pub public_key: PublicKey,
    /// When it registered.
    pub registered: Timestamp,
}

/// The service.
pub struct Insight {
    storage: Arc<dyn Storage>,
    key: ManagementKey,
    bounds: Bounds,
    retention: SignedDuration,
    /// How long the program had run when old uploads were last looked for.
    looked_at_clock: Mutex<Duration>,
    /// Whether there is a server to send mail by.
    has_mail: bool,
    /// One evaluation at a time: it reads findings and writes them.
    evaluation: Mutex<()>,
    /// What is known beside uploads, as it was last read.
    knowledge: RwLock<Option<Arc<Known>>>,
    /// Told when a message was put into the queue.
    queued: Notify,
}

impl Insight {
    /// On this storage, signing with this key.
    pub fn new(storage: Arc<dyn Storage>, key: ManagementKey, config: &InsightConfig) -> Self {
        Self {
            storage,
            key,
            bounds: config.bounds(),
            retention: SignedDuration::from_hours(24 * i64::from(config.retention_days)),
            looked_at_clock: Mutex::default(),
            has_mail: !config.mail.server.is_empty(),
            evaluation: Mutex::new(()),
            knowledge: RwLock::new(None),
            queued: Notify::new(),
        }
    }

    /// What is kept.
    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// Ends when a message was put into the queue.
    pub async fn queued(&self) {
        self.queued.notified().await;
    }

    /// A registered server.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn server(&self, server: ServerGuid) -> Result<Option<RegisteredServer>, StorageError> {
        self.item(Kind::Server, &server.to_string())
    }

    /// Registered servers, of one organization or all.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn servers(&self, organization: Option<&str>) -> Result<Vec<RegisteredServer>, StorageError> {
        self.items(Kind::Server, organization)
    }

    fn item<T: DeserializeOwned>(&self, kind: Kind, key: &str) -> Result<Option<T>, StorageError> {
        self.storage
            .item(kind, key)?
            .map(|text| from_json(kind, &text))
            .transpose()
    }

    fn items<T: DeserializeOwned>(
        &self,
        kind: Kind,
        organization: Option<&str>,
    ) -> Result<Vec<T>, StorageError> {
        let texts = self.storage.items(kind, organization)?;
        texts.iter().map(|text| from_json(kind, text)).collect()
    }
}

fn from_json<T: DeserializeOwned>(kind: Kind, text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| StorageError::Damaged(format!("{}: {error}", kind.name())))
}

fn to_json<T: Serialize>(kind: Kind, value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| {
        StorageError::Damaged(format!("an item of {} cannot be written: {error}", kind.name()))
    })
}

/// What a failure of the storage means for an administrator.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let code = match &error {
            StorageError::Unavailable(_) => ErrorCode::StorageUnavailable,
            StorageError::Damaged(_) => ErrorCode::StorageDamaged,
        };
        tracing::error!(%error, "the storage has failed");
        Self::new(code, format!("{error}."))
    }
}

/// What a failure of the storage means for a license server.
impl From<StorageError> for ReceiverProblem {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "the storage has failed");
        Self {
            code: match error {
                StorageError::Unavailable(_) => ReceiverErrorCode::StorageUnavailable,
                StorageError::Damaged(_) => ReceiverErrorCode::InternalError,
            },
            detail: "Nothing can be stored now; the receiver's log has more.".to_owned(),
        }
    }
}

fn refuse<T>(code: ReceiverErrorCode, detail: impl Into<String>) -> Result<T, ReceiverProblem> {
    Err(ReceiverProblem {
        code,
        detail: detail.into(),
    })
}

/// Nothing of that name, or nothing that the caller may know of.
fn not_found(detail: String) -> Problem {
    Problem::new(ErrorCode::InvalidFilter, detail)
}
