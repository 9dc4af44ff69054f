//! Envelopes: the headers of a request, and the frame of an answer.

use std::time::Duration;

use crate::fault::{Fault, FaultKind};
use crate::uri;
use crate::xml::{Element, Writer};

/// Fewest bytes that a client may allow an answer (DSP0226).
const MIN_ENVELOPE: u64 = 8192;

/// Headers and body of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) message_id: String,
    pub(crate) resource: Option<String>,
    pub(crate) selectors: Vec<(String, String)>,
    pub(crate) max_envelope: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) wants_estimate: bool,
    pub(crate) body: Element,
}

impl Request {
    /// What a selector holds. Case does not count.
    pub(crate) fn selector(&self, name: &str) -> Option<&str> {
        self.selectors
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The only element of the body.
    pub(crate) fn content(&self, namespace: &str, name: &str) -> Result<&Element, Fault> {
        self.body
            .child(namespace, name)
            .ok_or_else(|| invalid(format!("The body has no element {name}.")))
    }
}

/// The body of an envelope, and its headers.
pub(crate) fn parts(envelope: &Element) -> Result<(Option<&Element>, &Element), Fault> {
    if !envelope.is(uri::SOAP, "Envelope") {
        return Err(invalid("The document is no envelope of SOAP 1.2."));
    }
    let body = envelope
        .child(uri::SOAP, "Body")
        .ok_or_else(|| invalid("The envelope has no body."))?;
    Ok((envelope.child(uri::SOAP, "Header"), body))
}

/// The message identifier, even of an envelope that is otherwise refused.
pub(crate) fn message_id(envelope: &Element) -> Option<&str> {
    let header = envelope.child(uri::SOAP, "Header")?;
    header
        .child(uri::ADDRESSING, "MessageID")
        .map(|id| id.text.as_str())
}

/// Reads the headers.
pub(crate) fn request(header: Option<&Element>, body: &Element) -> Result<Request, Fault> {
    let missing = |name: &str| {
        Fault::new(
            FaultKind::MessageInformationHeaderRequired,
            format!("The header {name} is missing."),
        )
    };
    let header = header.ok_or_else(|| missing("Action"))?;
    check_understood(header)?;
    let addressed = |name: &str| header.child(uri::ADDRESSING, name);
    let mut request = Request {
        action: addressed("Action")
            .ok_or_else(|| missing("Action"))?
            .trimmed()
            .to_owned(),
        message_id: addressed("MessageID")
            .ok_or_else(|| missing("MessageID"))?
            .text
            .clone(),
        body: body.clone(),
        ..Request::default()
    };
    check_reply_to(addressed("ReplyTo"))?;
    for element in header
        .children
        .iter()
        .filter(|element| element.namespace == uri::WSMAN)
    {
        match element.name.as_str() {
            "ResourceURI" => request.resource = Some(element.trimmed().to_owned()),
            "SelectorSet" => request.selectors = selectors(element)?,
            "MaxEnvelopeSize" => request.max_envelope = Some(max_envelope(element)?),
            "OperationTimeout" => request.timeout = Some(duration(element)?),
            "RequestTotalItemsCountEstimate" => request.wants_estimate = true,
            // Options and languages change nothing here.
            _ => {}
        }
    }
    Ok(request)
}

/// Selectors by name.
pub(crate) fn selectors(set: &Element) -> Result<Vec<(String, String)>, Fault> {
    set.children
        .iter()
        .filter(|child| child.is(uri::WSMAN, "Selector"))
        .map(|selector| {
            let name = selector
                .attribute("Name")
                .ok_or_else(|| invalid("A selector has no name."))?;
            Ok((name.to_owned(), selector.text.clone()))
        })
        .collect()
}

fn max_envelope(element: &Element) -> Result<u64, Fault> {
    let size = element
        .trimmed()
        .parse()
        .map_err(|_| invalid("MaxEnvelopeSize is no number."))?;
    if size < MIN_ENVELOPE {
        return Err(Fault::new(
            FaultKind::MinimumEnvelopeLimit,
            format!("MaxEnvelopeSize has to be {MIN_ENVELOPE} at least."),
        ));
    }
    Ok(size)
}

/// An `xs:duration` without years and months.
pub(crate) fn duration(element: &Element) -> Result<Duration, Fault> {
    element
        .trimmed()
        .parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| invalid(format!("{} is no duration.", element.name)))
}

