//! The messages that a server reads and writes (RFC 4120 5.5).

use der::asn1::{Any, BitString, GeneralizedTime, OctetString};
use der::{
    Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Sequence, Tag, TagNumber,
    Writer,
};

/// Text, which Kerberos writes as `GeneralString`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(pub(super) String);

impl FixedTag for Text {
    const TAG: Tag = Tag::GeneralString;
}

impl<'a> DecodeValue<'a> for Text {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        String::from_utf8(reader.read_vec(header.length())?)
            .map(Self)
            .map_err(|_| der::ErrorKind::Value { tag: Self::TAG }.into())
    }
}

impl EncodeValue for Text {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0.as_bytes())
    }
}

/// A message inside of its own tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged<const NUMBER: u32, T>(pub(super) T);

impl<const NUMBER: u32, T> FixedTag for Tagged<NUMBER, T> {
    const TAG: Tag = Tag::Application {
        constructed: true,
        number: TagNumber(NUMBER),
    };
}

impl<'a, const NUMBER: u32, T: Decode<'a, Error = der::Error>> DecodeValue<'a> for Tagged<NUMBER, T> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, _: Header) -> der::Result<Self> {
        T::decode(reader).map(Self)
    }
}

impl<const NUMBER: u32, T: Encode> EncodeValue for Tagged<NUMBER, T> {
    fn value_len(&self) -> der::Result<Length> {
        self.0.encoded_len()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.encode(writer)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct PrincipalName {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) kind: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) parts: Vec<Text>,
}

impl PrincipalName {
    /// The parts, joined as people write them.
    pub(super) fn joined(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(|part| part.0.as_str()).collect();
        parts.join("/")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct EncryptedData {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) encryption: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) version: Option<i64>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) cipher: OctetString,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct EncryptionKey {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) kind: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) value: OctetString,
}

pub(super) type Ticket = Tagged<1, TicketBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct TicketBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) realm: Text,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) service: PrincipalName,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub(super) encrypted: EncryptedData,
}

/// `AP-REQ`
pub(super) type Request = Tagged<14, RequestBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct RequestBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) kind: i32,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) options: BitString,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub(super) ticket: Ticket,
    #[asn1(context_specific = "4", tag_mode = "EXPLICIT")]
    pub(super) authenticator: EncryptedData,
}

/// `EncTicketPart`
pub(super) type TicketContent = Tagged<3, TicketContentBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct TicketContentBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) flags: BitString,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) key: EncryptionKey,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) realm: Text,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    pub(super) client: PrincipalName,
    #[asn1(context_specific = "4", tag_mode = "EXPLICIT")]
    pub(super) transited: Any,
    #[asn1(context_specific = "5", tag_mode = "EXPLICIT")]
    pub(super) authenticated: GeneralizedTime,
    #[asn1(context_specific = "6", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) start: Option<GeneralizedTime>,
    #[asn1(context_specific = "7", tag_mode = "EXPLICIT")]
    pub(super) end: GeneralizedTime,
    #[asn1(context_specific = "8", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) renewable: Option<GeneralizedTime>,
    #[asn1(context_specific = "9", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) addresses: Option<Any>,
    #[asn1(context_specific = "10", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) authorization: Option<Any>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct Checksum {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) kind: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) value: OctetString,
}

/// `Authenticator`
pub(super) type Authenticator = Tagged<2, AuthenticatorBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct AuthenticatorBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) realm: Text,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) client: PrincipalName,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) checksum: Option<Checksum>,
    #[asn1(context_specific = "4", tag_mode = "EXPLICIT")]
    pub(super) microseconds: i32,
    #[asn1(context_specific = "5", tag_mode = "EXPLICIT")]
    pub(super) time: GeneralizedTime,
    #[asn1(context_specific = "6", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) key: Option<EncryptionKey>,
    #[asn1(context_specific = "7", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) sequence: Option<i64>,
    #[asn1(context_specific = "8", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) authorization: Option<Any>,
}

/// `AP-REP`
pub(super) type Reply = Tagged<15, ReplyBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct ReplyBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) version: i32,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) kind: i32,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT")]
    pub(super) encrypted: EncryptedData,
}

/// `EncAPRepPart`
pub(super) type ReplyContent = Tagged<27, ReplyContentBody>;

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(super) struct ReplyContentBody {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) time: GeneralizedTime,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    pub(super) microseconds: i32,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) key: Option<EncryptionKey>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) sequence: Option<i64>,
}
