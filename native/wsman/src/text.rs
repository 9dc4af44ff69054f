//! UTF-8 and UTF-16.

use std::borrow::Cow;

/// How an envelope is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Charset {
    #[default]
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

/// The encoding is not one that the service reads, or the bytes do not follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextError {
    Unsupported,
    Invalid,
}

impl Charset {
    /// The header Content-Type of an envelope.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 => "application/soap+xml;charset=UTF-8",
            Self::Utf16LittleEndian | Self::Utf16BigEndian => "application/soap+xml;charset=UTF-16",
        }
    }

    /// An envelope in this encoding.
    pub(crate) fn encode(self, text: String) -> Vec<u8> {
        match self {
            Self::Utf8 => text.into_bytes(),
            Self::Utf16LittleEndian => units(&text).flat_map(u16::to_le_bytes).collect(),
            Self::Utf16BigEndian => units(&text).flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// Bytes of a text in this encoding, at most, for each byte in UTF-8.
    pub(crate) fn growth(self) -> usize {
        match self {
            Self::Utf8 => 1,
            Self::Utf16LittleEndian | Self::Utf16BigEndian => 2,
        }
    }
}

fn units(text: &str) -> impl Iterator<Item = u16> {
    std::iter::once(0xfeff).chain(text.encode_utf16())
}

/// Reads an envelope. A byte order mark decides before what the header `Content-Type` says.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    content_type: Option<&str>,
) -> Result<(Cow<'a, str>, Charset), TextError> {
    let (charset, bytes) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Charset::Utf8, rest),
        [0xff, 0xfe, rest @ ..] => (Charset::Utf16LittleEndian, rest),
        [0xfe, 0xff, rest @ ..] => (Charset::Utf16BigEndian, rest),
        [b'<', 0, ..] => (Charset::Utf16LittleEndian, bytes),
        [0, b'<', ..] => (Charset::Utf16BigEndian, bytes),
        _ => (declared(content_type)?, bytes),
    };
    // One client pads what it seals.
    let text = match charset {
        Charset::Utf8 => {
            let end = bytes
                .iter()
                .rposition(|byte| *byte != 0)
                .map_or(0, |last| last + 1);
            let text = bytes.get(..end).unwrap_or_default();
            Cow::Borrowed(std::str::from_utf8(text).map_err(|_| TextError::Invalid)?)
        }
        Charset::Utf16LittleEndian => Cow::Owned(wide(bytes, u16::from_le_bytes)?),
        Charset::Utf16BigEndian => Cow::Owned(wide(bytes, u16::from_be_bytes)?),
    };
    Ok((text, charset))
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextError> {
    let mut units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    if !bytes.len().is_multiple_of(2) && bytes.last() != Some(&0) {
        return Err(TextError::Invalid);
    }
    while units.last() == Some(&0) {
        units.pop();
    }
    String::from_utf16(&units).map_err(|_| TextError::Invalid)
}

fn declared(content_type: Option<&str>) -> Result<Charset, TextError> {
    let Some(name) = content_type.and_then(charset_name) else {
        return Ok(Charset::Utf8);
    };
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" => Ok(Charset::Utf8),
        "utf-16" | "utf-16le" | "unicode" => Ok(Charset::Utf16LittleEndian),
        "utf-16be" => Ok(Charset::Utf16BigEndian),
        _ => Err(TextError::Unsupported),
    }
}

fn charset_name(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_header_counts_where_there_is_no_mark() {
        let bytes: Vec<u8> = "ä<".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let (text, charset) = decode(&bytes, Some("application/soap+xml; Charset=\"UTF-16BE\"")).unwrap();
        assert_eq!((text.as_ref(), charset), ("ä<", Charset::Utf16BigEndian));
        assert_eq!(
            decode(b"x", Some("text/xml;charset=ebcdic")),
            Err(TextError::Unsupported)
        );
        assert_eq!(decode(b"\xe4", None), Err(TextError::Invalid));
        assert_eq!(decode(b"<a/>\0\0", None).unwrap().0, "<a/>");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_again(text in "[^\\x00\u{feff}]{0,40}") {
            for charset in [Charset::Utf16LittleEndian, Charset::Utf16BigEndian] {
                let bytes = charset.encode(text.clone());
                let (read, found) = decode(&bytes, None).unwrap();
                prop_assert_eq!(read.as_ref(), text.as_str());
                prop_assert_eq!(found, charset);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes, None);
        }
    }
}
