//! What is wrong with an order.

use std::fmt;

/// One thing that is wrong with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderProblem {
    /// Field it concerns, such as `grants[2].expires`, counted from 1; empty for the order as a whole.
    pub field: String,
    /// What is wrong, and what is expected instead.
    pub text: String,
}

/// An order from which no license file can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidOrder {
    /// All problems, at least one.
    pub problems: Vec<OrderProblem>,
}

impl fmt::Display for OrderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.field, self.text)
        }
    }
}

impl fmt::Display for InvalidOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the order is not valid")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidOrder {}

/// A problem of the order as a whole.
pub(super) fn whole(text: String) -> InvalidOrder {
    InvalidOrder {
        problems: vec![OrderProblem {
            field: String::new(),
            text,
        }],
    }
}

/// Collects problems.
#[derive(Default)]
pub(super) struct Problems(Vec<OrderProblem>);

impl Problems {
    pub(super) fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push(OrderProblem {
            field: field.into(),
            text: text.into(),
        });
    }

    /// The value if nothing was wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, InvalidOrder> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(InvalidOrder { problems: self.0 })
        }
    }
}
