//! Faults, as Windows numbers them.

use crate::uri;
use crate::wql::QueryError;
use crate::xml::Writer;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No such namespace, class or instance.
    DestinationUnreachable,
    /// Selectors that the class does not have.
    UnexpectedSelectors,
    /// Selectors that leave the key open.
    InsufficientSelectors,
    /// Selectors that fit more than one instance.
    AmbiguousSelectors,
    /// A filter that cannot be evaluated.
    CannotProcessFilter,
    /// A filter in a dialect that is not known.
    FilterDialectUnavailable,
    /// A filter where none is possible.
    FilteringNotSupported,
    /// An enumeration that is not open.
    InvalidEnumerationContext,
    /// Something else than reading.
    ActionNotSupported,
    /// A header of WS-Addressing is missing.
    MessageInformationHeaderRequired,
    /// A header that has to be understood is not.
    NotUnderstood,
    /// The body is not what the action needs.
    SchemaValidation,
    /// An answer would have to be smaller than answers can be.
    MinimumEnvelopeLimit,
    /// An answer is larger than allowed.
    MaxEnvelopeSize,
    /// The encoding of the text is not known.
    CharacterSet,
    /// The time that the client allows is over.
    TimedOut,
    /// The caller may not read this.
    AccessDenied,
    /// The service cannot answer now.
    InternalError,
    /// More is asked at once than the service takes.
    QuotaLimit,
}

/// How a kind of fault is written.
struct Entry {
    code: &'static str,
    subcode: &'static str,
    action: &'static str,
    detail: Option<&'static str>,
    number: u32,
}

impl FaultKind {
    fn entry(self) -> Entry {
        let (subcode, detail, number) = match self {
            Self::DestinationUnreachable => (
                "a:DestinationUnreachable",
                Some("InvalidResourceURI"),
                2_150_858_752,
            ),
            Self::UnexpectedSelectors => ("w:InvalidSelectors", Some("UnexpectedSelectors"), 2_150_858_813),
            Self::InsufficientSelectors => {
                ("w:InvalidSelectors", Some("InsufficientSelectors"), 2_150_858_813)
            }
            Self::AmbiguousSelectors => ("w:InvalidSelectors", Some("AmbiguousSelectors"), 2_150_858_846),
            Self::CannotProcessFilter => ("n:CannotProcessFilter", None, 2_150_858_778),
            Self::FilterDialectUnavailable => ("n:FilterDialectRequestedUnavailable", None, 2_150_858_777),
            Self::FilteringNotSupported => ("n:FilteringNotSupported", None, 2_150_858_776),
            Self::InvalidEnumerationContext => ("n:InvalidEnumerationContext", None, 2_150_858_779),
            Self::ActionNotSupported => ("a:ActionNotSupported", None, 2_150_858_771),
            Self::MessageInformationHeaderRequired => {
                ("a:MessageInformationHeaderRequired", None, 2_150_858_769)
            }
            Self::NotUnderstood => ("", None, 2_150_858_768),
            Self::SchemaValidation => ("w:SchemaValidationError", None, 2_150_858_817),
            Self::MinimumEnvelopeLimit => ("w:EncodingLimit", Some("MinimumEnvelopeLimit"), 2_150_858_805),
            Self::MaxEnvelopeSize => ("w:EncodingLimit", Some("MaxEnvelopeSize"), 2_150_858_824),
            Self::CharacterSet => ("w:EncodingLimit", Some("CharacterSet"), 2_150_858_796),
            Self::TimedOut => ("w:TimedOut", None, 2_150_858_793),
            Self::AccessDenied => ("w:AccessDenied", None, 5),
            Self::InternalError => ("w:InternalError", None, 2_150_859_120),
            Self::QuotaLimit => ("w:QuotaLimit", None, 2_150_858_973),
        };
        let action = match subcode.split_once(':') {
            Some(("a", _)) => uri::ADDRESSING_FAULT_ACTION,
            Some(("n", _)) => uri::ENUMERATION_FAULT_ACTION,
            _ => uri::WSMAN_FAULT_ACTION,
        };
        let code = match self {
            Self::NotUnderstood => "s:MustUnderstand",
            Self::TimedOut | Self::InternalError | Self::QuotaLimit => "s:Receiver",
            _ => "s:Sender",
        };
        Entry {
            code,
            subcode,
            action,
            detail,
            number,
        }
    }
}

/// One fault: its kind, and a text for whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// What happened, to what, and what to do.
    pub text: String,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// Number by which Windows knows the fault.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.kind.entry().number
    }

    /// Action of the answer that carries the fault.
    pub(crate) fn action(&self) -> &'static str {
        self.kind.entry().action
    }

    /// Writes `s:Fault`.
    pub(crate) fn write(&self, writer: &mut Writer, machine: &str) {
        let entry = self.kind.entry();
        writer.open("s:Fault", &[]);
        writer.open("s:Code", &[]);
        writer.leaf("s:Value", &[], entry.code);
        if !entry.subcode.is_empty() {
            writer.open("s:Subcode", &[]);
            writer.leaf("s:Value", &[], entry.subcode);
            writer.close();
        }
        writer.close();
        writer.open("s:Reason", &[]);
        writer.leaf("s:Text", &[("xml:lang", "en-US")], &self.text);
        writer.close();
        writer.open("s:Detail", &[]);
        if let Some(detail) = entry.detail {
            writer.leaf("w:FaultDetail", &[], &format!("{}{detail}", uri::FAULT_DETAIL));
        }
        let number = entry.number.to_string();
        writer.open(
            "f:WSManFault",
            &[
                ("xmlns:f", uri::MICROSOFT_FAULT),
                ("Code", &number),
                ("Machine", machine),
            ],
        );
        writer.leaf("f:Message", &[], &self.text);
        writer.close();
        writer.close();
        writer.close();
    }
}

impl From<QueryError> for Fault {
    fn from(error: QueryError) -> Self {
        Self::new(
            FaultKind::CannotProcessFilter,
            format!("The filter is refused: {error}."),
        )
    }
}
