//! The schema, and the tables of each month.

use deadpool_postgres::{Client, Transaction};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{begin, failed};
use crate::storage::{StorageError, newer};

/// Locks of this program, so that two processes on one database take turns. The numbers are arbitrary and never change.
pub(super) mod lock {
    /// Held while the schema is brought to its version.
    pub(in super::super) const SCHEMA: i64 = 0x4C49_6E73_0001;
    /// Held while uploads are stored or months are dropped: an upload is stored once because one at a time looks for its id.
    pub(in super::super) const UPLOADS: i64 = 0x4C49_6E73_0002;
    /// Held while items are compared and changed.
    pub(in super::super) const ITEMS: i64 = 0x4C49_6E73_0003;
}

/// What brings a database from each version of the schema to the next one, beginning with an empty one. A released entry is
/// never changed; a new version is a further entry.
const MIGRATIONS: [&str; 3] = [VERSION_1, VERSION_2, VERSION_3];

/// Uploads are kept by the month in which they arrived, and each month can be dropped at once. What hardly changes from day to
/// day, the licenses, is kept once for each different list; `holding` says which server had which list when.
const VERSION_1: &str = "
CREATE TABLE item (
    kind         text NOT NULL,
    key          text NOT NULL,
    organization text,
    value        text NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE TABLE list (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash     bytea NOT NULL UNIQUE,
    licenses text NOT NULL
);
CREATE TABLE list_serial (
    serial_key text NOT NULL,
    vendor_key text NOT NULL,
    list       bigint NOT NULL REFERENCES list ON DELETE CASCADE,
    PRIMARY KEY (serial_key, vendor_key, list)
);
CREATE INDEX list_serial_list ON list_serial (list);
CREATE TABLE list_feature (
    feature_key text NOT NULL,
    list        bigint NOT NULL REFERENCES list ON DELETE CASCADE,
    PRIMARY KEY (feature_key, list)
);
CREATE INDEX list_feature_list ON list_feature (list);
CREATE TABLE holding (
    list   bigint NOT NULL REFERENCES list,
    server uuid NOT NULL,
    begin  timestamptz NOT NULL,
    finish timestamptz NOT NULL,
    PRIMARY KEY (list, server)
) WITH (fillfactor = 70);
CREATE INDEX holding_server ON holding (server);
CREATE TABLE history (
    server    uuid PRIMARY KEY,
    sequence  bigint NOT NULL,
    upload_id uuid NOT NULL,
    integrity bytea NOT NULL,
    created   timestamptz NOT NULL,
    received  timestamptz NOT NULL,
    partner   uuid,
    regular   boolean NOT NULL
) WITH (fillfactor = 70);
CREATE TABLE upload (
    upload_id    uuid NOT NULL,
    server       uuid NOT NULL,
    sequence     bigint NOT NULL,
    created      timestamptz NOT NULL,
    window_stop  timestamptz NOT NULL,
    received     timestamptz NOT NULL,
    list         bigint NOT NULL,
    clock_offset bigint,
    clock_jump   bigint NOT NULL,
    bytes        integer NOT NULL,
    partner      uuid,
    integrity    bytea NOT NULL,
    previous     bytea,
    usage        text NOT NULL,
    products     text NOT NULL
) PARTITION BY RANGE (received);
CREATE INDEX upload_server ON upload (server, received);
CREATE TABLE upload_other PARTITION OF upload DEFAULT;
CREATE UNIQUE INDEX upload_other_once ON upload_other (upload_id);
CREATE TABLE document (
    upload_id uuid NOT NULL,
    received  timestamptz NOT NULL,
    content   bytea NOT NULL
) PARTITION BY RANGE (received);
CREATE INDEX document_upload ON document (upload_id);
CREATE TABLE document_other PARTITION OF document DEFAULT;
CREATE TABLE noted (
    server uuid PRIMARY KEY
);
CREATE TABLE finding (
    key      text PRIMARY KEY,
    scope    text NOT NULL,
    resolved timestamptz,
    record   text NOT NULL
);
CREATE INDEX finding_scope ON finding (scope);
CREATE TABLE finding_server (
    server uuid NOT NULL,
    key    text NOT NULL REFERENCES finding ON DELETE CASCADE,
    PRIMARY KEY (server, key)
);
CREATE INDEX finding_server_key ON finding_server (key);
CREATE TABLE delivery (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target   text NOT NULL,
    message  text NOT NULL,
    attempts integer NOT NULL,
    due      timestamptz NOT NULL
);
CREATE INDEX delivery_due ON delivery (due);
";

/// Which note it is, so that a server that was noted again while it was looked at stays noted.
const VERSION_2: &str = "
ALTER TABLE noted ADD COLUMN mark uuid NOT NULL DEFAULT gen_random_uuid();
";

/// Whether a server has had a list of which another one has had a serial number, whenever that was: only then both may have had
/// it at the same time. And what is left of dropped months has ids of several months, of which a server may have made one twice.
const VERSION_3: &str = "
ALTER TABLE holding ADD COLUMN shared boolean NOT NULL DEFAULT false;
UPDATE holding SET shared = true WHERE list IN (
    SELECT list FROM list_serial JOIN (
        SELECT serial_key, vendor_key FROM list_serial JOIN holding USING (list)
        GROUP BY serial_key, vendor_key HAVING count(DISTINCT server) > 1
    ) AS common USING (serial_key, vendor_key));
CREATE INDEX holding_shared ON holding (server) WHERE shared;
DROP INDEX upload_other_once;
CREATE UNIQUE INDEX upload_other_once ON upload_other (upload_id, integrity);
";

/// A schema and how far it has come in a database, which may have several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    /// Table of its versions.
    pub(crate) versions: &'static str,
    /// Held while it is brought to its version.
    pub(crate) lock: i64,
    /// As [`MIGRATIONS`].
    pub(crate) migrations: &'static [&'static str],
}

