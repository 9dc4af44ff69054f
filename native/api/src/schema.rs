//! The fields of requests and rows, read from their JSON schemas, for callers that build typed objects.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::column::{self, Column};
use crate::operation::OperationInfo;

/// How a value is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldKind {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Number with a fraction.
    Number,
    /// Yes or no.
    Boolean,
    /// Instant, RFC 3339.
    Instant,
    /// Day, `yyyy-mm-dd`.
    Date,
    /// Text that must not be shown.
    Secret,
    /// List of texts.
    TextList,
    /// One of the names in [`Field::names`].
    Name,
    /// An object or a list of objects with fields of their own.
    Nested,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Name on the wire.
    pub name: String,
    /// How its value is to be understood.
    pub kind: FieldKind,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it may be null, so that false says something else than leaving it out.
    #[serde(skip)]
    pub nullable: bool,
    /// Help text.
    pub summary: String,
    /// Allowed names for [`FieldKind::Name`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Type name of the object for [`FieldKind::Nested`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub type_name: String,
    /// Its fields for [`FieldKind::Nested`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Its column in tables of the row; absent for a field that tables leave out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<Column>,
}

/// A request or row with its fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeDescription {
    /// Rust name of the type, such as `UsageRow`.
    pub name: String,
    /// Its fields in order.
    pub fields: Vec<Field>,
}

impl TypeDescription {
    /// The fields that tables show, in the order of their columns.
    pub fn columns(&self) -> Vec<(&Field, &Column)> {
        columns(&self.fields)
    }
}

/// The fields among these that tables show, in the order of their columns.
pub fn columns(fields: &[Field]) -> Vec<(&Field, &Column)> {
    let mut columns: Vec<_> = fields
        .iter()
        .filter_map(|field| Some((field, field.column.as_ref()?)))
        .collect();
    columns.sort_by_key(|(_, column)| column.order);
    columns
}

impl OperationInfo {
    /// The fields of the request.
    pub fn request_type(&self) -> TypeDescription {
        describe(|generator| (self.request_schema)(generator))
    }

    /// The fields of the answer; for lists those of one row.
    pub fn row_type(&self) -> TypeDescription {
        describe(|generator| (self.row_schema)(generator))
    }
}

fn describe(schema: impl FnOnce(&mut SchemaGenerator) -> Schema) -> TypeDescription {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let root = schema(&mut generator).to_value();
    let definitions = Value::Object(generator.take_definitions(true));
    TypeDescription {
        name: type_name(&root),
        fields: fields_of(resolve(&root, &definitions), &definitions),
    }
}

fn type_name(schema: &Value) -> String {
    schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default()
        .to_owned()
}

fn resolve<'a>(schema: &'a Value, definitions: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(name) => &definitions[name],
        None => schema,
    }
}

fn fields_of(schema: &Value, definitions: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema["properties"].as_object() else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| field(name, property, required.contains(&name.as_str()), definitions))
        .collect()
}

/// `Option<T>` becomes `anyOf: [T, null]`; this takes the part that says something.
fn without_null(schema: &Value) -> &Value {
    schema["anyOf"]
        .as_array()
        .and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"))
        .unwrap_or(schema)
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |one: &Value| one == "null" || one["type"] == "null";
    let has_null = |part: &str| schema[part].as_array().into_iter().flatten().any(is_null);
    has_null("type") || has_null("anyOf")
}

fn field(name: &str, property: &Value, required: bool, definitions: &Value) -> Field {
    let outer = without_null(property);
    let inner = resolve(outer, definitions);
    let mut field = Field {
        name: name.to_owned(),
        kind: FieldKind::Text,
        required,
        nullable: is_nullable(property),
        summary: property["description"].as_str().unwrap_or_default().to_owned(),
        names: names_of(inner),
        type_name: String::new(),
        fields: Vec::new(),
        column: Column::deserialize(&property[column::EXTENSION]).ok(),
    };
    let has_type = |wanted: &str| match &inner["type"] {
        Value::String(one) => one == wanted,
        Value::Array(several) => several.iter().any(|one| one == wanted),
        _ => false,
    };
    if !field.names.is_empty() {
        field.kind = FieldKind::Name;
    } else if has_type("array") {
        let item = &inner["items"];
        let row = resolve(item, definitions);
        if row["properties"].is_object() {
            field.kind = FieldKind::Nested;
            field.type_name = type_name(item);
            field.fields = fields_of(row, definitions);
        } else {
            field.kind = FieldKind::TextList;
        }
    } else if inner["properties"].is_object() {
        field.kind = FieldKind::Nested;
        field.type_name = type_name(outer);
        field.fields = fields_of(inner, definitions);
    } else if has_type("integer") {
        field.kind = FieldKind::Integer;
    } else if has_type("number") {
        field.kind = FieldKind::Number;
    } else if has_type("boolean") {
        field.kind = FieldKind::Boolean;
    } else {
        field.kind = match inner["format"].as_str() {
            Some("date-time") => FieldKind::Instant,
            Some("date") => FieldKind::Date,
            Some("password") => FieldKind::Secret,
            _ => FieldKind::Text,
        };
    }
    field
}

/// Plain enums are `enum: [...]`, enums with documented members `oneOf: [{const: …}, …]`.
fn names_of(schema: &Value) -> Vec<String> {
    let plain = schema["enum"].as_array().into_iter().flatten();
    let documented = schema["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|choice| &choice["const"]);
    plain
        .chain(documented)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
