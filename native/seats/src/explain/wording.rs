//! Words that several explanations share.

use jiff::civil::Date;

use licensing_texts::catalog::{FeatureName, Locale};

/// Sentences on their way to one text.
#[derive(Default)]
pub(super) struct Sentences(Vec<String>);

impl Sentences {
    pub(super) fn add(&mut self, sentence: impl Into<String>) {
        self.0.push(sentence.into());
    }

    pub(super) fn finish(self) -> String {
        self.0.join(" ")
    }
}

/// `1 seat`, `25 seats`.
pub(super) fn seats(count: u32) -> String {
    counted(u64::from(count), "seat", "seats")
}

/// `1 day`, `25 days`.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

/// `31 December 2030`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// Days from one day to a later one.
pub(super) fn days_between(from: Date, to: Date) -> u64 {
    from.until(to)
        .map_or(0, |span| u64::try_from(span.get_days()).unwrap_or(0))
}

/// A feature with what its codes mean, where anything is known about them.
pub(super) fn feature(code: &str) -> String {
    let name = FeatureName::of(code, Locale::ENGLISH);
    let product = name.product_and_edition();
    match (product == code, name.model.is_empty()) {
        (true, true) => code.to_owned(),
        (_, true) => format!("{code} ({product})"),
        (_, false) => format!("{code} ({product}, {})", name.model),
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 5 more`.
pub(super) fn list<T: AsRef<str>>(words: &[T]) -> String {
    const SHOWN: usize = 5;
    let rest = words.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = words
        .iter()
        .take(SHOWN)
        .map(|word| word.as_ref().to_owned())
        .collect();
    if rest > 0 {
        shown.push(format!("{rest} more"));
    }
    match shown.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}
