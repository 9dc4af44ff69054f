//! WQL: the query language of Windows Management Instrumentation (\[MS-WMI\] 2.2.1), as far as it asks for data.
//!
//! A text becomes a [`Query`], which [`bind`](Query::bind) checks against a class; the result decides about rows.

mod bind;
mod grammar;
mod like;

pub use bind::{BoundQuery, Columns};

/// Longest text of a query, in bytes.
pub const MAX_TEXT: usize = 8 * 1024;

/// Most comparisons in one query.
pub const MAX_TERMS: usize = 64;

/// Deepest nesting of parentheses and NOT.
pub const MAX_DEPTH: usize = 32;

/// Which dialect a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// WQL.
    Wql,
    /// The part of CQL (DSP0202) that means the same in WQL: without LIKE, which is a regular expression there.
    Cql,
}

/// A query that was read but not yet checked against a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is asked for; none means everything.
    pub columns: Option<Vec<String>>,
    /// Class that is asked.
    pub class: String,
    /// Which rows.
    pub condition: Option<Condition>,
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Any of these.
    Or(Vec<Condition>),
    /// All of these.
    And(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A property compared with a constant.
    Compare(String, Comparison, Literal),
    /// A property that matches a pattern.
    Like(String, String),
    /// `ISA`: the class of the row has this name.
    Isa(String),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>` and `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// NULL
    Null,
    /// TRUE or FALSE
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Text in quotes.
    Text(String),
}

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The text is no query.
    #[error("the query cannot be read at character {position}: {expected}")]
    Syntax {
        /// Place of the first character that does not fit, from 1.
        position: usize,
        /// What was expected there.
        expected: String,
    },
    /// The query is larger than what is evaluated.
    #[error("the query is too complex: {0}")]
    TooComplex(&'static str),
    /// The class has no such property.
    #[error("class {class} has no property {property}")]
    UnknownProperty {
        /// Name of the class.
        class: String,
        /// Name as written.
        property: String,
    },
    /// A constant that the type of the property does not have.
    #[error("property {property} is of type {kind} and cannot be compared with {literal}")]
    TypeMismatch {
        /// Name of the property.
        property: &'static str,
        /// Its type.
        kind: &'static str,
        /// The constant.
        literal: String,
    },
    /// Something that the dialect does not have.
    #[error("{0}")]
    NotSupported(&'static str),
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError::Syntax`], [`QueryError::TooComplex`], [`QueryError::NotSupported`].
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, QueryError> {
        if text.len() > MAX_TEXT {
            return Err(QueryError::TooComplex("its text has more than 8 KiB"));
        }
        let query = grammar::parse(text)?;
        if let Some(condition) = &query.condition {
            if condition.terms() > MAX_TERMS {
                return Err(QueryError::TooComplex("it has more than 64 comparisons"));
            }
            if dialect == Dialect::Cql && condition.has_like() {
                return Err(QueryError::NotSupported(
                    "LIKE is a regular expression in CQL and is not supported; use WQL",
                ));
            }
        }
        Ok(query)
    }
}

impl Condition {
    fn parts(&self) -> &[Condition] {
        match self {
            Self::Or(parts) | Self::And(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            Self::Compare(..) | Self::Like(..) | Self::Isa(..) => &[],
        }
    }

    fn terms(&self) -> usize {
        match self.parts() {
            [] => 1,
            parts => parts.iter().map(Self::terms).sum(),
        }
    }

    fn has_like(&self) -> bool {
        matches!(self, Self::Like(..)) || self.parts().iter().any(Self::has_like)
    }
}

/// A character as it is compared: case does not count.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
