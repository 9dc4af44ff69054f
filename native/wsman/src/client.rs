//! The other side: requests of a client, and what answers mean.
//!
//! Nothing here touches the network. A program sends the envelopes in its own way, with Basic or encrypted with a session
//! of [`crate::ntlm`], and hands the answers to [`read`].

use crate::envelope::format_uuid;
use crate::source::Snapshot;
use crate::uri;
use crate::value::Value;
use crate::xml::{self, Element, Writer, XmlError};

/// Most elements of an answer.
const MAX_ELEMENTS: usize = 1_000_000;

/// Items that are asked for at a time.
const ITEMS: &str = "200";

/// Seconds that a server may take for one operation.
const TIMEOUT: &str = "PT60S";

/// A request for Identify.
#[must_use]
pub fn identify() -> String {
    let mut writer = Writer::new();
    writer.open(
        "s:Envelope",
        &[("xmlns:s", uri::SOAP), ("xmlns:wsmid", uri::IDENTITY)],
    );
    writer.empty("s:Header", &[]);
    writer.open("s:Body", &[]);
    writer.empty("wsmid:Identify", &[]);
    writer.finish()
}

/// Writes the requests to one address.
#[derive(Debug, Clone)]
pub struct Requests {
    to: String,
}

impl Requests {
    /// Requests to this address, such as `https://host:5986/wsman`.
    #[must_use]
    pub fn to(address: impl Into<String>) -> Self {
        Self { to: address.into() }
    }

    /// Begins a query in a namespace, such as `root/cimv2`.
    #[must_use]
    pub fn query(&self, namespace: &str, query: &str) -> String {
        let resource = format!("{}{}/*", uri::WMI, crate::schema::normal(namespace));
        self.envelope(uri::ENUMERATE, &resource, &[], |writer| {
            writer.open("n:Enumerate", &[]);
            writer.empty("w:OptimizeEnumeration", &[]);
            writer.leaf("w:MaxElements", &[], ITEMS);
            writer.leaf("w:Filter", &[("Dialect", uri::WQL)], query);
        })
    }

    /// Goes on with a query.
    #[must_use]
    pub fn pull(&self, namespace: &str, context: &str) -> String {
        let resource = format!("{}{}/*", uri::WMI, crate::schema::normal(namespace));
        self.envelope(uri::PULL, &resource, &[], |writer| {
            writer.open("n:Pull", &[]);
            writer.leaf("n:EnumerationContext", &[], context);
            writer.leaf("n:MaxElements", &[], ITEMS);
        })
    }

    /// Asks for the description of a class.
    #[must_use]
    pub fn describe(&self, namespace: &str, class: &str) -> String {
        let selectors = [
            (uri::NAMESPACE_SELECTOR, crate::schema::normal(namespace)),
            ("ClassName", class.to_owned()),
        ];
        self.envelope(uri::GET, uri::CLASS_DESCRIPTIONS, &selectors, |_| {})
    }

    fn envelope(
        &self,
        action: &str,
        resource: &str,
        selectors: &[(&str, String)],
        body: impl FnOnce(&mut Writer),
    ) -> String {
        let must = [("s:mustUnderstand", "true")];
        let mut writer = Writer::new();
        writer.open(
            "s:Envelope",
            &[
                ("xmlns:s", uri::SOAP),
                ("xmlns:a", uri::ADDRESSING),
                ("xmlns:n", uri::ENUMERATION),
                ("xmlns:w", uri::WSMAN),
            ],
        );
        writer.open("s:Header", &[]);
        writer.leaf("a:To", &[], &self.to);
        writer.leaf("w:ResourceURI", &must, resource);
        writer.open("a:ReplyTo", &[]);
        writer.leaf("a:Address", &must, uri::ANONYMOUS);
        writer.close();
        writer.leaf("a:Action", &must, action);
        writer.leaf("w:MaxEnvelopeSize", &must, "512000");
        let mut id = [0; 16];
        // The server only repeats it.
        let _ = getrandom::fill(&mut id);
        writer.leaf("a:MessageID", &[], &format!("uuid:{}", format_uuid(id)));
        writer.leaf("w:OperationTimeout", &[], TIMEOUT);
        if !selectors.is_empty() {
            writer.open("w:SelectorSet", &[]);
            for (name, value) in selectors {
                writer.leaf("w:Selector", &[("Name", name)], value);
            }
            writer.close();
        }
        writer.close();
        writer.open("s:Body", &[]);
        body(&mut writer);
        writer.finish()
    }
}

/// One instance, or the part of one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Name of its class; none for a part.
    pub class: Option<String>,
    /// Its properties in the order of the answer; none for those without a value.
    pub properties: Vec<(String, Option<String>)>,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Who answers.
    Identified {
        /// Vendor of the server.
        vendor: String,
        /// Version; ends in the version of the protocol's implementation.
        version: String,
    },
    /// Instances, and the context of the query if there may be more.
    Items {
        /// The instances.
        items: Vec<Instance>,
        /// What to go on with.
        context: Option<String>,
        /// When the instances were taken, and what they lack, where the server says so.
        snapshot: Option<Snapshot>,
    },
    /// Types of the properties of a class.
    Class {
        /// Its name.
        name: String,
        /// Name and CIM type of each property.
        properties: Vec<(String, String)>,
    },
    /// The server refuses.
    Fault {
        /// Subcode without its prefix, such as `DestinationUnreachable`.
        subcode: String,
        /// Number by which Windows knows the fault.
        number: Option<u32>,
        /// Text for people.
        text: String,
    },
}

