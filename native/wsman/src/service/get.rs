//! Get: one instance, or the description of one class.

use super::{Answer, Service};
use crate::envelope::Request;
use crate::fault::{Fault, FaultKind};
use crate::instance::{self, InstanceWriter, key_fits};
use crate::resource::{Resource, no_class, unknown};
use crate::schema::Class;
use crate::source::Source;
use crate::uri::NAMESPACE_SELECTOR;
use crate::value::Value;
use crate::wql::Columns;
use crate::xml::Writer;

const GET_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse";

impl<S: Source> Service<S> {
    pub(super) async fn get(&self, request: &Request, largest: usize) -> Result<Answer, Fault> {
        let mut writer = Writer::new();
        let mut snapshot = String::new();
        match Resource::of(request)? {
            Resource::Class {
                form,
                namespace,
                class,
            } => {
                let found = self
                    .source
                    .schema()
                    .class(&namespace, &class)
                    .ok_or_else(|| no_class(self.source.schema(), &namespace, &class))?;
                let table = self.table(found, &namespace).await?;
                snapshot = crate::snapshot::header(table.snapshot.as_deref());
                let row = only(&table.rows, found.class, &request.selectors)?;
                InstanceWriter::new(found.class, &namespace, form).write(&mut writer, row, &Columns::All);
            }
            Resource::Descriptions {
                namespace,
                class: Some(class),
            } => {
                let found = self
                    .source
                    .schema()
                    .class(&namespace, &class)
                    .ok_or_else(|| no_class(self.source.schema(), &namespace, &class))?;
                instance::describe(&mut writer, found.class);
            }
            Resource::Descriptions { class: None, .. } => {
                return Err(Fault::new(
                    FaultKind::InsufficientSelectors,
                    "The selector ClassName is missing.",
                ));
            }
            Resource::Any { .. } => return Err(unknown("with * in its name; name one class")),
        }
        if writer.len() + snapshot.len() > largest {
            return Err(Fault::new(
                FaultKind::MaxEnvelopeSize,
                "The answer is larger than MaxEnvelopeSize allows.",
            ));
        }
        Ok(Answer {
            action: GET_RESPONSE,
            estimate: None,
            snapshot,
            body: writer.finish(),
        })
    }
}

/// The one row that the selectors mean. Keys may be left out where that is enough to find it.
fn only<'a>(
    rows: &'a [Box<[Value]>],
    class: &'static Class,
    selectors: &[(String, String)],
) -> Result<&'a [Value], Fault> {
    let mut wanted = Vec::new();
    for (name, value) in selectors {
        if name.eq_ignore_ascii_case(NAMESPACE_SELECTOR) {
            continue;
        }
        let key = class
            .keys()
            .find(|(_, property)| property.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                let name: String = name.chars().take(80).collect();
                Fault::new(
                    FaultKind::UnexpectedSelectors,
                    format!("{name} is no key of class {}.", class.name),
                )
            })?;
        wanted.push((key, value));
    }
    let mut fitting = rows.iter().filter(|row| {
        wanted.iter().all(|((place, property), selector)| {
            row.get(*place)
                .is_some_and(|value| key_fits(property, value, selector))
        })
    });
    let found = fitting
        .next()
        .ok_or_else(|| unknown(&format!("{} with these selectors", class.name)))?;
    if fitting.next().is_some() {
        return Err(Fault::new(
            FaultKind::AmbiguousSelectors,
            format!(
                "More than one instance of class {} has these selectors; give all keys.",
                class.name
            ),
        ));
    }
    Ok(found)
}
