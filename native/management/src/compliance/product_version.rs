//! Versions of products.

use std::cmp::Ordering;
use std::fmt;

/// Version of a product: numbers with points between, compared number by number, so that 7.10 is above 7.9. What follows
/// the last number of that form is not compared. Missing numbers count as 0.
#[derive(Debug, Clone)]
pub struct ProductVersion {
    numbers: Vec<u64>,
    text: String,
}

impl ProductVersion {
    /// Reads a version; none when it does not begin with a digit.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let numbers: Vec<u64> = text[..end]
            .split('.')
            .take_while(|part| !part.is_empty())
            // A number too long for a version counts as the largest.
            .map(|part| part.parse().unwrap_or(u64::MAX))
            .collect();
        (!numbers.is_empty()).then(|| Self {
            numbers,
            text: text.to_owned(),
        })
    }

    /// The version in what a product calls itself, such as `Acme CAD 2.0`: the last word that begins with a digit, also
    /// after a `v` or a `/`.
    pub fn of_product(product: &str) -> Option<Self> {
        product
            .split(|c: char| c.is_whitespace() || c == '/')
            .rev()
            .find_map(|word| Self::parse(word.strip_prefix(['v', 'V']).unwrap_or(word)))
    }

    fn number(&self, index: usize) -> u64 {
        self.numbers.get(index).copied().unwrap_or(0)
    }
}

impl fmt::Display for ProductVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for ProductVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let most = self.numbers.len().max(other.numbers.len());
        (0..most)
            .map(|index| self.number(index).cmp(&other.number(index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for ProductVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ProductVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ProductVersion {}
