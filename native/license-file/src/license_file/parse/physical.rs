//! Physical lines: bytes between line ends, decoded.

use std::borrow::Cow;

use crate::license_file::Span;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes by which it is decided whether a text without byte order mark is UTF-16.
const LOOKED_AT: usize = 4096;

/// UTF-16 text as UTF-8; none when the bytes are anything else. Without a byte order mark it is recognized by the zeros: in a
/// file of mostly Latin letters every other byte is one.
pub(crate) fn utf16_as_utf8(bytes: &[u8]) -> Option<Vec<u8>> {
    let (encoding, text) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (encoding_rs::UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => (encoding_rs::UTF_16BE, rest),
        _ => {
            let units = bytes.get(..LOOKED_AT).unwrap_or(bytes).chunks_exact(2);
            let (mut count, mut high_first, mut low_first) = (0, 0, 0);
            for unit in units {
                count += 1;
                high_first += usize::from(unit[0] == 0 && unit[1] != 0);
                low_first += usize::from(unit[1] == 0 && unit[0] != 0);
            }
            match count {
                2.. if low_first * 2 > count && low_first > 4 * high_first => (encoding_rs::UTF_16LE, bytes),
                2.. if high_first * 2 > count && high_first > 4 * low_first => (encoding_rs::UTF_16BE, bytes),
                _ => return None,
            }
        }
    };
    Some(
        encoding
            .decode_without_bom_handling(text)
            .0
            .into_owned()
            .into_bytes(),
    )
}

/// One physical line.
pub(crate) struct Physical<'a> {
    /// Counted from 1.
    pub(crate) number: u32,
    /// All its bytes: byte order mark and line end included.
    pub(crate) span: Span,
    /// Decoded text without byte order mark and line end.
    pub(crate) text: Cow<'a, str>,
    /// Byte of the file that `text` begins with.
    pub(crate) text_start: usize,
    /// Whether each character is one byte: the line is not UTF-8 and was read as Windows-1252.
    pub(crate) single_byte: bool,
}

/// The physical lines of a file, one after the other.
pub(crate) struct PhysicalLines<'a> {
    bytes: &'a [u8],
    next: usize,
    number: u32,
}

impl<'a> PhysicalLines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            next: 0,
            number: 0,
        }
    }
}

impl<'a> Iterator for PhysicalLines<'a> {
    type Item = Physical<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        self.next = start + length;
        self.number = self.number.saturating_add(1);

        let line = rest.get(..length)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (text_start, content) = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(content) if start == 0 => (start + BYTE_ORDER_MARK.len(), content),
            _ => (start, line),
        };
        let (text, single_byte) = match std::str::from_utf8(content) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(content).0,
                true,
            ),
        };
        Some(Physical {
            number: self.number,
            span: Span {
                start,
                end: self.next,
            },
            text,
            text_start,
            single_byte,
        })
    }
}