/// An answer that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// It is no XML, or more than is read.
    #[error("{0}")]
    Xml(#[from] XmlError),
    /// Its bytes are no text.
    #[error("the answer is not written in UTF-8 or UTF-16")]
    Encoding,
    /// It is another document.
    #[error("the answer is not one of WS-Management")]
    Other,
}

/// Reads an answer.
///
/// # Errors
/// [`NotUnderstood`].
pub fn read(body: &[u8], content_type: Option<&str>) -> Result<Reply, NotUnderstood> {
    let (text, _) = crate::text::decode(body, content_type).map_err(|_| NotUnderstood::Encoding)?;
    let envelope = xml::read(&text, MAX_ELEMENTS)?;
    let body = envelope.child(uri::SOAP, "Body").ok_or(NotUnderstood::Other)?;
    let content = body.children.first().ok_or(NotUnderstood::Other)?;
    match (content.namespace.as_str(), content.name.as_str()) {
        (uri::SOAP, "Fault") => Ok(fault(content)),
        (uri::IDENTITY, "IdentifyResponse") => Ok(Reply::Identified {
            vendor: text_of(content, uri::IDENTITY, "ProductVendor"),
            version: text_of(content, uri::IDENTITY, "ProductVersion"),
        }),
        (uri::ENUMERATION, "EnumerateResponse" | "PullResponse") => {
            let header = envelope.child(uri::SOAP, "Header");
            Ok(items(content, header.and_then(crate::snapshot::read)))
        }
        (_, "CLASS") => Ok(class(content)),
        _ => Err(NotUnderstood::Other),
    }
}

fn text_of(element: &Element, namespace: &str, name: &str) -> String {
    element
        .child(namespace, name)
        .map(|child| child.trimmed().to_owned())
        .unwrap_or_default()
}

fn fault(fault: &Element) -> Reply {
    let code = fault.child(uri::SOAP, "Code");
    let subcode = code
        .and_then(|code| code.child(uri::SOAP, "Subcode"))
        .and_then(|subcode| subcode.child(uri::SOAP, "Value"))
        .map(|value| value.trimmed())
        .unwrap_or_default();
    let detail = fault
        .child(uri::SOAP, "Detail")
        .and_then(|detail| detail.child(uri::MICROSOFT_FAULT, "WSManFault"));
    let message = detail.and_then(|detail| detail.child(uri::MICROSOFT_FAULT, "Message"));
    let mut text = message.map(all_text).unwrap_or_default();
    if text.is_empty() {
        let reason = fault.child(uri::SOAP, "Reason");
        text = reason
            .map(|reason| text_of(reason, uri::SOAP, "Text"))
            .unwrap_or_default();
    }
    Reply::Fault {
        subcode: subcode.rsplit(':').next().unwrap_or_default().to_owned(),
        number: detail
            .and_then(|detail| detail.attribute("Code"))
            .and_then(|code| code.parse().ok()),
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// All text inside, wherever it stands: Windows puts the message of its provider deep into the fault.
fn all_text(element: &Element) -> String {
    let inside = element.children.iter().map(all_text);
    std::iter::once(element.text.clone())
        .chain(inside)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn items(response: &Element, snapshot: Option<Snapshot>) -> Reply {
    let namespaces = [uri::WSMAN, uri::ENUMERATION];
    let is_over = response.child_of(&namespaces, "EndOfSequence").is_some();
    let context = text_of(response, uri::ENUMERATION, "EnumerationContext");
    let items = response
        .child_of(&namespaces, "Items")
        .map(|items| items.children.iter().map(instance).collect())
        .unwrap_or_default();
    Reply::Items {
        items,
        context: Some(context).filter(|context| !is_over && !context.is_empty()),
        snapshot,
    }
}

fn instance(element: &Element) -> Instance {
    let is_part = element.is(uri::WSMAN, "XmlFragment");
    Instance {
        class: (!is_part).then(|| element.name.clone()),
        properties: element
            .children
            .iter()
            .map(|property| (property.name.clone(), property_value(property)))
            .collect(),
    }
}

fn property_value(property: &Element) -> Option<String> {
    let is_nil = property
        .attribute_of(uri::XSI, "nil")
        .is_some_and(|nil| matches!(nil, "true" | "1"));
    if is_nil {
        return None;
    }
    // A point in time stands in an element of its own.
    let inside = property
        .children
        .first()
        .filter(|child| child.namespace == uri::CIM);
    Some(inside.map_or_else(|| property.text.clone(), |inside| inside.text.clone()))
}

fn class(class: &Element) -> Reply {
    let named = |element: &Element, name: &str| element.attribute(name).unwrap_or_default().to_owned();
    Reply::Class {
        name: named(class, "NAME"),
        properties: class
            .children
            .iter()
            .filter(|child| child.name == "PROPERTY")
            .map(|property| (named(property, "NAME"), named(property, "TYPE")))
            .collect(),
    }
}

/// What a text of this CIM type means; text of a type that is not known stays text.
#[must_use]
pub fn typed(text: &str, kind: &str) -> Value {
    match kind {
        "boolean" => match text.trim() {
            "true" | "TRUE" | "True" => Value::Boolean(true),
            _ => Value::Boolean(false),
        },
        "uint8" | "uint16" | "uint32" | "uint64" | "sint8" | "sint16" | "sint32" | "sint64" => {
            text.trim().parse().map_or_else(|_| text.into(), Value::Integer)
        }
        "datetime" => crate::datetime::parse(text).map_or_else(|| text.into(), Value::Time),
        _ => text.into(),
    }
}
