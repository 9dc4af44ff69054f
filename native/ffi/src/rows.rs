//! The rows of an answer, as JSON text that nobody takes apart: long lists take no more memory than their text.

use std::ops::Range;
use std::vec::IntoIter;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// Rows that are handed out in their order. The text stays in one piece, and is wiped when it goes: any of it may be a secret.
pub(crate) struct Rows {
    text: Zeroizing<Vec<u8>>,
    left: IntoIter<Range<usize>>,
    total: usize,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    #[serde(default)]
    problems: Vec<Value>,
}

impl Rows {
    /// The rows of an answer, and what kept others away.
    ///
    /// # Errors
    /// If it is no list.
    pub(crate) fn of_answer(answer: Zeroizing<Vec<u8>>) -> Result<(Self, Vec<Value>), serde_json::Error> {
        let List { items, problems } = serde_json::from_slice(&answer)?;
        let begin = answer.as_ptr().addr();
        let place = |row: &&RawValue| {
            let at = row.get().as_ptr().addr() - begin;
            at..at + row.get().len()
        };
        let places = items.iter().map(place).collect();
        Ok((Self::new(answer, places), problems))
    }

    /// Rows that were made here.
    pub(crate) fn of_values(values: &[Value]) -> Self {
        let mut text = Zeroizing::new(Vec::new());
        let places = values
            .iter()
            .map(|value| {
                let begin = text.len();
                text.extend_from_slice(Zeroizing::new(value.to_string()).as_bytes());
                begin..text.len()
            })
            .collect();
        Self::new(text, places)
    }

    fn new(text: Zeroizing<Vec<u8>>, places: Vec<Range<usize>>) -> Self {
        Self {
            text,
            total: places.len(),
            left: places.into_iter(),
        }
    }

    /// The next rows, so many at most, as a JSON array; none when all were handed out.
    pub(crate) fn next(&mut self, most: usize) -> Option<Vec<u8>> {
        let mut batch = Vec::new();
        for place in self.left.by_ref().take(most) {
            batch.push(if batch.is_empty() { b'[' } else { b',' });
            batch.extend_from_slice(self.text.get(place).unwrap_or_default());
        }
        (!batch.is_empty()).then(|| {
            batch.push(b']');
            batch
        })
    }

    /// Whether all were handed out.
    pub(crate) fn is_empty(&self) -> bool {
        self.left.len() == 0
    }

    /// How many there were.
    pub(crate) fn total(&self) -> usize {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn batches(mut rows: Rows, most: usize) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(batch) = rows.next(most) {
            all.push(String::from_utf8(batch).expect("UTF-8"));
        }
        assert!(rows.is_empty());
        all
    }

    #[test]
    fn rows_of_an_answer_stay_as_they_were_written() {
        let answer = r#"{"items": [ {"a":1.0 } ,"ü]", null], "problems":[{"code":"X"}], "newer": 1}"#;
        let (rows, problems) = Rows::of_answer(Zeroizing::new(answer.into())).expect("a list");
        assert_eq!(rows.total(), 3);
        assert_eq!(batches(rows, 2), [r#"[{"a":1.0 },"ü]"]"#, "[null]"]);
        assert_eq!(problems, [json!({"code": "X"})]);
        for wrong in [
            "[]",
            "{}",
            r#"{"items":{}}"#,
            r#"{"items":[}"#,
            "",
            "{\"items\":[\"\u{ff}",
        ] {
            assert!(Rows::of_answer(Zeroizing::new(wrong.into())).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rows_that_are_made_here_are_written_alike() {
        let rows = Rows::of_values(&[json!({"a": "b"}), json!(2)]);
        assert_eq!(batches(rows, 500), [r#"[{"a":"b"},2]"#]);
        assert!(batches(Rows::of_values(&[]), 500).is_empty());
    }
}