/// That of uploads and of what is made of them.
pub(super) const UPLOADS: Schema = Schema {
    versions: "insight_schema",
    lock: lock::SCHEMA,
    migrations: &MIGRATIONS,
};

/// Brings a database to a schema of this program, all in one transaction.
pub(crate) async fn migrate(client: &mut Client, schema: Schema) -> Result<(), StorageError> {
    let Schema {
        versions,
        lock,
        migrations,
    } = schema;
    let transaction = begin(client, lock).await?;
    transaction
        .batch_execute(&format!(
            "CREATE TABLE IF NOT EXISTS {versions} (version integer NOT NULL)"
        ))
        .await
        .map_err(failed)?;
    let version: Option<i32> = transaction
        .query_one(&format!("SELECT max(version) FROM {versions}"), &[])
        .await
        .map_err(failed)?
        .get(0);
    let known = usize::try_from(version.unwrap_or(0))
        .ok()
        .filter(|known| *known <= migrations.len())
        .ok_or_else(|| newer(version.unwrap_or(0), migrations.len()))?;
    for (version, migration) in (1_i32..).zip(migrations).skip(known) {
        transaction.batch_execute(migration).await.map_err(failed)?;
        transaction
            .execute(&format!("INSERT INTO {versions} VALUES ($1)"), &[&version])
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// A month, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Month(Date);

impl Month {
    /// The month of an instant, in UTC.
    pub(super) fn of(at: Timestamp) -> Self {
        Self(at.to_zoned(TimeZone::UTC).date().first_of_month())
    }

    /// The month of a table's name, such as `upload_2026_11`.
    pub(super) fn of_table(name: &str) -> Option<Self> {
        let mut parts = name.rsplit('_');
        let (month, year) = (parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, 1)
            .ok()
            .map(Self)
    }

    /// First day, and first day of the next month.
    pub(super) fn days(self) -> Option<(Date, Date)> {
        Some((self.0, self.0.last_of_month().tomorrow().ok()?))
    }

    /// When it ends.
    pub(super) fn end(self) -> Option<Timestamp> {
        let (_, next) = self.days()?;
        Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }

    fn suffix(self) -> String {
        format!("{:04}_{:02}", self.0.year(), self.0.month())
    }
}

/// Makes the tables of a month, unless they are there. The caller holds [`lock::UPLOADS`].
pub(super) async fn make_month(transaction: &Transaction<'_>, month: Month) -> Result<(), StorageError> {
    let Some((first, next)) = month.days() else {
        return Ok(());
    };
    for parent in ["upload", "document"] {
        let table = format!("{parent}_{}", month.suffix());
        let row = transaction
            .query_one(
                // What a clock that was set back has left in the table of the rest stays there.
                &format!(
                    "SELECT to_regclass('{table}') IS NOT NULL OR EXISTS (SELECT FROM {parent}_other
                     WHERE received >= '{first}T00:00:00Z' AND received < '{next}T00:00:00Z')"
                ),
                &[],
            )
            .await
            .map_err(failed)?;
        if row.get(0) {
            continue;
        }
        let mut statements = format!(
            "CREATE TABLE {table} PARTITION OF {parent}
             FOR VALUES FROM ('{first}T00:00:00Z') TO ('{next}T00:00:00Z');"
        );
        if parent == "upload" {
            statements.push_str(&format!(
                "CREATE UNIQUE INDEX {table}_once ON {table} (upload_id);"
            ));
        }
        transaction.batch_execute(&statements).await.map_err(failed)?;
    }
    Ok(())
}
