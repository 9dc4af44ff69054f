//! What the filters of lists accept.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Most patterns of one filter.
const MOST: usize = 1_000;

/// Names with the wildcards `*`, `?` and `[a-c]`, compared without case; a text passes that fits one of them, and without any every
/// text passes. On the wire a list of texts; one text is taken too. A blank text is refused, because it looks like a name
/// and would mean nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The patterns.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl From<&str> for Patterns {
    fn from(one: &str) -> Self {
        Self(vec![one.to_owned()])
    }
}

impl From<String> for Patterns {
    fn from(one: String) -> Self {
        Self(vec![one])
    }
}

impl From<Option<String>> for Patterns {
    fn from(one: Option<String>) -> Self {
        Self(one.into_iter().collect())
    }
}

impl From<Vec<String>> for Patterns {
    fn from(several: Vec<String>) -> Self {
        Self(several)
    }
}

impl fmt::Display for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "has to be a text or a list of texts")]
        enum Texts {
            One(String),
            Several(Vec<String>),
        }
        let texts = match Texts::deserialize(deserializer)? {
            Texts::One(text) => vec![text],
            Texts::Several(texts) => texts,
        };
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(D::Error::custom("a name or pattern must not be blank"));
        }
        if texts.len() > MOST {
            return Err(D::Error::custom(format_args!("at most {MOST} names or patterns")));
        }
        Ok(Self(texts))
    }
}

impl JsonSchema for Patterns {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Patterns".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<String>>()
    }
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn one_text_is_a_list_of_one() {
        let one: Patterns = serde_json::from_str(r#""a*""#).unwrap();
        let list: Patterns = serde_json::from_str(r#"["a*"]"#).unwrap();
        assert_eq!(one, list);
        assert_eq!(serde_json::to_string(&one).unwrap(), r#"["a*"]"#);
    }

    #[test]
    fn blank_texts_are_refused() {
        for text in [r#""""#, r#"" ""#, r#"["a", ""]"#, "null", "[null]", "7"] {
            assert!(serde_json::from_str::<Patterns>(text).is_err(), "{text}");
        }
    }
}
