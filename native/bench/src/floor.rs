//! What the machine can do without us: the rates that no durable server can beat.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

/// Small appends made durable one by one, per second.
pub(crate) fn fdatasync_rate(folder: &Path, time: Duration) -> Result<f64> {
    let path = folder.join("fdatasync.probe");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .context("probe file")?;
    let record = [0x2a_u8; 256];
    let start = Instant::now();
    let mut count = 0_u32;
    while start.elapsed() < time {
        file.write_all(&record)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

/// Rows made durable per second by a bare SQLite in WAL mode with synchronous FULL, `batch` checkouts to a commit. One
/// checkout is what ours writes: a counter, a lease and an audit row.
pub(crate) fn sqlite_rate(folder: &Path, batch: u32, time: Duration) -> Result<f64> {
    let path = folder.join(format!("sqlite-{batch}.probe"));
    let mut database = Connection::open(&path)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE pool(id INTEGER PRIMARY KEY, used INTEGER NOT NULL);
         CREATE TABLE lease(id BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
         CREATE TABLE audit(sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);
         INSERT INTO pool VALUES(1, 0);",
    )?;
    let body = [0x2a_u8; 160];
    let start = Instant::now();
    let mut count = 0_u64;
    while start.elapsed() < time {
        let transaction = database.transaction()?;
        {
            let mut pool = transaction.prepare_cached("UPDATE pool SET used = used + 1 WHERE id = 1")?;
            let mut lease = transaction.prepare_cached("INSERT INTO lease VALUES(?1, ?2)")?;
            let mut audit = transaction.prepare_cached("INSERT INTO audit(body) VALUES(?1)")?;
            for _ in 0..batch {
                count += 1;
                pool.execute([])?;
                // Spread over the key space as random lease ids are.
                let id = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
                lease.execute(params![id, body])?;
                audit.execute(params![body])?;
            }
        }
        transaction.commit()?;
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    drop(database);
    for suffix in ["", "-wal", "-shm"] {
        let file = folder.join(format!("sqlite-{batch}.probe{suffix}"));
        if file.exists() {
            std::fs::remove_file(file)?;
        }
    }
    Ok(rate)
}
