//! The stored form of a refused request.

use std::net::IpAddr;

use licensing_api::denial::DenialReason;
use licensing_seats::seat::{Denial, DenialCount, DenialRecord, Holder, HoldersThen, SeatHolder};
use rusqlite::{Row, params};

use super::row::{Reader, checksum};

const FORM: u8 = 1;

/// Columns of the table `denial`. What is not searched for is in the body, which ends with a checksum over all columns.
#[derive(Debug, Clone)]
pub(crate) struct StoredDenial {
    /// Number of the record.
    id: i64,
    /// When it was first refused, in milliseconds since 1970.
    at_ms: i64,
    /// When it was last refused, in milliseconds since 1970.
    last_ms: i64,
    feature: String,
    /// Number of the reason, such as -4.
    number: i32,
    /// How often it was refused.
    times: u32,
    /// When it was granted after all, in milliseconds since 1970.
    granted_later_ms: Option<i64>,
    /// Without its checksum.
    body: Vec<u8>,
}

impl StoredDenial {
    /// Order of the columns that [`StoredDenial::read`] expects.
    pub(crate) const COLUMNS: &'static str =
        "id, at_ms, last_ms, feature, number, times, granted_later_ms, body";

    /// Writes the columns in this order.
    const INSERT: &'static str =
        "INSERT INTO denial (id, at_ms, last_ms, feature, number, times, granted_later_ms, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

    /// Changes what can change.
    const UPDATE: &'static str =
        "UPDATE denial SET last_ms = ?2, times = ?3, granted_later_ms = ?4, body = ?5 WHERE id = ?1";

    /// A new record.
    pub(crate) fn new(id: i64, record: &DenialRecord, count: &DenialCount) -> Self {
        Self {
            id,
            at_ms: record.first_ms,
            last_ms: count.last_ms,
            feature: record.feature.clone(),
            number: record.denial.reason.number(),
            times: count.times,
            granted_later_ms: count.granted_ms,
            body: encode(record),
        }
    }

    /// The same record with another count.
    pub(crate) fn counted(mut self, count: &DenialCount) -> Self {
        self.last_ms = count.last_ms;
        self.times = count.times;
        self.granted_later_ms = count.granted_ms;
        self
    }

    /// Checksum over all columns.
    pub(crate) fn sum(&self) -> u64 {
        let mut bytes = Vec::with_capacity(64 + self.feature.len() + self.body.len());
        bytes.extend_from_slice(&self.last_ms.to_be_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.times.to_be_bytes());
        bytes.push(u8::from(self.granted_later_ms.is_some()));
        bytes.extend_from_slice(&self.granted_later_ms.unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(&(self.feature.len() as u64).to_be_bytes());
        bytes.extend_from_slice(self.feature.as_bytes());
        bytes.extend_from_slice(&self.body);
        checksum(b"denial", self.id, self.at_ms, &bytes)
    }

    /// Writes it as a new row.
    pub(crate) fn insert(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        connection.prepare_cached(Self::INSERT)?.execute(params![
            self.id,
            self.at_ms,
            self.last_ms,
            self.feature,
            self.number,
            self.times,
            self.granted_later_ms,
            self.sealed_body(),
        ])?;
        Ok(())
    }

    /// Writes what has changed of it.
    pub(crate) fn update(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        connection.prepare_cached(Self::UPDATE)?.execute(params![
            self.id,
            self.last_ms,
            self.times,
            self.granted_later_ms,
            self.sealed_body(),
        ])?;
        Ok(())
    }

    fn sealed_body(&self) -> Vec<u8> {
        let mut body = self.body.clone();
        body.extend_from_slice(&self.sum().to_be_bytes());
        body
    }

    /// Reads a row; the inner value is none when its checksum does not hold.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Option<(Self, u64)>> {
        let stored = row.get_ref(7)?.as_blob()?;
        let Some((body, sum)) = stored.split_last_chunk::<8>() else {
            return Ok(None);
        };
        let read = Self {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            last_ms: row.get(2)?,
            feature: row.get(3)?,
            number: row.get(4)?,
            times: row.get(5)?,
            granted_later_ms: row.get(6)?,
            body: body.to_vec(),
        };
        let sum = u64::from_be_bytes(*sum);
        Ok((read.sum() == sum).then_some((read, sum)))
    }

    /// What it says; none when its form does not hold.
    pub(crate) fn decode(self) -> Option<(DenialRecord, DenialCount)> {
        let serial = u64::try_from(self.id).ok()?;
        let count = DenialCount {
            serial,
            times: self.times,
            last_ms: self.last_ms,
            granted_ms: self.granted_later_ms,
        };
        let mut reader = Reader::new(&self.body);
        if reader.array::<1>()? != [FORM] {
            return None;
        }
        let record = DenialRecord {
            serial,
            first_ms: self.at_ms,
            version: reader.text()?,
            count: u32::from_be_bytes(reader.array()?),
            holder: Holder {
                user: reader.text()?,
                host: reader.text()?,
                display: reader.text()?,
                vendor_data: reader.text()?,
                product: reader.text()?,
                process_id: u32::from_be_bytes(reader.array()?),
                project: reader.text()?,
                address: address(&reader.text()?)?,
            },
            denial: Denial::new(DenialReason::from_number(self.number)?, reader.text()?),
            then: holders(&mut reader)?,
            feature: self.feature,
        };
        reader.rest().is_empty().then_some((record, count))
    }
}

fn encode(record: &DenialRecord) -> Vec<u8> {
    let holder = &record.holder;
    let mut body = vec![FORM];
    text(&mut body, &record.version);
    body.extend_from_slice(&record.count.to_be_bytes());
    for name in [
        &holder.user,
        &holder.host,
        &holder.display,
        &holder.vendor_data,
        &holder.product,
    ] {
        text(&mut body, name);
    }
    body.extend_from_slice(&holder.process_id.to_be_bytes());
    text(&mut body, &holder.project);
    let address = holder.address.map(|address| address.to_string());
    text(&mut body, &address.unwrap_or_default());
    text(&mut body, &record.denial.detail);
    body.extend_from_slice(&record.then.seats.to_be_bytes());
    body.extend_from_slice(&record.then.holders.to_be_bytes());
    // At most 50, see `HoldersThen`.
    body.extend_from_slice(&(record.then.named.len() as u16).to_be_bytes());
    for holder in &record.then.named {
        text(&mut body, &holder.user);
        text(&mut body, &holder.device);
        text(&mut body, &holder.product);
        body.extend_from_slice(&holder.count.to_be_bytes());
        body.extend_from_slice(&holder.since_ms.to_be_bytes());
    }
    body
}

/// An address; none inside where there is none, none at all when it is not one.
fn address(text: &str) -> Option<Option<IpAddr>> {
    match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    }
}

fn holders(reader: &mut Reader<'_>) -> Option<HoldersThen> {
    let seats = u32::from_be_bytes(reader.array()?);
    let holders = u32::from_be_bytes(reader.array()?);
    let number = u16::from_be_bytes(reader.array()?);
    let mut named = Vec::new();
    for _ in 0..number {
        named.push(SeatHolder {
            user: reader.text()?,
            device: reader.text()?,
            product: reader.text()?,
            count: u32::from_be_bytes(reader.array()?),
            since_ms: i64::from_be_bytes(reader.array()?),
        });
    }
    Some(HoldersThen {
        seats,
        holders,
        named,
    })
}

/// Adds a text, cut to what its length can say.
fn text(body: &mut Vec<u8>, text: &str) {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    body.extend_from_slice(&(text.len() as u16).to_be_bytes());
    body.extend_from_slice(text.as_bytes());
}
