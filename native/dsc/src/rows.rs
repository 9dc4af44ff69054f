//! What was read.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::description::{EXIST, Resource};

/// One instance as the operations showed it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    fields: Map<String, Value>,
}

impl Row {
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self { fields }
    }

    /// A field; null where there is none.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// Takes the fields of a further single object.
    pub(crate) fn add(&mut self, fields: Map<String, Value>) {
        self.fields.extend(fields);
    }

    /// When it ends by itself.
    pub(crate) fn end(&self, resource: &Resource) -> Option<Timestamp> {
        self.field(resource.ends?).as_str()?.parse().ok()
    }

    /// The state of the instance in the properties of the resource.
    pub(crate) fn state(&self, resource: &Resource) -> Map<String, Value> {
        let mut state = Map::new();
        for property in resource.properties {
            let value = property
                .row_field()
                .map_or(&Value::Null, |field| self.field(field));
            if !value.is_null() {
                state.insert(property.name.to_owned(), value.clone());
            }
        }
        if resource.is_list() {
            state.insert(EXIST.to_owned(), Value::Bool(true));
        }
        state
    }
}
