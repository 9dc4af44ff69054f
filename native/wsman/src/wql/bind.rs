//! A query against a class: what it selects, and which rows.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::like::Pattern;
use super::{Comparison, Condition, Literal, Query, QueryError, folded};
use crate::datetime;
use crate::schema::{Class, Kind, Property};
use crate::value::Value;

/// What a query selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// `*`
    All,
    /// Places of the properties, in the order in which Windows writes them.
    Some(Vec<usize>),
}

/// A query that fits its class.
#[derive(Debug, Clone)]
pub struct BoundQuery {
    /// What it selects.
    pub columns: Columns,
    test: Option<Test>,
}

#[derive(Debug, Clone)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Constant(bool),
    IsNull(usize),
    Text(usize, Comparison, Vec<char>),
    Integer(usize, Comparison, i64),
    Boolean(usize, Comparison, bool),
    Time(usize, Comparison, Timestamp),
    Like(usize, Pattern),
}

impl Query {
    /// Checks the query against its class.
    ///
    /// # Errors
    /// [`QueryError::UnknownProperty`], [`QueryError::TypeMismatch`].
    pub fn bind(&self, class: &'static Class) -> Result<BoundQuery, QueryError> {
        let columns = match &self.columns {
            None => Columns::All,
            Some(names) => Columns::Some(columns(names, class)?),
        };
        let test = self
            .condition
            .as_ref()
            .map(|condition| bind(condition, class))
            .transpose()?;
        Ok(BoundQuery { columns, test })
    }
}

impl BoundQuery {
    /// Everything.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            columns: Columns::All,
            test: None,
        }
    }

    /// Whether the query wants this row.
    #[must_use]
    pub fn wants(&self, row: &[Value]) -> bool {
        self.test.as_ref().is_none_or(|test| test.holds(row))
    }
}

fn columns(names: &[String], class: &'static Class) -> Result<Vec<usize>, QueryError> {
    let mut places = Vec::new();
    for name in names {
        match class.index(name) {
            Some(place) if places.contains(&place) => {}
            Some(place) => places.push(place),
            // Windows leaves system properties out of answers over WS-Management.
            None if is_system(name) => {}
            None => return Err(unknown(class, name)),
        }
    }
    class.sort(&mut places);
    Ok(places)
}

fn is_system(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "__CLASS",
        "__DERIVATION",
        "__DYNASTY",
        "__GENUS",
        "__NAMESPACE",
        "__PATH",
        "__PROPERTY_COUNT",
        "__RELPATH",
        "__SERVER",
        "__SUPERCLASS",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn unknown(class: &Class, property: &str) -> QueryError {
    QueryError::UnknownProperty {
        class: class.name.to_owned(),
        property: property.chars().take(80).collect(),
    }
}

fn bind(condition: &Condition, class: &'static Class) -> Result<Test, QueryError> {
    let all = |parts: &[Condition]| -> Result<Vec<Test>, QueryError> {
        parts.iter().map(|part| bind(part, class)).collect()
    };
    Ok(match condition {
        Condition::Or(parts) => Test::Any(all(parts)?),
        Condition::And(parts) => Test::All(all(parts)?),
        Condition::Not(part) => Test::Not(Box::new(bind(part, class)?)),
        Condition::Isa(name) => Test::Constant(name.eq_ignore_ascii_case(class.name)),
        Condition::Like(name, pattern) => {
            let (place, property) = find(class, name)?;
            match property.kind {
                Kind::Text => Test::Like(place, Pattern::new(pattern)),
                _ => return Err(mismatch(property, &Literal::Text(pattern.clone()))),
            }
        }
        Condition::Compare(name, comparison, literal) if class.index(name).is_none() => {
            of_class(name, *comparison, literal, class)?
        }
        Condition::Compare(name, comparison, literal) => {
            let (place, property) = find(class, name)?;
            compare(place, property, *comparison, literal)?
        }
    })
}

/// `__CLASS = 'name'`: the one system property that conditions are written with.
fn of_class(
    name: &str,
    comparison: Comparison,
    literal: &Literal,
    class: &'static Class,
) -> Result<Test, QueryError> {
    match (name.eq_ignore_ascii_case("__CLASS"), comparison, literal) {
        (true, Comparison::Equal, Literal::Text(text)) => {
            Ok(Test::Constant(text.eq_ignore_ascii_case(class.name)))
        }
        (true, Comparison::NotEqual, Literal::Text(text)) => {
            Ok(Test::Constant(!text.eq_ignore_ascii_case(class.name)))
        }
        _ => Err(unknown(class, name)),
    }
}

fn find<'a>(class: &'static Class, name: &str) -> Result<(usize, &'a Property), QueryError> {
    class
        .index(name)
        .and_then(|place| class.properties.get(place).map(|property| (place, property)))
        .ok_or_else(|| unknown(class, name))
}

