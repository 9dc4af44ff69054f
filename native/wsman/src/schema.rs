//! Namespaces, classes and properties.

/// Type of a property, by its CIM name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `string`
    Text,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `sint64`
    Sint64,
    /// `boolean`
    Boolean,
    /// `datetime`
    DateTime,
}

impl Kind {
    /// Name in CIM (DSP0201).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Sint64 => "sint64",
            Self::Boolean => "boolean",
            Self::DateTime => "datetime",
        }
    }
}

/// One property of a class.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Name as declared.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether it is part of the key of an instance.
    pub key: bool,
    /// What it means, for the description of the class.
    pub description: &'static str,
}

/// One class.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Name as declared.
    pub name: &'static str,
    /// What an instance is, for the description of the class.
    pub description: &'static str,
    /// Its properties in the order of a row.
    pub properties: &'static [Property],
}

impl Class {
    /// Place of a property in a row. Case does not count.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.properties
            .iter()
            .position(|property| property.name.eq_ignore_ascii_case(name))
    }

    /// Places of all properties, by name, as Windows writes them.
    #[must_use]
    pub fn sorted(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.properties.len()).collect();
        self.sort(&mut places);
        places
    }

    /// Puts places of properties into the order in which Windows writes them: by name, without regard to case.
    pub fn sort(&self, places: &mut [usize]) {
        places.sort_by_cached_key(|place| {
            self.properties
                .get(*place)
                .map(|property| property.name.to_ascii_lowercase())
        });
    }

    /// The properties that make the key, with their places in a row.
    pub fn keys(&self) -> impl Iterator<Item = (usize, &Property)> {
        self.properties
            .iter()
            .enumerate()
            .filter(|(_, property)| property.key)
    }
}

/// One namespace.
#[derive(Debug, Clone, Copy)]
pub struct Namespace {
    /// Path with "/", as declared: `root/Example`.
    pub path: &'static str,
    /// Its classes.
    pub classes: &'static [&'static Class],
}

/// Everything that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Namespaces with classes. Their parents are there without being listed.
    pub namespaces: &'static [Namespace],
}

/// Name of the class that lists the namespaces below one.
pub const NAMESPACE_CLASS: Class = Class {
    name: "__NAMESPACE",
    description: "A namespace below this one.",
    properties: &[Property {
        name: "Name",
        kind: Kind::Text,
        key: true,
        description: "Last part of the path of the namespace.",
    }],
};

/// Name of the class that lists the classes of a namespace.
pub const META_CLASS: Class = Class {
    name: "meta_class",
    description: "A class of this namespace.",
    properties: &[Property {
        name: "__CLASS",
        kind: Kind::Text,
        key: true,
        description: "Name of the class.",
    }],
};

static BUILT_IN: [&Class; 2] = [&NAMESPACE_CLASS, &META_CLASS];

/// A class that was found, with the namespace it was found in.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Place of the namespace in the schema; none for the parents that are not listed.
    pub namespace: Option<&'static Namespace>,
    /// The class.
    pub class: &'static Class,
}

impl Schema {
    /// Whether there is such a namespace, listed or parent of a listed one. Either slash; case does not count.
    #[must_use]
    pub fn has_namespace(&self, path: &str) -> bool {
        let path = normal(path);
        self.namespaces.iter().any(|namespace| {
            let known = namespace.path.to_ascii_lowercase();
            known == path
                || known
                    .strip_prefix(&path)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// The listed namespace of this path.
    #[must_use]
    pub fn namespace(&self, path: &str) -> Option<&'static Namespace> {
        let path = normal(path);
        self.namespaces
            .iter()
            .find(|namespace| namespace.path.eq_ignore_ascii_case(&path))
    }

    /// Finds a class. Case does not count.
    #[must_use]
    pub fn class(&self, path: &str, name: &str) -> Option<Found> {
        if !self.has_namespace(path) {
            return None;
        }
        let namespace = self.namespace(path);
        let own = namespace.into_iter().flat_map(|namespace| namespace.classes);
        own.chain(BUILT_IN.iter())
            .find(|class| class.name.eq_ignore_ascii_case(name))
            .map(|class| Found { namespace, class })
    }

    /// Last parts of the paths of the namespaces directly below this one.
    #[must_use]
    pub fn children(&self, path: &str) -> Vec<&'static str> {
        let path = normal(path);
        let mut names: Vec<&'static str> = self
            .namespaces
            .iter()
            .filter(|namespace| namespace.path.to_ascii_lowercase().starts_with(&path))
            .filter_map(|namespace| namespace.path.get(path.len()..)?.strip_prefix('/'))
            .filter_map(|rest| rest.split('/').next())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A path of a namespace as it is compared: lower case, "/" between the parts, nothing before `root`.
#[must_use]
pub fn normal(path: &str) -> String {
    path.trim_matches(['/', '\\'])
        .replace('\\', "/")
        .to_ascii_lowercase()
}
