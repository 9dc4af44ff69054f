//! Changing what an administrator may change, and nothing else.

use super::{Attribute, LicenseFile, PublisherLine, Server, Span, Vendor, parse};

/// A change that an administrator may make to a license file. Everything else belongs to the publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Host name in a SERVER line.
    ServerHost {
        /// Which SERVER line, counted from 0.
        server: usize,
        /// Name or address.
        host: String,
    },
    /// Port in a SERVER line.
    ServerPort {
        /// Which SERVER line, counted from 0.
        server: usize,
        /// The port.
        port: u16,
    },
    /// Path of the daemon's program in a VENDOR line.
    VendorPath {
        /// Name of the vendor.
        vendor: String,
        /// The path.
        path: String,
    },
    /// Path of the options file in a VENDOR line.
    VendorOptions {
        /// Name of the vendor.
        vendor: String,
        /// The path.
        path: String,
    },
    /// Port in a VENDOR line.
    VendorPort {
        /// Name of the vendor.
        vendor: String,
        /// The port; 0 for any free one.
        port: u16,
    },
    /// Lower-case attribute of a FEATURE, INCREMENT, UPGRADE or PACKAGE line.
    Attribute {
        /// Which line, by its position in `lines`.
        line: usize,
        /// Keyword, in lower case.
        keyword: String,
        /// Value; none takes the attribute out.
        value: Option<String>,
    },
}

/// A change that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEdit {
    /// No such line.
    #[error("the file has no such line: {0}")]
    NoSuchLine(String),
    /// The keyword belongs to the publisher.
    #[error("'{0}' belongs to the publisher and may not be changed")]
    NotYours(String),
    /// The value cannot stand in a license file.
    #[error(
        "'{0}' cannot stand in a license file: quotes, line ends and control characters are not possible"
    )]
    Value(String),
    /// The line is in another encoding that lacks a character.
    #[error("'{0}' has a character that the encoding of the file lacks; save the file as UTF-8 first")]
    Encoding(String),
}

impl LicenseFile {
    /// The file with one change; every byte that the change does not concern stays as it is.
    ///
    /// # Errors
    /// When the line does not exist, the keyword is the publisher's, or the value cannot be written.
    pub fn edited(&self, edit: &Edit) -> Result<Self, InvalidEdit> {
        let (span, text) = match edit {
            Edit::ServerHost { server, host } => (self.server(*server)?.host.span, word(host)?),
            Edit::ServerPort { server, port } => {
                let server = self.server(*server)?;
                match &server.port {
                    Some(written) => (written.span, port.to_string()),
                    None => (behind(server.host_id.span), format!(" {port}")),
                }
            }
            Edit::VendorPath { vendor, path } => {
                let vendor = self.vendor(vendor)?;
                match &vendor.path {
                    Some(written) => (written.span, word(path)?),
                    None => (behind(vendor.name.span), format!(" {}", word(path)?)),
                }
            }
            Edit::VendorOptions { vendor, path } => {
                let vendor = self.vendor(vendor)?;
                match &vendor.options {
                    Some(written) => (written.span, word(path)?),
                    None => (behind(end_of(vendor)), format!(" OPTIONS={}", word(path)?)),
                }
            }
            Edit::VendorPort { vendor, port } => {
                let vendor = self.vendor(vendor)?;
                match &vendor.port {
                    Some(written) => (written.span, port.to_string()),
                    None => (behind(end_of(vendor)), format!(" PORT={port}")),
                }
            }
            Edit::Attribute { line, keyword, value } => {
                self.attribute_change(*line, keyword, value.as_deref())?
            }
        };
        self.with_replaced(span, &text)
    }

    fn server(&self, index: usize) -> Result<&Server, InvalidEdit> {
        self.servers()
            .nth(index)
            .ok_or_else(|| InvalidEdit::NoSuchLine(format!("SERVER number {}", index + 1)))
    }

    fn vendor(&self, name: &str) -> Result<&Vendor, InvalidEdit> {
        self.vendors()
            .find(|vendor| vendor.name.value.eq_ignore_ascii_case(name))
            .ok_or_else(|| InvalidEdit::NoSuchLine(format!("VENDOR {name}")))
    }

    fn attribute_change(
        &self,
        line: usize,
        keyword: &str,
        value: Option<&str>,
    ) -> Result<(Span, String), InvalidEdit> {
        let no_line = || InvalidEdit::NoSuchLine(format!("line {line} of the list of lines"));
        let kind = &self.lines.get(line).ok_or_else(no_line)?.kind;
        let (attributes, words_end) = PublisherLine::of(kind).ok_or_else(no_line)?.places();
        if keyword.is_empty() || !super::parse::is_administrators(keyword) {
            return Err(InvalidEdit::NotYours(keyword.to_owned()));
        }
        let written = attributes
            .iter()
            .find(|one| one.is_administrators() && one.keyword.value == keyword);
        let assignment = match value {
            Some(value) => format!("{keyword}={}", word(value)?),
            None => String::new(),
        };
        Ok(match (written, value) {
            (Some(written), _) => (written.span(), assignment),
            (None, Some(_)) => {
                let end = attributes.last().map_or(words_end, Attribute::span);
                (behind(end), format!(" {assignment}"))
            }
            (None, None) => (behind(words_end), String::new()),
        })
    }

    fn with_replaced(&self, span: Span, text: &str) -> Result<Self, InvalidEdit> {
        let before = self.text.get(..span.start).unwrap_or_default();
        let after = self.text.get(span.end..).unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        let line_end = after
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(after.len());
        let around = [
            before.get(line_start..).unwrap_or_default(),
            after.get(..line_end).unwrap_or_default(),
        ];
        let utf8 = around.iter().all(|part| std::str::from_utf8(part).is_ok());
        let encoded = if utf8 {
            text.as_bytes().to_vec()
        } else {
            let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
            if lossy {
                return Err(InvalidEdit::Encoding(text.trim().to_owned()));
            }
            bytes.into_owned()
        };
        Ok(parse(&[before, &encoded, after].concat()))
    }
}

/// The empty place behind a word.
fn behind(span: Span) -> Span {
    Span {
        start: span.end,
        end: span.end,
    }
}

/// The last word of a VENDOR line.
fn end_of(vendor: &Vendor) -> Span {
    let others = [
        vendor.path.as_ref().map(|path| path.span),
        vendor.options.as_ref().map(|options| options.span),
        vendor.port.as_ref().map(|port| port.span),
    ];
    others
        .into_iter()
        .flatten()
        .chain([vendor.name.span])
        .max()
        .unwrap_or(vendor.name.span)
}

/// A value as it can stand in a line, in quotes where it needs them.
fn word(value: &str) -> Result<String, InvalidEdit> {
    if value.is_empty() || value.contains('"') || value.chars().any(char::is_control) || value.trim() != value
    {
        return Err(InvalidEdit::Value(
            value
                .chars()
                .filter(|character| !character.is_control())
                .collect(),
        ));
    }
    // A bare number would be read as a port.
    let number = value.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !number && !value.contains([' ', '#', '\\', '{', '}', '=']);
    Ok(if plain {
        value.to_owned()
    } else {
        format!("\"{value}\"")
    })
}
