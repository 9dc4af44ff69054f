//! The stored form of a refused request.

use rusqlite::Row;

use crate::row::checksum;

/// Columns of the table `denial`. What is not searched for is in the body, which ends with a checksum over all columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenialRow<'a> {
    /// Rising, never used twice.
    pub(crate) id: i64,
    /// When it was first refused, in milliseconds since 1970.
    pub(crate) at_ms: i64,
    pub(crate) feature: &'a str,
    /// Number of the reason, such as -4.
    pub(crate) number: i64,
    /// How often the same was refused to the same one in a short time.
    pub(crate) times: i64,
    /// When it was granted after all, in milliseconds since 1970.
    pub(crate) granted_later_ms: Option<i64>,
    /// Without its checksum.
    pub(crate) body: &'a [u8],
}

impl<'a> DenialRow<'a> {
    /// Order of the columns that [`DenialRow::read`] expects.
    pub(crate) const COLUMNS: &'static str = "id, at_ms, feature, number, times, granted_later_ms, body";

    /// Checksum over all columns.
    pub(crate) fn sum(&self) -> u64 {
        let mut bytes = Vec::with_capacity(64 + self.feature.len() + self.body.len());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.times.to_be_bytes());
        bytes.push(u8::from(self.granted_later_ms.is_some()));
        bytes.extend_from_slice(&self.granted_later_ms.unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(&(self.feature.len() as u64).to_be_bytes());
        bytes.extend_from_slice(self.feature.as_bytes());
        bytes.extend_from_slice(self.body);
        checksum(b"denial", self.id, self.at_ms, &bytes)
    }

    /// Reads a row; the inner value is none when its checksum does not hold.
    pub(crate) fn read(row: &'a Row<'_>) -> rusqlite::Result<Option<(Self, u64)>> {
        let stored = row.get_ref(6)?.as_blob()?;
        let Some((body, sum)) = stored.split_last_chunk::<8>() else {
            return Ok(None);
        };
        let read = Self {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            feature: row.get_ref(2)?.as_str()?,
            number: row.get(3)?,
            times: row.get(4)?,
            granted_later_ms: row.get(5)?,
            body,
        };
        let sum = u64::from_be_bytes(*sum);
        Ok((read.sum() == sum).then_some((read, sum)))
    }
}