fn compare(
    place: usize,
    property: &Property,
    comparison: Comparison,
    literal: &Literal,
) -> Result<Test, QueryError> {
    let refused = || mismatch(property, literal);
    if *literal == Literal::Null {
        return match comparison {
            Comparison::Equal => Ok(Test::IsNull(place)),
            Comparison::NotEqual => Ok(Test::Not(Box::new(Test::IsNull(place)))),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                Err(refused())
            }
        };
    }
    match (property.kind, literal) {
        (Kind::Text, Literal::Text(text)) => Ok(Test::Text(place, comparison, folded(text).collect())),
        (Kind::Uint32 | Kind::Uint64 | Kind::Sint64, Literal::Integer(number)) => {
            Ok(Test::Integer(place, comparison, *number))
        }
        (Kind::Uint32 | Kind::Uint64 | Kind::Sint64, Literal::Text(text)) => {
            let number = text.trim().parse().map_err(|_| refused())?;
            Ok(Test::Integer(place, comparison, number))
        }
        (Kind::Boolean, literal) => {
            let value = boolean(literal).ok_or_else(refused)?;
            match comparison {
                Comparison::Equal | Comparison::NotEqual => Ok(Test::Boolean(place, comparison, value)),
                Comparison::Less
                | Comparison::LessOrEqual
                | Comparison::Greater
                | Comparison::GreaterOrEqual => Err(refused()),
            }
        }
        (Kind::DateTime, Literal::Text(text)) => {
            let time = datetime::parse(text).ok_or_else(refused)?;
            Ok(Test::Time(place, comparison, time))
        }
        (Kind::Text | Kind::Uint32 | Kind::Uint64 | Kind::Sint64 | Kind::DateTime, _) => Err(refused()),
    }
}

fn boolean(literal: &Literal) -> Option<bool> {
    match literal {
        Literal::Boolean(value) => Some(*value),
        Literal::Integer(0) => Some(false),
        Literal::Integer(1) => Some(true),
        Literal::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Literal::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Literal::Integer(_) | Literal::Text(_) | Literal::Null => None,
    }
}

fn mismatch(property: &Property, literal: &Literal) -> QueryError {
    QueryError::TypeMismatch {
        property: property.name,
        kind: property.kind.name(),
        literal: match literal {
            Literal::Null => "NULL".to_owned(),
            Literal::Boolean(value) => value.to_string(),
            Literal::Integer(number) => number.to_string(),
            Literal::Text(text) => format!("'{}'", text.chars().take(80).collect::<String>()),
        },
    }
}

impl Test {
    fn holds(&self, row: &[Value]) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(row)),
            Self::All(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Not(part) => !part.holds(row),
            Self::Constant(value) => *value,
            Self::IsNull(place) => matches!(row.get(*place), None | Some(Value::Null)),
            Self::Text(place, comparison, wanted) => {
                let order = match row.get(*place) {
                    Some(Value::Text(text)) => Some(folded(text).cmp(wanted.iter().copied())),
                    _ => None,
                };
                comparison.accepts(order)
            }
            Self::Integer(place, comparison, wanted) => {
                let order = match row.get(*place) {
                    Some(Value::Integer(number)) => Some(number.cmp(wanted)),
                    _ => None,
                };
                comparison.accepts(order)
            }
            Self::Boolean(place, comparison, wanted) => {
                let order = match row.get(*place) {
                    Some(Value::Boolean(value)) => Some(value.cmp(wanted)),
                    _ => None,
                };
                comparison.accepts(order)
            }
            Self::Time(place, comparison, wanted) => {
                let order = match row.get(*place) {
                    Some(Value::Time(time)) => Some(time.cmp(wanted)),
                    _ => None,
                };
                comparison.accepts(order)
            }
            Self::Like(place, pattern) => match row.get(*place) {
                Some(Value::Text(text)) => pattern.matches(text),
                _ => false,
            },
        }
    }
}

impl Comparison {
    /// Whether the comparison accepts an order. NULL has none: it differs from every value and is neither less nor
    /// greater.
    fn accepts(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}
