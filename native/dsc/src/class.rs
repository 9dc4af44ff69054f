//! What the PowerShell module and the documentation say about the resources: classes, names, tables.

use std::fmt::Write;

use licensing_api::schema::{Field, FieldKind, TypeDescription};

use crate::connection::CONNECTION_PROPERTIES;
use crate::description::{Property, Resource, Role};
use crate::resources::{PREFIX, RESOURCES};

/// Widest line of generated text, in characters.
const WIDTH: usize = 130;

/// A property as its state is shown: its fields, and whether there is an instance.
pub fn state_type(resource: &Resource) -> TypeDescription {
    let mut fields: Vec<Field> = resource
        .fields()
        .into_iter()
        .filter(|(property, _)| !property.is_write_only())
        .map(|(_, field)| field)
        .collect();
    if resource.is_list() {
        fields.push(exist(resource));
    }
    TypeDescription {
        name: format!("{}State", resource.name),
        fields,
    }
}

fn exist(resource: &Resource) -> Field {
    Field {
        name: crate::EXIST.to_owned(),
        kind: FieldKind::Boolean,
        required: false,
        nullable: false,
        summary: format!("Whether {} is to exist.", resource.noun),
        names: Vec::new(),
        type_name: String::new(),
        fields: Vec::new(),
        column: None,
    }
}

/// The classes of all resources.
pub fn classes() -> String {
    RESOURCES
        .iter()
        .map(|resource| class(resource))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names of all resources, as a list in a manifest of PowerShell.
pub fn names() -> String {
    RESOURCES
        .iter()
        .map(|resource| format!("        '{}'\n", resource.name))
        .collect()
}

fn class(resource: &Resource) -> String {
    let name = resource.name;
    let mut text = String::new();
    comment(&mut text, "", resource.summary);
    // Writing into a String cannot fail.
    let _ = write!(text, "[DscResource()]\nclass {name} {{\n");
    for (property, field) in resource.fields() {
        comment(&mut text, "    ", &field.summary);
        let _ = write!(
            text,
            "    {}\n    {} ${}\n\n",
            attribute(property),
            type_name(&field),
            pascal(property.name)
        );
    }
    if resource.is_list() {
        comment(&mut text, "    ", &exist(resource).summary);
        text.push_str("    [DscProperty()]\n    [bool] $_exist = $true\n\n");
    }
    for (index, (name, help)) in CONNECTION_PROPERTIES.iter().enumerate() {
        comment(&mut text, "    ", help);
        // A class needs a key; what there is once on each server is told apart by the server.
        let key = if index == 0 && !resource.is_list() {
            "Key"
        } else {
            ""
        };
        let _ = write!(
            text,
            "    [DscProperty({key})]\n    [string] ${}\n\n",
            pascal(name)
        );
    }
    text.push_str(
        "    # Why it is not as desired.\n    [DscProperty(NotConfigurable)]\n    [LicensingReason[]] $Reasons\n\n",
    );
    let _ = write!(
        text,
        "    [{name}] Get() {{\n        return Get-Instance $this ([{name}]::new())\n    }}\n\n    \
         [bool] Test() {{\n        return Test-Instance $this\n    }}\n\n    \
         [void] Set() {{\n        Set-Instance $this\n    }}\n\n    \
         static [{name}[]] Export() {{\n        return [{name}[]] @(Export-Instance ([{name}]::new()))\n    }}\n\n    \
         static [{name}[]] Export([{name}] $filter) {{\n        return [{name}[]] @(Export-Instance $filter)\n    }}\n}}\n"
    );
    text
}

fn attribute(property: &Property) -> String {
    match property.role {
        Role::Key => "[DscProperty(Key)]".to_owned(),
        Role::ReadOnly => "[DscProperty(NotConfigurable)]".to_owned(),
        _ => "[DscProperty()]".to_owned(),
    }
}

fn type_name(field: &Field) -> String {
    match field.kind {
        FieldKind::Text => "[string]".to_owned(),
        FieldKind::Integer => "[Nullable[long]]".to_owned(),
        FieldKind::Number => "[Nullable[double]]".to_owned(),
        FieldKind::Boolean => "[Nullable[bool]]".to_owned(),
        FieldKind::Instant | FieldKind::Date => "[Nullable[datetime]]".to_owned(),
        FieldKind::Secret => "[securestring]".to_owned(),
        FieldKind::TextList => "[string[]]".to_owned(),
        FieldKind::Nested => "[hashtable[]]".to_owned(),
        FieldKind::Name => format!("[ValidateSet('{}')]\n    [string]", field.names.join("', '")),
    }
}

/// A name as PowerShell writes it.
fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn comment(text: &mut String, indent: &str, words: &str) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && indent.len() + line.chars().count() + word.chars().count() + 3 > WIDTH {
            let _ = writeln!(text, "{indent}#{line}");
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{indent}#{line}");
}

/// A table of the properties of every resource, in Markdown.
pub fn tables() -> String {
    let mut text = String::new();
    for resource in RESOURCES {
        let _ = write!(
            text,
            "\n### {PREFIX}{}\n\n{}\nOperations: {}.\n\n| property | type | | meaning |\n| --- | --- | --- | --- |\n",
            resource.name,
            resource.summary,
            operations(resource)
        );
        for (property, field) in resource.fields() {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                property.name,
                kind(&field),
                role(property),
                field.summary.replace('\n', " ").replace('|', "\\|")
            );
        }
        if resource.is_list() {
            let _ = writeln!(text, "| `_exist` | boolean | | {} |", exist(resource).summary);
        }
    }
    text.push('\n');
    text
}

fn operations(resource: &Resource) -> String {
    let mut words = vec!["get", "test"];
    if resource.is_changeable() {
        words.push("set");
    }
    if resource.delete.is_some() {
        words.push("delete");
    }
    words.push("export");
    words.join(", ")
}

fn kind(field: &Field) -> String {
    match field.kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Integer | FieldKind::Number => "number".to_owned(),
        FieldKind::Boolean => "boolean".to_owned(),
        FieldKind::Instant => "instant".to_owned(),
        FieldKind::Date => "day".to_owned(),
        FieldKind::Secret => "secret".to_owned(),
        FieldKind::TextList => "texts".to_owned(),
        FieldKind::Nested => "objects".to_owned(),
        FieldKind::Name => field
            .names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn role(property: &Property) -> &'static str {
    match property.role {
        Role::Key => "key",
        Role::Setting => "",
        Role::Fixed => "of a new one",
        Role::Once => "of a new one, not compared",
        Role::ReadOnly => "read only",
        Role::Secret { .. }
        | Role::LocalFile { .. }
        | Role::LocalText { .. }
        | Role::SentFile
        | Role::KeyedFile { .. }
        | Role::Content { .. }
        | Role::SecretFile { .. } => "write only",
    }
}
