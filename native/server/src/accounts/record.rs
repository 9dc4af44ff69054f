//! What the audit of the accounts records of changes that are made elsewhere, and reading it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use licensing_api::{ErrorCode, Problem};
use licensing_seats::audit::AuditRecord;
use licensing_store::journal::AuditFilter;
use rusqlite::OptionalExtension as _;
use serde_json::Value;

use super::audit::{self, RecordedChange};
use super::{Accounts, Actor, Caller, imports};
use crate::config::Config;

/// Name under which the rules are recorded by which others may vouch for callers.
const SIGN_IN_RULES: &str = "SetSignInRules";

impl Accounts {
    /// Records that the server goes on although databases have lost what was in them. It blocks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_loss(&self, lost: &[String]) -> Result<(), Problem> {
        let actor = Actor {
            account: "licensingd run --accept-loss".to_owned(),
            origin: String::new(),
        };
        self.write(move |transaction, _| {
            let change = RecordedChange {
                action: "AcceptLoss",
                target: "state",
                detail: serde_json::json!({ "lost": lost }),
            };
            Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
        })
    }

    /// Records that the server was restored from an archive. It blocks.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_restore(&self, backup: &str, aside: &str) -> Result<(), Problem> {
        let actor = Actor {
            account: "licensingd run".to_owned(),
            origin: String::new(),
        };
        self.write(move |transaction, _| {
            let change = RecordedChange {
                action: "Restored",
                target: backup,
                detail: serde_json::json!({ "aside": aside }),
            };
            Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
        })
    }

    /// Records that a license file is imported. To be called, and awaited, before the file is put in place: there may
    /// be a record of a change that failed, but never a change without a record.
    ///
    /// # Errors
    /// When the record cannot be made durable; the file must not be put in place then.
    pub async fn record_import(
        &self,
        caller: &Caller,
        file_name: String,
        sha256: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.record_import_by(caller.actor(), file_name, sha256, detail)
            .await
    }

    /// [`Self::record_import`] by whoever it is, also by the server itself.
    ///
    /// # Errors
    /// As [`Self::record_import`].
    pub async fn record_import_by(
        &self,
        actor: Actor,
        file_name: String,
        sha256: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.blocking(move |this| {
            this.write(|transaction, _| {
                imports::remember(transaction, &file_name, &sha256)?;
                let change = RecordedChange {
                    action: "ImportLicenseFile",
                    target: &file_name,
                    detail,
                };
                Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
            })
        })
        .await
    }

    /// Records an administrative change that is made elsewhere.
    ///
    /// # Errors
    /// When the record cannot be made durable.
    pub async fn record_change(
        &self,
        caller: &Caller,
        action: &'static str,
        target: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.record_change_by(caller.actor(), action, target, detail)
            .await
    }

    /// [`Self::record_change`] by whoever it is, also by the server itself.
    ///
    /// # Errors
    /// As [`Self::record_change`].
    pub async fn record_change_by(
        &self,
        actor: Actor,
        action: &'static str,
        target: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.blocking(move |this| {
            this.write(|transaction, _| {
                let change = RecordedChange {
                    action,
                    target: &target,
                    detail,
                };
                Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
            })
        })
        .await
    }

    /// Records that a license file is removed; before that is done, as with [`Self::record_import`].
    ///
    /// # Errors
    /// When the record cannot be made durable; the file must not be removed then.
    pub async fn record_removal(
        &self,
        caller: &Caller,
        file_name: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.record_removal_by(caller.actor(), file_name, detail).await
    }

    /// [`Self::record_removal`] by whoever it is, also by the server itself.
    ///
    /// # Errors
    /// As [`Self::record_removal`].
    pub async fn record_removal_by(
        &self,
        actor: Actor,
        file_name: String,
        detail: Value,
    ) -> Result<(), Problem> {
        self.blocking(move |this| {
            this.write(|transaction, _| {
                imports::forget(transaction, &file_name)?;
                let change = RecordedChange {
                    action: "RemoveLicenseFile",
                    target: &file_name,
                    detail,
                };
                Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
            })
        })
        .await
    }

    /// Names of the license files that were imported, with the SHA-256 (hex) they were imported with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn imported_files(&self) -> Result<BTreeMap<String, String>, Problem> {
        self.read(|connection, _| imports::all(connection)).await
    }

    /// The newest audit records that are wanted, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) async fn records(&self, filter: AuditFilter) -> Result<Vec<AuditRecord>, Problem> {
        self.blocking(move |this| {
            this.inner
                .database
                .read_apart(|connection| audit::newest(connection, &filter))
        })
        .await
    }

    /// Walks the record of all changes. Gives the number of entries.
    ///
    /// # Errors
    /// `StorageDamaged` naming the first record that was changed or is missing.
    pub async fn verify_record(&self) -> Result<u64, Problem> {
        self.blocking(|this| this.inner.database.read_apart(audit::verify))
            .await?
            .map_err(|error| {
                Problem::new(
                    ErrorCode::StorageDamaged,
                    format!("The audit of the web services: {error}."),
                )
                .about("state/server.db")
            })
    }

    /// Records by which rules others may vouch for callers, if the last record says otherwise: rules may also change in the
    /// configuration file, also while the server does not run.
    ///
    /// # Errors
    /// When the record cannot be made durable.
    pub async fn record_sign_in_rules(&self, actor: Actor, config: &Config) -> Result<(), Problem> {
        let (now, usual) = (rules(config)?, rules(&Config::default())?);
        self.blocking(move |this| {
            this.write(|transaction, _| {
                let last = transaction
                    .query_row("SELECT rules FROM sign_in_rules", [], |row| row.get(0))
                    .optional()?;
                let text = now.to_string();
                if last.unwrap_or_else(|| usual.to_string()) == text {
                    return Ok(());
                }
                transaction.execute(
                    "INSERT INTO sign_in_rules (only_row, rules) VALUES (1, ?1)
                     ON CONFLICT (only_row) DO UPDATE SET rules = excluded.rules",
                    [&text],
                )?;
                let change = RecordedChange {
                    action: SIGN_IN_RULES,
                    target: "licensingd.toml",
                    detail: now,
                };
                Ok(audit::record(transaction, &actor, &change, Timestamp::now())?)
            })
        })
        .await
    }
}

/// The rules of a configuration as the audit has them. There is no secret among them: passwords are in files.
fn rules(config: &Config) -> Result<Value, Problem> {
    let value = |section: serde_json::Result<Value>| {
        section.map_err(|error| {
            Problem::new(
                ErrorCode::UnknownError,
                format!("The settings cannot be recorded: {error}."),
            )
        })
    };
    Ok(serde_json::json!({
        "directory": value(serde_json::to_value(&config.directory))?,
        "openid": value(serde_json::to_value(&config.openid))?,
    }))
}
