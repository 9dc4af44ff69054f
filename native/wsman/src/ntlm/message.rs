//! Reading and writing of messages.

use super::{MAX_MESSAGE, NtlmError, SIGNATURE, attribute, flag};

/// Reads at fixed places of a message.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A message of this type.
    pub(super) fn new(message: &'a [u8], kind: u32) -> Result<Self, NtlmError> {
        if message.len() > MAX_MESSAGE || !message.starts_with(SIGNATURE) {
            return Err(NtlmError::Damaged);
        }
        let reader = Self(message);
        if reader.number(8)? != kind {
            return Err(NtlmError::OutOfOrder);
        }
        Ok(reader)
    }

    pub(super) fn number(&self, at: usize) -> Result<u32, NtlmError> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], NtlmError> {
        self.0
            .get(at..)
            .and_then(|rest| rest.first_chunk::<N>())
            .copied()
            .ok_or(NtlmError::Damaged)
    }

    /// What a field at this place points to: length, space and offset.
    pub(super) fn field(&self, at: usize) -> Result<&'a [u8], NtlmError> {
        let length = usize::from(u16::from_le_bytes(self.array(at)?));
        let offset = usize::try_from(self.number(at + 4)?).map_err(|_| NtlmError::Damaged)?;
        if length == 0 {
            return Ok(&[]);
        }
        let end = offset.checked_add(length).ok_or(NtlmError::Damaged)?;
        self.0.get(offset..end).ok_or(NtlmError::Damaged)
    }

    /// Text of a field.
    pub(super) fn text(&self, at: usize, flags: u32) -> Result<String, NtlmError> {
        let bytes = self.field(at)?;
        if flags & flag::UNICODE == 0 {
            // The encoding of the client is not known; beyond ASCII it is a guess.
            return Ok(bytes.iter().copied().map(char::from).collect());
        }
        if !bytes.len().is_multiple_of(2) {
            return Err(NtlmError::Damaged);
        }
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        String::from_utf16(&units).map_err(|_| NtlmError::Damaged)
    }
}

/// Puts a message together: fixed part first, then what its fields point to.
pub(super) struct Builder {
    fixed: Vec<u8>,
    payload: Vec<u8>,
    start: usize,
}

impl Builder {
    /// A message of this type, whose fixed part has `start` bytes.
    pub(super) fn new(kind: u32, start: usize) -> Self {
        let mut fixed = SIGNATURE.to_vec();
        fixed.extend_from_slice(&kind.to_le_bytes());
        Self {
            fixed,
            payload: Vec::new(),
            start,
        }
    }

    pub(super) fn number(&mut self, number: u32) {
        self.fixed.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.fixed.extend_from_slice(bytes);
    }

    pub(super) fn field(&mut self, content: &[u8]) -> Result<(), NtlmError> {
        let length = u16::try_from(content.len()).map_err(|_| NtlmError::Damaged)?;
        let offset = u32::try_from(self.start + self.payload.len()).map_err(|_| NtlmError::Damaged)?;
        self.bytes(&length.to_le_bytes());
        self.bytes(&length.to_le_bytes());
        self.number(offset);
        self.payload.extend_from_slice(content);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.fixed.resize(self.start, 0);
        self.fixed.append(&mut self.payload);
        self.fixed
    }
}

/// Attributes of target information, up to the one that ends it.
pub(super) fn attributes(mut bytes: &[u8]) -> Result<Vec<(u16, &[u8])>, NtlmError> {
    let mut found = Vec::new();
    loop {
        let [a, b, c, d, rest @ ..] = bytes else {
            return Err(NtlmError::Damaged);
        };
        let (id, length) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        if id == attribute::END {
            return Ok(found);
        }
        let (value, rest) = rest
            .split_at_checked(usize::from(length))
            .ok_or(NtlmError::Damaged)?;
        found.push((id, value));
        bytes = rest;
    }
}

/// Appends an attribute.
pub(super) fn push_attribute(target: &mut Vec<u8>, id: u16, value: &[u8]) -> Result<(), NtlmError> {
    let length = u16::try_from(value.len()).map_err(|_| NtlmError::Damaged)?;
    target.extend_from_slice(&id.to_le_bytes());
    target.extend_from_slice(&length.to_le_bytes());
    target.extend_from_slice(value);
    Ok(())
}

/// The attribute of this identifier.
pub(super) fn find<'a>(attributes: &[(u16, &'a [u8])], id: u16) -> Option<&'a [u8]> {
    attributes
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, value)| *value)
}

/// A point in time as Windows counts: tenths of microseconds since 1601.
pub(super) fn file_time(now: jiff::Timestamp) -> u64 {
    const SECONDS_TO_1970: i64 = 11_644_473_600;
    let micros = now.as_microsecond().saturating_add(SECONDS_TO_1970 * 1_000_000);
    u64::try_from(micros).unwrap_or_default().saturating_mul(10)
}
