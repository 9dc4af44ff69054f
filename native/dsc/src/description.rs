//! What a resource is made of.

use std::collections::BTreeMap;

use licensing_api::OperationId;
use licensing_api::schema::{Field, FieldKind, TypeDescription};

/// The property that says whether an instance is to exist.
pub const EXIST: &str = "_exist";

/// A part of a license server whose state can be desired.
#[derive(Debug)]
pub struct Resource {
    /// Name without the owner, such as `Token`.
    pub name: &'static str,
    /// One line of help.
    pub summary: &'static str,
    /// What one instance is called in sentences, such as `the token`.
    pub noun: &'static str,
    /// What reads it. Rows of a list are told apart by the key; the answers of several single objects are taken together.
    pub reads: &'static [Read],
    /// What makes an instance; none where instances are not made.
    pub create: Option<Change>,
    /// What changes an instance, each the properties that it has fields for.
    pub updates: &'static [Change],
    /// What removes an instance.
    pub delete: Option<Change>,
    /// Whether an instance whose fixed properties differ is made anew, and the old one removed after that.
    pub replaces: bool,
    /// Field of the row at which an instance ends by itself; of several with one key the one that ends last counts.
    pub ends: Option<&'static str>,
    /// The properties, keys first.
    pub properties: &'static [Property],
}

/// An operation that reads, and how instances stand in its answer.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// The operation.
    pub operation: OperationId,
    /// How instances stand in its answer.
    pub shape: Shape,
}

impl Read {
    /// An operation whose rows are instances, or whose answer is one.
    pub const fn rows(operation: OperationId) -> Self {
        Self {
            operation,
            shape: Shape::Rows,
        }
    }
}

/// How instances stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Each row is one; an answer that is no list is one.
    Rows,
    /// Each row is a setting of the only one, with its value as TOML.
    Settings {
        /// Field with the name.
        name: &'static str,
        /// Field with the value in effect.
        value: &'static str,
        /// Field with the value that waits for a restart; it goes before the one in effect.
        waiting: &'static str,
        /// Field of the instance with the names of settings that wait.
        into: &'static str,
    },
    /// Each row is a line of a text; the lines with the same key are one.
    Lines {
        /// Field with the key.
        key: &'static str,
        /// Field with the line.
        line: &'static str,
        /// Field of the instance with the whole text.
        into: &'static str,
        /// The text that stands where an instance was removed.
        none: &'static str,
    },
}

/// A call of an operation that changes something.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// The operation.
    pub operation: OperationId,
    /// What it does, in the imperative: `Make`, `Change`, `Remove`.
    pub verb: &'static str,
    /// Fields of its request, and what goes into them.
    pub fields: &'static [(&'static str, Take)],
}

/// What goes into a field of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The desired property of this name: when making, if it is given; when changing, if it differs.
    Property(&'static str),
    /// The same, and also when another property differs that cannot be changed without it.
    Along(&'static str, &'static str),
    /// The desired property of this name, whether it differs or not.
    Key(&'static str),
    /// The field of the row that was read.
    Row(&'static str),
    /// The bytes of the local file in base64.
    Content,
    /// The text of the local file that the property of this name is the path of.
    Text(&'static str),
    /// The desired properties that are settings and differ, each as `name=value`.
    Settings,
    /// This text.
    Constant(&'static str),
    /// `true`.
    Yes,
}

/// A property of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// Where its type and help come from.
    pub source: Source,
    /// When two of its values are the same.
    pub compare: Compare,
    /// Names of the source that it does not take.
    pub refused: &'static [&'static str],
    /// Least and greatest whole number that it takes; none where the type alone says it.
    pub bounds: Option<(i64, i64)>,
    /// Help in place of that of the source; empty to keep that.
    pub help: &'static str,
}

/// What a property is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Tells instances apart.
    Key,
    /// Is compared and changed.
    Setting,
    /// Is compared; only a new instance can have another value.
    Fixed,
    /// Is used when an instance is made, and never compared.
    Once,
    /// Is shown, and compared where it is given; nothing changes it.
    ReadOnly,
    /// Is never shown. It is in place when this field of the row is neither null nor false, and used when it is not.
    Secret {
        /// The field.
        shown_by: &'static str,
    },
    /// Path of a file on this machine, whose digest the named property is compared with.
    LocalFile {
        /// The property with the digest.
        digest: &'static str,
        /// What the digest is of.
        of: Digested,
    },
    /// Path of a text on this machine, which is the desired value of the named property.
    LocalText {
        /// The property with the text.
        into: &'static str,
    },
    /// Path of a text on this machine that is sent and never compared.
    SentFile,
    /// The same, for a text in TOML that says which instance it is of: nothing is made of that of another one.
    KeyedFile {
        /// The property that names the instance.
        key: &'static str,
        /// The entry of the text that has to be the same.
        entry: &'static str,
    },
    /// The bytes of such a file themselves, in base64.
    Content {
        /// The property with the digest.
        digest: &'static str,
    },
    /// Path on this machine that the secret of a new instance is written to.
    SecretFile {
        /// Field of the answer that holds the secret.
        answer: &'static str,
    },
}

/// What the digest of a local file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digested {
    /// Its bytes.
    Bytes,
    /// The first certificate in it, which is in PEM form.
    Certificate,
}

