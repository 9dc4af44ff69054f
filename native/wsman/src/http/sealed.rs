//! Bodies that are encrypted with the keys of a sign-in (\[MS-WSMV\] 2.2.9.1).

/// Which of the two sign-ins a body names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedBy {
    /// Negotiate.
    Spnego,
    /// Kerberos without Negotiate.
    Kerberos,
}

impl SealedBy {
    fn protocol(self) -> &'static str {
        match self {
            Self::Spnego => "application/HTTP-SPNEGO-session-encrypted",
            Self::Kerberos => "application/HTTP-Kerberos-session-encrypted",
        }
    }
}

const BOUNDARY: &str = "Encrypted Boundary";

/// Longest header line of a part.
const MAX_LINE: usize = 512;

/// An encrypted body, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// Which sign-in it names.
    pub by: SealedBy,
    /// Type of what is encrypted.
    pub content_type: &'a str,
    /// Bytes of what is encrypted, as the header says.
    pub length: usize,
    /// The signature.
    pub signature: &'a [u8],
    /// The encrypted bytes.
    pub data: &'a [u8],
    /// Whether the lines of its parts begin with a tab. One client cannot read answers that differ from its requests.
    pub has_tabs: bool,
}

/// The body is not what its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the encrypted body is damaged")]
pub struct Damaged;

/// Whether a header Content-Type announces an encrypted body.
#[must_use]
pub fn is_sealed(content_type: Option<&str>) -> bool {
    content_type
        .and_then(|text| text.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/encrypted"))
}

/// Takes an encrypted body apart.
///
/// # Errors
/// [`Damaged`] when a part is missing or a length does not fit.
pub fn open<'a>(content_type: &str, body: &'a [u8]) -> Result<Sealed<'a>, Damaged> {
    let boundary = parameter(content_type, "boundary").unwrap_or(BOUNDARY);
    let mark = format!("--{boundary}");
    let (first, mut rest) = next_line(body)?;
    if first != mark {
        return Err(Damaged);
    }
    let mut by = None;
    let mut original = None;
    let mut has_tabs = false;
    loop {
        let (text, after) = next_line(rest)?;
        rest = after;
        if text == mark {
            break;
        }
        has_tabs |= text.starts_with('\t');
        let (name, value) = text.trim().split_once(':').ok_or(Damaged)?;
        if name.eq_ignore_ascii_case("Content-Type") {
            by = [SealedBy::Spnego, SealedBy::Kerberos]
                .into_iter()
                .find(|by| value.trim().eq_ignore_ascii_case(by.protocol()));
        } else if name.eq_ignore_ascii_case("OriginalContent") {
            original = Some(value.trim());
        }
    }
    let (kind, after) = next_line(rest)?;
    let (name, value) = kind.trim().split_once(':').ok_or(Damaged)?;
    if !name.eq_ignore_ascii_case("Content-Type")
        || !value.trim().eq_ignore_ascii_case("application/octet-stream")
    {
        return Err(Damaged);
    }
    let end = format!("--{boundary}--");
    let content = after.strip_suffix(b"\r\n").unwrap_or(after);
    let content = content.strip_suffix(end.as_bytes()).ok_or(Damaged)?;
    let (length, content) = content.split_first_chunk::<4>().ok_or(Damaged)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Damaged)?;
    let (signature, data) = content.split_at_checked(length).ok_or(Damaged)?;
    let (content_type, length) = original_content(original.ok_or(Damaged)?)?;
    Ok(Sealed {
        by: by.ok_or(Damaged)?,
        content_type,
        length,
        signature,
        data,
        has_tabs,
    })
}

fn next_line(bytes: &[u8]) -> Result<(&str, &[u8]), Damaged> {
    let end = bytes
        .iter()
        .take(MAX_LINE)
        .position(|byte| *byte == b'\n')
        .ok_or(Damaged)?;
    let (text, rest) = bytes.split_at_checked(end + 1).ok_or(Damaged)?;
    let text = std::str::from_utf8(text).map_err(|_| Damaged)?;
    Ok((text.trim_end_matches(['\r', '\n']), rest))
}

/// `type=application/soap+xml;charset=UTF-8;Length=123`
fn original_content(text: &str) -> Result<(&str, usize), Damaged> {
    let (kind, length) = text.rsplit_once(';').ok_or(Damaged)?;
    let (name, length) = length.split_once('=').ok_or(Damaged)?;
    if !name.trim().eq_ignore_ascii_case("Length") {
        return Err(Damaged);
    }
    let kind = kind
        .trim()
        .get(5..)
        .filter(|_| kind.trim().to_ascii_lowercase().starts_with("type="));
    Ok((
        kind.ok_or(Damaged)?.trim(),
        length.trim().parse().map_err(|_| Damaged)?,
    ))
}

fn parameter<'a>(content_type: &'a str, wanted: &str) -> Option<&'a str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case(wanted)
            .then(|| value.trim().trim_matches('"'))
    })
}

/// The header Content-Type of an encrypted body.
#[must_use]
pub fn content_type(by: SealedBy) -> String {
    format!(
        "multipart/encrypted;protocol=\"{}\";boundary=\"{BOUNDARY}\"",
        by.protocol()
    )
}

/// Puts an encrypted body together.
#[must_use]
pub fn wrap(
    by: SealedBy,
    original_type: &str,
    length: usize,
    signature: &[u8],
    data: &[u8],
    has_tabs: bool,
) -> Vec<u8> {
    let tab = if has_tabs { "\t" } else { "" };
    let protocol = by.protocol();
    let mut body = format!(
        "--{BOUNDARY}\r\n{tab}Content-Type: {protocol}\r\n{tab}OriginalContent: \
         type={original_type};Length={length}\r\n--{BOUNDARY}\r\n{tab}Content-Type: application/octet-stream\r\n"
    )
    .into_bytes();
    let signature_length = u32::try_from(signature.len()).unwrap_or_default();
    body.extend_from_slice(&signature_length.to_le_bytes());
    body.extend_from_slice(signature);
    body.extend_from_slice(data);
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_wrapped_is_opened_again(
            data in proptest::collection::vec(any::<u8>(), 0..300),
            signature in proptest::collection::vec(any::<u8>(), 0..60),
            has_tabs: bool,
        ) {
            let by = SealedBy::Spnego;
            let body = wrap(by, "application/soap+xml;charset=UTF-8", 7, &signature, &data, has_tabs);
            let sealed = open(&content_type(by), &body).unwrap();
            prop_assert_eq!(sealed.data, data.as_slice());
            prop_assert_eq!(sealed.signature, signature.as_slice());
            prop_assert_eq!((sealed.length, sealed.has_tabs), (7, has_tabs));
            prop_assert_eq!(sealed.content_type, "application/soap+xml;charset=UTF-8");
        }

        #[test]
        fn no_cut_and_no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..400) {
            let kind = content_type(SealedBy::Kerberos);
            prop_assert!(open(&kind, &bytes).is_err());
            let body = wrap(SealedBy::Kerberos, "a", 1, &[1; 16], &bytes, true);
            if let Some(part) = body.get(..cut).filter(|part| part.len() + 2 < body.len()) {
                prop_assert!(open(&kind, part).is_err());
            }
        }
    }
}
