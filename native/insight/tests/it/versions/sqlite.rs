//! SQLite files as earlier programs made and filled them.

use std::path::Path;

use licensing_management::upload::SealedUpload;
use rusqlite::{Connection, Transaction, params};

use super::past::{Past, Standing};

/// What the program of each version did to the file of the one before, as it did it. Never changed.
const MIGRATIONS: [&str; 3] = [
    include_str!("../fixtures/sqlite-1.sql"),
    include_str!("../fixtures/sqlite-2.sql"),
    include_str!("../fixtures/sqlite-3.sql"),
];
/// The versions.
pub(super) const VERSIONS: std::ops::RangeInclusive<i32> = 1..=3;

/// Makes a file of a version.
pub(super) fn write(file: &Path, version: i32, past: &Past) {
    let mut connection = Connection::open(file).unwrap();
    for (number, migration) in (1..=version).zip(MIGRATIONS) {
        connection.execute_batch(migration).unwrap();
        connection
            .pragma_update(None, "application_id", 0x4C49_6E73)
            .unwrap();
        connection.pragma_update(None, "user_version", number).unwrap();
    }
    let transaction = connection.transaction().unwrap();
    for item in &past.items {
        let value = item.value.to_string();
        transaction
            .execute(
                "INSERT INTO item VALUES (?1, ?2, ?3, ?4)",
                params![item.kind, item.key, item.organization, value],
            )
            .unwrap();
    }
    for (upload, received) in &past.uploads {
        store(&transaction, upload, *received);
    }
    if version >= 2 {
        for standing in past.standings() {
            keep_history(&transaction, &standing);
        }
    }
    let note = if version >= 3 {
        "INSERT INTO noted VALUES (?1, randomblob(16))"
    } else {
        "INSERT INTO noted VALUES (?1)"
    };
    for server in past.noted() {
        transaction.execute(note, [server.as_bytes()]).unwrap();
    }
    keep_findings(&transaction, past);
    transaction
        .execute(
            "INSERT INTO delivery (target, message, attempts, due_ms) VALUES (?1, ?2, 3, ?3)",
            params![
                past.target,
                past.message.to_string(),
                super::past::day(4, 5).as_millisecond()
            ],
        )
        .unwrap();
    transaction.commit().unwrap();
}

fn store(transaction: &Transaction<'_>, upload: &SealedUpload, received: jiff::Timestamp) {
    let body = upload.body();
    transaction
        .execute(
            "INSERT INTO upload VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, ?10, NULL, ?11)",
            params![
                body.upload_id.as_bytes(),
                body.server.guid.as_bytes(),
                body.sequence.cast_signed(),
                upload.integrity(),
                body.previous,
                body.created.to_string(),
                body.window_stop.to_string(),
                received.to_string(),
                received.as_millisecond(),
                body.server.clock.jump_seconds,
                upload.bytes(),
            ],
        )
        .unwrap();
    for (place, license) in (0_u32..).zip(&body.licenses) {
        let serial = license.serial_number.as_deref().unwrap();
        transaction
            .execute(
                "INSERT INTO license VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                params![
                    body.upload_id.as_bytes(),
                    place,
                    body.server.guid.as_bytes(),
                    body.sequence.cast_signed(),
                    body.created.to_string(),
                    serial,
                    serial.to_lowercase(),
                    license.vendor,
                    license.vendor.to_lowercase(),
                    license.feature,
                    license.feature.to_lowercase(),
                    license.version.to_string(),
                    license.sa_date.map(|date| date.to_string()),
                    license.serving,
                ],
            )
            .unwrap();
    }
    for (place, sample) in (0_u32..).zip(&body.features) {
        transaction
            .execute(
                "INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                params![
                    body.upload_id.as_bytes(),
                    place,
                    body.server.guid.as_bytes(),
                    body.sequence.cast_signed(),
                    body.created.to_string(),
                    sample.vendor,
                    sample.feature,
                    sample.version.to_string(),
                    sample.count_used_max,
                    sample.installed,
                    sample.limit,
                    sample.used_from.map(|from| from.to_string()),
                    sample.used_until.map(|until| until.to_string()),
                ],
            )
            .unwrap();
    }
}

fn keep_history(transaction: &Transaction<'_>, standing: &Standing<'_>) {
    let body = standing.latest.body();
    transaction
        .execute(
            "INSERT INTO history VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                standing.server.as_bytes(),
                body.sequence.cast_signed(),
                body.upload_id.as_bytes(),
                standing.latest.integrity(),
                body.created.to_string(),
                standing.received.as_millisecond(),
                standing.is_regular,
            ],
        )
        .unwrap();
}

fn keep_findings(transaction: &Transaction<'_>, past: &Past) {
    for found in &past.findings {
        let resolved = found.resolved.map(|at| at.as_millisecond());
        transaction
            .execute(
                "INSERT INTO finding VALUES (?1, ?2, ?3, ?4)",
                params![found.key, found.scope, resolved, found.record.to_string()],
            )
            .unwrap();
        for server in &found.servers {
            transaction
                .execute(
                    "INSERT INTO finding_server VALUES (?1, ?2)",
                    params![server.as_bytes(), found.key],
                )
                .unwrap();
        }
    }
}

/// Every table and index of a file.
pub(super) fn schema(file: &Path) -> Vec<String> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Says that a file is of a version.
pub(super) fn set_version(file: &Path, version: i32) {
    Connection::open(file)
        .unwrap()
        .pragma_update(None, "user_version", version)
        .unwrap();
}

/// Version of a file.
pub(super) fn version(file: &Path) -> i32 {
    Connection::open(file)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}