/// Where type and help of a property come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The field of this name in what is read.
    Row(&'static str),
    /// A field of a request.
    Request(OperationId, &'static str),
    /// A field that the shape of a read makes: a setting, or a text of lines. Type and help are the description's own.
    Shaped(&'static str, FieldKind),
    /// The description itself.
    Own(FieldKind),
}

/// When two values are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// When they are equal. An empty text is as good as none.
    Exact,
    /// Whatever the case of letters.
    IgnoreCase,
    /// When they are one hash of a certificate, whatever the case of letters and what separates its bytes.
    Hash,
    /// When they are spellings of one account.
    Account,
    /// When lists have the same members in any order.
    Members,
    /// When they are spellings of one address of a receiver.
    Destination,
    /// When they say one time of day.
    TimeOfDay,
    /// When they are codes of one language, whatever the country and the case of letters.
    Language,
    /// When texts have the same lines, whatever their ends and the blank lines after them.
    Lines,
}

impl Property {
    const fn new(name: &'static str, role: Role) -> Self {
        Self {
            name,
            role,
            source: Source::Row(name),
            compare: Compare::Exact,
            refused: &[],
            bounds: None,
            help: "",
        }
    }

    /// A key.
    pub const fn key(name: &'static str) -> Self {
        Self::new(name, Role::Key)
    }

    /// A setting.
    pub const fn setting(name: &'static str) -> Self {
        Self::new(name, Role::Setting)
    }

    /// A property that only a new instance can have otherwise.
    pub const fn fixed(name: &'static str) -> Self {
        Self::new(name, Role::Fixed)
    }

    /// A property that is read only.
    pub const fn read_only(name: &'static str) -> Self {
        Self::new(name, Role::ReadOnly)
    }

    /// A property that a new instance is made with.
    pub const fn once(name: &'static str, operation: OperationId) -> Self {
        Self::of_request(name, Role::Once, operation)
    }

    /// A secret.
    pub const fn secret(name: &'static str, operation: OperationId, shown_by: &'static str) -> Self {
        Self::of_request(name, Role::Secret { shown_by }, operation)
    }

    const fn of_request(name: &'static str, role: Role, operation: OperationId) -> Self {
        let mut property = Self::new(name, role);
        property.source = Source::Request(operation, name);
        property
    }

    /// A path on this machine, or what else is a text of the description itself.
    pub const fn own(name: &'static str, role: Role, help: &'static str) -> Self {
        let mut property = Self::new(name, role);
        property.source = Source::Own(FieldKind::Text);
        property.help = help;
        property
    }

    /// A setting of the configuration, by its name there.
    pub const fn shaped(
        name: &'static str,
        field: &'static str,
        kind: FieldKind,
        help: &'static str,
    ) -> Self {
        let mut property = Self::new(name, Role::Setting);
        property.source = Source::Shaped(field, kind);
        property.help = help;
        property
    }

    /// With another comparison.
    #[must_use]
    pub const fn compared(mut self, compare: Compare) -> Self {
        self.compare = compare;
        self
    }

    /// Without these names of the source.
    #[must_use]
    pub const fn without(mut self, names: &'static [&'static str]) -> Self {
        self.refused = names;
        self
    }

    /// With a least and a greatest whole number.
    #[must_use]
    pub const fn between(mut self, least: i64, greatest: i64) -> Self {
        self.bounds = Some((least, greatest));
        self
    }

    /// With help of its own.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// Whether its values are never shown.
    pub const fn is_write_only(&self) -> bool {
        matches!(
            self.role,
            Role::Secret { .. }
                | Role::Once
                | Role::LocalFile { .. }
                | Role::LocalText { .. }
                | Role::SentFile
                | Role::KeyedFile { .. }
                | Role::Content { .. }
                | Role::SecretFile { .. }
        )
    }

    /// The field of the row that shows it; none where nothing does.
    pub const fn row_field(&self) -> Option<&'static str> {
        match self.source {
            Source::Row(field) | Source::Shaped(field, _) => Some(field),
            Source::Request(..) | Source::Own(_) => None,
        }
    }
}

impl Resource {
    /// Whether there are several instances, told apart by a key.
    pub fn is_list(&self) -> bool {
        self.keys().next().is_some()
    }

    /// The properties that tell instances apart.
    pub fn keys(&self) -> impl Iterator<Item = &'static Property> {
        self.properties
            .iter()
            .filter(|property| property.role == Role::Key)
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether anything of it can be changed.
    pub fn is_changeable(&self) -> bool {
        self.create.is_some() || !self.updates.is_empty()
    }

    /// Type and help of every property, in their order.
    ///
    /// # Panics
    /// Never for the resources of this crate: a test looks at all of them.
    pub fn fields(&self) -> Vec<(&'static Property, Field)> {
        let mut types: BTreeMap<u32, TypeDescription> = BTreeMap::new();
        let mut found = Vec::new();
        for property in self.properties {
            let mut field = match property.source {
                Source::Own(kind) | Source::Shaped(_, kind) => own_field(property, kind),
                Source::Request(operation, name) => {
                    let info = operation.info();
                    let request = types.entry(info.number).or_insert_with(|| info.request_type());
                    named(request, name).unwrap_or_else(|| own_field(property, FieldKind::Text))
                }
                Source::Row(name) => self
                    .reads
                    .iter()
                    .find_map(|read| named(&read.operation.info().row_type(), name))
                    .unwrap_or_else(|| own_field(property, FieldKind::Text)),
            };
            property.name.clone_into(&mut field.name);
            if !property.help.is_empty() {
                property.help.clone_into(&mut field.summary);
            }
            field
                .names
                .retain(|name| !property.refused.contains(&name.as_str()));
            field.required = property.role == Role::Key;
            field.column = None;
            found.push((property, field));
        }
        found
    }
}

fn named(described: &TypeDescription, name: &str) -> Option<Field> {
    described.fields.iter().find(|field| field.name == name).cloned()
}

fn own_field(property: &Property, kind: FieldKind) -> Field {
    Field {
        name: property.name.to_owned(),
        kind,
        required: false,
        nullable: false,
        summary: property.help.to_owned(),
        names: Vec::new(),
        type_name: String::new(),
        fields: Vec::new(),
        column: None,
    }
}
