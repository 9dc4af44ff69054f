//! How Windows writes instances, their addresses, and the descriptions of classes.

use crate::datetime;
use crate::resource::Form;
use crate::schema::{Class, Kind, Property};
use crate::uri;
use crate::value::Value;
use crate::wql::Columns;
use crate::xml::Writer;

/// Writes the rows of one class.
#[derive(Debug, Clone)]
pub(crate) struct InstanceWriter {
    class: &'static Class,
    namespace: String,
    address: String,
    sorted: Vec<usize>,
}

impl InstanceWriter {
    pub(crate) fn new(class: &'static Class, namespace: &str, form: Form) -> Self {
        let namespace = crate::schema::normal(namespace);
        let address = match form {
            Form::Microsoft => format!("{}{namespace}/{}", uri::WMI, class.name),
            Form::Dmtf => format!("{}{}", uri::CIM_SCHEMA, class.name),
        };
        Self {
            class,
            namespace,
            address,
            sorted: class.sorted(),
        }
    }

    /// A whole instance, or the part of it that the query selects.
    pub(crate) fn write(&self, writer: &mut Writer, row: &[Value], columns: &Columns) {
        match columns {
            Columns::All => self.whole(writer, row),
            Columns::Some(places) => {
                let declared = [("xmlns:xsi", uri::XSI), ("xmlns:cim", uri::CIM)];
                writer.element("w:XmlFragment", &declared, |writer| {
                    self.properties(writer, row, places, "");
                });
            }
        }
    }

    fn whole(&self, writer: &mut Writer, row: &[Value]) {
        let name = format!("p:{}", self.class.name);
        let kind = format!("{name}_Type");
        let attributes = [
            ("xmlns:p", self.address.as_str()),
            ("xmlns:xsi", uri::XSI),
            ("xmlns:cim", uri::CIM),
            ("xsi:type", kind.as_str()),
        ];
        writer.element(&name, &attributes, |writer| {
            self.properties(writer, row, &self.sorted, "p:");
        });
    }

    fn properties(&self, writer: &mut Writer, row: &[Value], places: &[usize], prefix: &str) {
        for place in places {
            let Some(property) = self.class.properties.get(*place) else {
                continue;
            };
            let name = format!("{prefix}{}", property.name);
            match row.get(*place) {
                None | Some(Value::Null) => writer.empty(&name, &[("xsi:nil", "true")]),
                Some(Value::Text(text)) => writer.leaf(&name, &[], text),
                Some(Value::Integer(number)) => writer.leaf(&name, &[], &number.to_string()),
                Some(Value::Boolean(value)) => writer.leaf(&name, &[], if *value { "true" } else { "false" }),
                Some(Value::Time(time)) => writer.element(&name, &[], |writer| {
                    writer.leaf("cim:Datetime", &[], &datetime::cim(*time));
                }),
            }
        }
    }

    /// The address of an instance.
    pub(crate) fn write_address(&self, writer: &mut Writer, row: &[Value]) {
        writer.open("a:EndpointReference", &[]);
        writer.leaf("a:Address", &[], uri::ANONYMOUS);
        writer.open("a:ReferenceParameters", &[]);
        writer.leaf("w:ResourceURI", &[], &self.address);
        writer.open("w:SelectorSet", &[]);
        writer.leaf(
            "w:Selector",
            &[("Name", uri::NAMESPACE_SELECTOR)],
            &self.namespace,
        );
        for (place, property) in self.class.keys() {
            let value = row.get(place).map(key_text).unwrap_or_default();
            writer.leaf("w:Selector", &[("Name", property.name)], &value);
        }
        writer.close();
        writer.close();
        writer.close();
    }
}

/// A value as a selector holds it.
pub(crate) fn key_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Time(time) => datetime::dmtf(*time),
    }
}

/// Whether a selector means this value.
pub(crate) fn key_fits(property: &Property, value: &Value, selector: &str) -> bool {
    match (property.kind, value) {
        (Kind::DateTime, Value::Time(time)) => datetime::parse(selector) == Some(*time),
        (Kind::Text, Value::Text(text)) => text.to_lowercase() == selector.to_lowercase(),
        (_, Value::Integer(number)) => selector.trim().parse() == Ok(*number),
        (_, Value::Boolean(value)) => selector.trim().eq_ignore_ascii_case(&value.to_string()),
        (_, value) => key_text(value) == selector,
    }
}

/// Writes the description of a class (DSP0201).
pub(crate) fn describe(writer: &mut Writer, class: &Class) {
    writer.open("CLASS", &[("NAME", class.name)]);
    qualifier(writer, "Description", "string", class.description);
    for place in class.sorted() {
        let Some(property) = class.properties.get(place) else {
            continue;
        };
        let attributes = [("NAME", property.name), ("TYPE", property.kind.name())];
        writer.open("PROPERTY", &attributes);
        if property.key {
            qualifier(writer, "key", "boolean", "true");
        }
        qualifier(writer, "read", "boolean", "true");
        qualifier(writer, "Description", "string", property.description);
        writer.close();
    }
    writer.close();
}

fn qualifier(writer: &mut Writer, name: &str, kind: &str, value: &str) {
    writer.element("QUALIFIER", &[("NAME", name), ("TYPE", kind)], |writer| {
        writer.leaf("VALUE", &[], value);
    });
}
