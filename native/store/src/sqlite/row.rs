//! The compact form of a lease.

use std::net::IpAddr;
use std::path::Path;

use licensing_seats::pool::PoolId;
use licensing_seats::seat::{BurstRecord, Holder, LeaseId, LeaseRecord, LeaseTerm, PairRecord, RequestKey};
use sha2::{Digest, Sha256};

use crate::StoreError;

const FORM: u8 = 1;

/// Marks a lease whose seats linger.
const LINGERING: u8 = 1;

/// Marks a lease whose seats are borrowed.
const BORROWED: u8 = 2;

/// Marks the project of a holder. Marks of holders are above those of terms.
const PROJECT: u8 = 0x10;
/// Marks the address of a holder: IPv4 in 4 bytes, IPv6 in 16.
const ADDRESS_V4: u8 = 0x11;
const ADDRESS_V6: u8 = 0x12;

/// Marks the user of a pair as a product named them.
const NAMED_USER: u8 = 1;
/// Marks the device of a pair as a product named it.
const NAMED_DEVICE: u8 = 2;

/// Checksum of a row: it covers the row's keys, so that a row under another key does not pass either.
pub(crate) fn checksum(table: &[u8], key: i64, reference: i64, body: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(table);
    hash.update(key.to_be_bytes());
    hash.update(reference.to_be_bytes());
    hash.update(body);
    let digest = hash.finalize();
    digest
        .first_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A stored lease: its body with the checksum at the end, and that checksum.
pub(crate) fn encode(record: &LeaseRecord, serial: i64, pool: i64) -> (Vec<u8>, u64) {
    let holder = &record.holder;
    let mut body = Vec::with_capacity(160);
    body.push(FORM);
    body.extend_from_slice(record.id.as_bytes());
    body.extend_from_slice(record.request_key.as_bytes());
    body.extend_from_slice(&record.count.to_be_bytes());
    body.extend_from_slice(&record.overdraft.to_be_bytes());
    body.extend_from_slice(&record.since_ms.to_be_bytes());
    body.extend_from_slice(&holder.process_id.to_be_bytes());
    for name in [
        &holder.user,
        &holder.host,
        &holder.display,
        &holder.vendor_data,
        &holder.product,
    ] {
        // Names are at most 256 bytes, see MAX_NAME_BYTES.
        body.extend_from_slice(&(name.len() as u16).to_be_bytes());
        body.extend_from_slice(name.as_bytes());
    }
    // Rows of earlier versions end here. A form is decided by what it holds, so that both write a lease alike.
    write_origin(&mut body, holder);
    match record.term {
        LeaseTerm::Heartbeats => {}
        LeaseTerm::Lingering { until_ms } => {
            body.push(LINGERING);
            body.extend_from_slice(&until_ms.to_be_bytes());
        }
        LeaseTerm::Borrowed { until_ms } => {
            body.push(BORROWED);
            body.extend_from_slice(&until_ms.to_be_bytes());
        }
    }
    let sum = checksum(b"lease", serial, pool, &body);
    body.extend_from_slice(&sum.to_be_bytes());
    (body, sum)
}

/// Reads a stored lease; none when its checksum or its form does not hold.
pub(crate) fn decode(serial: i64, pool: i64, pool_id: PoolId, stored: &[u8]) -> Option<(LeaseRecord, u64)> {
    let (body, sum) = stored.split_last_chunk::<8>()?;
    let sum = u64::from_be_bytes(*sum);
    if checksum(b"lease", serial, pool, body) != sum {
        return None;
    }
    let mut reader = Reader::new(body);
    if reader.array::<1>()? != [FORM] {
        return None;
    }
    let record = LeaseRecord {
        serial: u64::try_from(serial).ok()?,
        id: LeaseId::from_bytes(reader.array()?),
        request_key: RequestKey::from_bytes(reader.array()?),
        pool: pool_id,
        count: u32::from_be_bytes(reader.array()?),
        overdraft: u32::from_be_bytes(reader.array()?),
        since_ms: i64::from_be_bytes(reader.array()?),
        holder: {
            let process_id = u32::from_be_bytes(reader.array()?);
            let mut holder = Holder {
                user: reader.text()?,
                host: reader.text()?,
                display: reader.text()?,
                vendor_data: reader.text()?,
                product: reader.text()?,
                process_id,
                ..Holder::default()
            };
            read_origin(&mut reader, &mut holder)?;
            holder
        },
        term: term(&mut reader)?,
    };
    reader.rest().is_empty().then_some((record, sum))
}

/// Project and address, where they are known: rules of the options file count by them after a restart, too.
fn write_origin(body: &mut Vec<u8>, holder: &Holder) {
    if !holder.project.is_empty() {
        body.push(PROJECT);
        body.extend_from_slice(&(holder.project.len() as u16).to_be_bytes());
        body.extend_from_slice(holder.project.as_bytes());
    }
    match holder.address {
        Some(IpAddr::V4(address)) => {
            body.push(ADDRESS_V4);
            body.extend_from_slice(&address.octets());
        }
        Some(IpAddr::V6(address)) => {
            body.push(ADDRESS_V6);
            body.extend_from_slice(&address.octets());
        }
        None => {}
    }
}

fn read_origin(reader: &mut Reader<'_>, holder: &mut Holder) -> Option<()> {
    while let Some(mark @ PROJECT..) = reader.rest().first().copied() {
        reader.array::<1>()?;
        match mark {
            PROJECT => holder.project = reader.text()?,
            ADDRESS_V4 => holder.address = Some(reader.array::<4>()?.into()),
            ADDRESS_V6 => holder.address = Some(reader.array::<16>()?.into()),
            _ => return None,
        }
    }
    Some(())
}

fn term(reader: &mut Reader<'_>) -> Option<LeaseTerm> {
    if reader.rest().is_empty() {
        return Some(LeaseTerm::Heartbeats);
    }
    let marker = reader.array::<1>()?;
    let until_ms = i64::from_be_bytes(reader.array()?);
    match marker {
        [LINGERING] => Some(LeaseTerm::Lingering { until_ms }),
        [BORROWED] => Some(LeaseTerm::Borrowed { until_ms }),
        _ => None,
    }
}

/// A stored pair of user and device: its body with the checksum at the end, and that checksum.
pub(crate) fn encode_pair(record: &PairRecord, serial: i64, pool: i64) -> (Vec<u8>, u64) {
    let mut body = vec![FORM];
    body.extend_from_slice(&record.first_ms.to_be_bytes());
    body.extend_from_slice(&record.last_ms.to_be_bytes());
    for name in [&record.user, &record.device] {
        // Lower case may be longer than the name it is of, but not by that much.
        body.extend_from_slice(&(name.len() as u16).to_be_bytes());
        body.extend_from_slice(name.as_bytes());
    }
    // Rows of earlier versions end here, as do those whose names are as they are compared.
    for (mark, name) in [
        (NAMED_USER, &record.named_user),
        (NAMED_DEVICE, &record.named_device),
    ] {
        if !name.is_empty() {
            body.push(mark);
            body.extend_from_slice(&(name.len() as u16).to_be_bytes());
            body.extend_from_slice(name.as_bytes());
        }
    }
    let sum = checksum(b"pair", serial, pool, &body);
    body.extend_from_slice(&sum.to_be_bytes());
    (body, sum)
}

/// Reads a stored pair; none when its checksum or its form does not hold.
pub(crate) fn decode_pair(
    serial: i64,
    pool: i64,
    pool_id: PoolId,
    stored: &[u8],
) -> Option<(PairRecord, u64)> {
    let (body, sum) = stored.split_last_chunk::<8>()?;
    let sum = u64::from_be_bytes(*sum);
    if checksum(b"pair", serial, pool, body) != sum {
        return None;
    }
    let mut reader = Reader::new(body);
    if reader.array::<1>()? != [FORM] {
        return None;
    }
    let mut record = PairRecord {
        serial: u64::try_from(serial).ok()?,
        pool: pool_id,
        first_ms: i64::from_be_bytes(reader.array()?),
        last_ms: i64::from_be_bytes(reader.array()?),
        user: reader.text()?,
        device: reader.text()?,
        named_user: String::new(),
        named_device: String::new(),
    };
    while !reader.rest().is_empty() {
        match reader.array()? {
            [NAMED_USER] => record.named_user = reader.text()?,
            [NAMED_DEVICE] => record.named_device = reader.text()?,
            _ => return None,
        }
    }
    Some((record, sum))
}

/// A stored burst: its body with the checksum at the end, and that checksum.
pub(crate) fn encode_burst(record: &BurstRecord) -> (Vec<u8>, u64) {
    let mut body = vec![FORM, u8::from(record.over)];
    body.extend_from_slice(&record.started_ms.to_be_bytes());
    body.extend_from_slice(&record.ends_ms.to_be_bytes());
    body.extend_from_slice(&record.first_serial.to_be_bytes());
    let sum = burst_sum(&record.feature, &body);
    body.extend_from_slice(&sum.to_be_bytes());
    (body, sum)
}

/// Reads the stored burst of a feature; none when its checksum or its form does not hold.
pub(crate) fn decode_burst(feature: &str, stored: &[u8]) -> Option<(BurstRecord, u64)> {
    let (body, sum) = stored.split_last_chunk::<8>()?;
    let sum = u64::from_be_bytes(*sum);
    if burst_sum(feature, body) != sum {
        return None;
    }
    let mut reader = Reader::new(body);
    let over = match reader.array()? {
        [FORM, over @ (0 | 1)] => over == 1,
        _ => return None,
    };
    let record = BurstRecord {
        feature: feature.to_owned(),
        started_ms: i64::from_be_bytes(reader.array()?),
        ends_ms: i64::from_be_bytes(reader.array()?),
        first_serial: reader.u64()?,
        over,
    };
    reader.rest().is_empty().then_some((record, sum))
}

fn burst_sum(feature: &str, body: &[u8]) -> u64 {
    checksum(b"burst", 0, 0, &[feature.as_bytes(), &[0], body].concat())
}

/// Takes a body apart.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (value, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*value)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        let length = usize::from(u16::from_be_bytes(self.array()?));
        let (value, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        String::from_utf8(value.to_vec()).ok()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// A number as SQLite stores it.
pub(super) fn serial(number: u64, path: &Path) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::damaged(path, format!("number {number} is out of range")))
}
