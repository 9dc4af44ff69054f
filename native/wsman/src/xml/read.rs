//! Reading.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::{MAX_ATTRIBUTES, MAX_DEPTH};

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// It is not well-formed.
    #[error("the document is not well-formed at byte {position}: {reason}")]
    Malformed {
        /// Where.
        position: u64,
        /// What is wrong.
        reason: String,
    },
    /// It has a document type declaration, which may define entities.
    #[error("document type declarations are not accepted")]
    DocumentType,
    /// It uses an entity that XML does not define itself.
    #[error("the entity is not defined")]
    UndefinedEntity,
    /// It is nested too deeply.
    #[error("elements are nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// It has too many elements or attributes.
    #[error("the document has too many elements or attributes")]
    TooMany,
}

/// One element. Text of an element that also has children is what stands between them, put together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Namespace; empty for none.
    pub namespace: String,
    /// Name without prefix.
    pub name: String,
    /// Namespace, name and value of each attribute. Declarations of namespaces are not among them.
    pub attributes: Vec<(String, String, String)>,
    /// Elements inside.
    pub children: Vec<Element>,
    /// Text inside.
    pub text: String,
}

impl Element {
    /// Whether it has this name.
    #[must_use]
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace == namespace
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(namespace, name))
    }

    /// The first child of this name in any of the namespaces.
    #[must_use]
    pub fn child_of(&self, namespaces: &[&str], name: &str) -> Option<&Element> {
        namespaces
            .iter()
            .find_map(|namespace| self.child(namespace, name))
    }

    /// The attribute of this name, in whichever namespace.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(_, known, _)| known == name)
            .map(|(_, _, value)| value.as_str())
    }

    /// The attribute of this name in this namespace.
    #[must_use]
    pub fn attribute_of(&self, namespace: &str, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(of, known, _)| of == namespace && known == name)
            .map(|(_, _, value)| value.as_str())
    }

    /// The text without blanks around it.
    #[must_use]
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

/// Reads a document.
///
/// # Errors
/// [`XmlError`], without having used more memory than a multiple of the size of the text.
pub fn read(text: &str, max_elements: usize) -> Result<Element, XmlError> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut tree = Tree::new(max_elements);
    loop {
        let event = reader.read_event().map_err(|error| XmlError::Malformed {
            position: reader.error_position(),
            reason: error.to_string(),
        })?;
        let position = reader.buffer_position();
        let malformed = |reason: &str| XmlError::Malformed {
            position,
            reason: reason.to_owned(),
        };
        match event {
            Event::Start(start) => {
                tree.count()?;
                if tree.open.len() >= MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                if tree.root.is_some() {
                    return Err(malformed(SECOND_ELEMENT));
                }
                tree.open.push(element(&reader, &start, position)?);
            }
            Event::Empty(start) => {
                tree.count()?;
                let closed = element(&reader, &start, position)?;
                tree.close(closed).map_err(malformed)?;
            }
            Event::End(_) => tree.close_last().map_err(malformed)?,
            Event::Text(text) => tree.add_text(&text.xml10_content()).map_err(malformed)?,
            Event::CData(text) => tree.add_text(&text.xml10_content()).map_err(malformed)?,
            Event::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| malformed(&error.to_string()))?;
                match character {
                    Some(character) => tree.add_text(character.encode_utf8(&mut [0; 4])),
                    None => {
                        let text = resolve_predefined_entity(&reference).ok_or(XmlError::UndefinedEntity)?;
                        tree.add_text(text)
                    }
                }
                .map_err(malformed)?;
            }
            Event::DocType(_) => return Err(XmlError::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    tree.finish().ok_or_else(|| XmlError::Malformed {
        position: reader.buffer_position(),
        reason: "the document ends too early".to_owned(),
    })
}

const SECOND_ELEMENT: &str = "a second element stands beside the first";

/// What has been read so far.
struct Tree {
    root: Option<Element>,
    /// Elements that have begun and not ended, each within the one before.
    open: Vec<Element>,
    elements: usize,
    max_elements: usize,
}

impl Tree {
    fn new(max_elements: usize) -> Self {
        Self {
            root: None,
            open: Vec::new(),
            elements: 0,
            max_elements,
        }
    }

    /// Counts another element.
    fn count(&mut self) -> Result<(), XmlError> {
        self.elements += 1;
        if self.elements > self.max_elements {
            return Err(XmlError::TooMany);
        }
        Ok(())
    }

    fn close(&mut self, closed: Element) -> Result<(), &'static str> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(closed),
            None if self.root.is_none() => self.root = Some(closed),
            None => return Err(SECOND_ELEMENT),
        }
        Ok(())
    }

    fn close_last(&mut self) -> Result<(), &'static str> {
        let closed = self.open.pop().ok_or("an element ends that is not open")?;
        self.close(closed)
    }

    fn add_text(&mut self, text: &str) -> Result<(), &'static str> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text
                .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
                .is_empty() => {}
            None => return Err("text stands outside of the document's element"),
        }
        Ok(())
    }

    /// The document; none when it has not ended.
    fn finish(self) -> Option<Element> {
        self.root.filter(|_| self.open.is_empty())
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, position: u64) -> Result<Element, XmlError> {
    let malformed = |reason: String| XmlError::Malformed { position, reason };
    let (namespace, name) = reader.resolver().resolve_element(start.name());
    let mut element = Element {
        namespace: bound(&namespace).map_err(malformed)?,
        name: name.as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        if element.attributes.len() >= MAX_ATTRIBUTES {
            return Err(XmlError::TooMany);
        }
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| malformed(error.to_string()))?;
        element.attributes.push((
            bound(&namespace).map_err(malformed)?,
            name.as_ref().to_owned(),
            value.into_owned(),
        ));
    }
    Ok(element)
}

fn bound(result: &ResolveResult<'_>) -> Result<String, String> {
    match result {
        ResolveResult::Bound(namespace) => Ok(namespace.0.to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(_) => Err("a prefix has no namespace".to_owned()),
    }
}