fn check_reply_to(reply_to: Option<&Element>) -> Result<(), Fault> {
    let address = reply_to.and_then(|reply_to| reply_to.child(uri::ADDRESSING, "Address"));
    match address {
        Some(address) if address.trimmed() != uri::ANONYMOUS => Err(invalid(
            "Answers go back on the connection of the request; ReplyTo has to be anonymous.",
        )),
        _ => Ok(()),
    }
}

fn check_understood(header: &Element) -> Result<(), Fault> {
    const ADDRESSING: &[&str] = &[
        "Action",
        "FaultTo",
        "From",
        "MessageID",
        "RelatesTo",
        "ReplyTo",
        "To",
    ];
    const WSMAN: &[&str] = &[
        "Locale",
        "MaxEnvelopeSize",
        "OperationTimeout",
        "OptionSet",
        "RequestTotalItemsCountEstimate",
        "ResourceURI",
        "SelectorSet",
    ];
    const MICROSOFT: &[&str] = &[
        "ActivityId",
        "DataLocale",
        "OperationID",
        "SequenceId",
        "SessionId",
    ];
    for element in &header.children {
        let known = match element.namespace.as_str() {
            uri::ADDRESSING => ADDRESSING,
            uri::WSMAN => WSMAN,
            uri::MICROSOFT => MICROSOFT,
            uri::CIM_BINDING => &["PolymorphismMode"],
            _ => &[],
        };
        let must = element
            .attribute_of(uri::SOAP, "mustUnderstand")
            .is_some_and(|value| matches!(value.trim(), "1" | "true"));
        if must && !known.contains(&element.name.as_str()) {
            return Err(Fault::new(
                FaultKind::NotUnderstood,
                format!("The header {} is not understood.", element.name),
            ));
        }
    }
    Ok(())
}

pub(crate) fn invalid(text: impl Into<String>) -> Fault {
    Fault::new(FaultKind::SchemaValidation, text)
}

/// Opens an answer: headers are written, and the body is open.
pub(crate) fn open_answer(
    action: &str,
    relates_to: Option<&str>,
    estimate: Option<usize>,
    further: &str,
) -> Writer {
    let mut writer = Writer::new();
    writer.open(
        "s:Envelope",
        &[
            ("xml:lang", "en-US"),
            ("xmlns:s", uri::SOAP),
            ("xmlns:a", uri::ADDRESSING),
            ("xmlns:n", uri::ENUMERATION),
            ("xmlns:w", uri::WSMAN),
            ("xmlns:x", uri::TRANSFER),
            ("xmlns:p", uri::MICROSOFT),
        ],
    );
    writer.open("s:Header", &[]);
    writer.leaf("a:Action", &[], action);
    writer.leaf("a:MessageID", &[], &format!("uuid:{}", unique()));
    writer.leaf("a:To", &[], uri::ANONYMOUS);
    if let Some(relates_to) = relates_to {
        writer.leaf("a:RelatesTo", &[], relates_to);
    }
    if let Some(estimate) = estimate {
        writer.leaf("w:TotalItemsCountEstimate", &[], &estimate.to_string());
    }
    writer.raw(further);
    writer.close();
    writer.open("s:Body", &[]);
    writer
}

/// A random identifier for a message. Nothing relies on it being a secret.
fn unique() -> String {
    let mut bytes = [0u8; 16];
    // Without randomness of the system the identifier is the same each time, which harms nobody.
    let _ = getrandom::fill(&mut bytes);
    format_uuid(bytes)
}

/// Random bytes in the form of a UUID of version 4.
pub(crate) fn format_uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let text = format!("{number:032X}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
