//! Enumerate, Pull and Release.

use std::time::Instant;

use super::contexts::{Mode, Walk};
use super::{Answer, Service};
use crate::envelope::{Request, duration, invalid, selectors};
use crate::fault::{Fault, FaultKind};
use crate::instance::{self, InstanceWriter, key_fits};
use crate::resource::{Resource, no_class, no_namespace};
use crate::schema::Class;
use crate::source::{Source, Table};
use crate::uri::{self, ENUMERATION, WSMAN};
use crate::value::Value;
use crate::wql::{BoundQuery, Columns, Dialect, Query};
use crate::xml::{Element, Writer};

const ENUMERATE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/EnumerateResponse";
const PULL_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/PullResponse";
const RELEASE_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/ReleaseResponse";

/// Bytes that the elements around the items of one answer take at most.
const FRAME_OF_ITEMS: usize = 512;

/// A filter, by its dialect.
enum Filter {
    Query(Query),
    Selectors(Vec<(String, String)>),
}

impl<S: Source> Service<S> {
    pub(super) async fn enumerate(
        &self,
        caller: &str,
        request: &Request,
        largest: usize,
        now: Instant,
    ) -> Result<Answer, Fault> {
        let body = request.content(ENUMERATION, "Enumerate")?;
        let mode = mode(body)?;
        let filter = filter(body)?;
        let lifetime = match body.child(ENUMERATION, "Expires") {
            // A point in time is allowed as well; the longest lifetime is right for it.
            Some(expires) => duration(expires).ok(),
            None => None,
        };
        let mut walk = self.walk(request, filter, mode).await?;
        let estimate = request.wants_estimate.then(|| walk.total());
        let snapshot = walk.snapshot();
        let largest = largest.saturating_sub(snapshot.len());
        let optimized = body.child(WSMAN, "OptimizeEnumeration").is_some();
        let mut items = Writer::new();
        if optimized {
            let most = self.most_items(body, WSMAN)?;
            give(&mut walk, &mut items, most, largest)?;
        }
        let is_over = optimized && walk.current().is_none();
        let mut writer = Writer::new();
        writer.open("n:EnumerateResponse", &[]);
        if is_over {
            writer.empty("n:EnumerationContext", &[]);
        } else {
            let name = self
                .contexts
                .keep(caller, walk, lifetime, now)
                .ok_or_else(no_randomness)?;
            writer.leaf("n:EnumerationContext", &[], &name);
        }
        if optimized {
            writer.open("w:Items", &[]);
            writer.raw(&items.finish());
            writer.close();
            if is_over {
                writer.empty("w:EndOfSequence", &[]);
            }
        }
        Ok(Answer {
            action: ENUMERATE_RESPONSE,
            estimate,
            snapshot,
            body: writer.finish(),
        })
    }

    pub(super) fn pull(
        &self,
        caller: &str,
        request: &Request,
        largest: usize,
        now: Instant,
    ) -> Result<Answer, Fault> {
        let body = request.content(ENUMERATION, "Pull")?;
        let most = self.most_items(body, ENUMERATION)?;
        let largest = match body.child(ENUMERATION, "MaxCharacters") {
            Some(element) => number(element)?.min(largest).max(FRAME_OF_ITEMS),
            None => largest,
        };
        let mut taken = self
            .contexts
            .take(caller, context(body)?, now)
            .ok_or_else(stale)?;
        let estimate = request.wants_estimate.then(|| taken.walk().total());
        let snapshot = taken.walk().snapshot();
        let largest = largest.saturating_sub(snapshot.len());
        let mut items = Writer::new();
        if let Err(fault) = give(taken.walk(), &mut items, most, largest) {
            self.contexts.put_back(taken, now);
            return Err(fault);
        }
        let is_over = taken.walk().current().is_none();
        let mut writer = Writer::new();
        writer.open("n:PullResponse", &[]);
        if !is_over {
            let name = self.contexts.put_back(taken, now);
            writer.leaf("n:EnumerationContext", &[], &name);
        }
        writer.open("n:Items", &[]);
        writer.raw(&items.finish());
        writer.close();
        if is_over {
            writer.empty("n:EndOfSequence", &[]);
        }
        Ok(Answer {
            action: PULL_RESPONSE,
            estimate,
            snapshot,
            body: writer.finish(),
        })
    }

    pub(super) fn release(&self, caller: &str, request: &Request) -> Result<Answer, Fault> {
        let body = request.content(ENUMERATION, "Release")?;
        if !self.contexts.end(caller, context(body)?) {
            return Err(stale());
        }
        Ok(Answer {
            action: RELEASE_RESPONSE,
            estimate: None,
            snapshot: String::new(),
            body: String::new(),
        })
    }

    fn most_items(&self, body: &Element, preferred: &str) -> Result<usize, Fault> {
        let other = if preferred == WSMAN { ENUMERATION } else { WSMAN };
        match body.child_of(&[preferred, other], "MaxElements") {
            Some(element) => Ok(number(element)?.clamp(1, self.limits.items)),
            None => Ok(1),
        }
    }

    async fn walk(&self, request: &Request, filter: Option<Filter>, mode: Mode) -> Result<Walk, Fault> {
        let (form, namespace, named) = match Resource::of(request)? {
            Resource::Class {
                form,
                namespace,
                class,
            } => (form, namespace, Some(class)),
            Resource::Any { form, namespace } => (form, namespace, None),
            Resource::Descriptions { namespace, .. } => return self.descriptions(&namespace, filter),
        };
        let wanted = match (&filter, named) {
            (Some(Filter::Query(query)), None) => query.class.clone(),
            (Some(Filter::Query(query)), Some(named)) if query.class.eq_ignore_ascii_case(&named) => named,
            (Some(Filter::Query(_)), Some(_)) => {
                return Err(Fault::new(
                    FaultKind::CannotProcessFilter,
                    "The resource URI and the query name different classes; end the resource URI in *.",
                ));
            }
            (_, Some(named)) => named,
            (_, None) => {
                return Err(Fault::new(
                    FaultKind::CannotProcessFilter,
                    "A resource URI that ends in * needs a filter with a query.",
                ));
            }
        };
        let found = self
            .source
            .schema()
            .class(&namespace, &wanted)
            .ok_or_else(|| no_class(self.source.schema(), &namespace, &wanted))?;
        let query = match &filter {
            Some(Filter::Query(query)) => query.bind(found.class)?,
            Some(Filter::Selectors(_)) | None => BoundQuery::everything(),
        };
        if mode != Mode::Instances && query.columns != Columns::All {
            return Err(Fault::new(
                FaultKind::CannotProcessFilter,
                "Addresses are given for whole instances only; select * .",
            ));
        }
        let mut table = self.table(found, &namespace).await?;
        if let Some(Filter::Selectors(selectors)) = filter {
            table = selected(&table, found.class, &selectors)?;
        }
        let writer = InstanceWriter::new(found.class, &namespace, form);
        Ok(Walk::new(Some(writer), table, query, mode))
    }

    /// Descriptions of all classes of a namespace, as rows of one text each.
    fn descriptions(&self, namespace: &str, filter: Option<Filter>) -> Result<Walk, Fault> {
        if filter.is_some() {
            return Err(Fault::new(
                FaultKind::FilteringNotSupported,
                "Descriptions of classes cannot be filtered.",
            ));
        }
        let schema = self.source.schema();
        if !schema.has_namespace(namespace) {
            return Err(no_namespace(namespace));
        }
        let classes = schema
            .namespace(namespace)
            .map(|namespace| namespace.classes)
            .unwrap_or_default();
        let rows = classes.iter().map(|class| {
            let mut writer = Writer::new();
            instance::describe(&mut writer, class);
            vec![Value::from(writer.finish())].into_boxed_slice()
        });
        let table = Table::new(rows.collect());
        Ok(Walk::new(None, table, BoundQuery::everything(), Mode::Instances))
    }
}

/// Writes items until there are enough, or no more, or the next one does not fit.
fn give(walk: &mut Walk, items: &mut Writer, most: usize, largest: usize) -> Result<(), Fault> {
    let room = largest.saturating_sub(FRAME_OF_ITEMS);
    let mut given = 0;
    while given < most {
        let Some(row) = walk.current() else {
            break;
        };
        let mut item = Writer::new();
        write_item(walk, &mut item, row);
        if items.len() + item.len() > room {
            if given > 0 {
                break;
            }
            return Err(Fault::new(
                FaultKind::MaxEnvelopeSize,
                "One instance alone is larger than the answer may be; select fewer properties, or allow larger \
                 answers with MaxEnvelopeSize.",
            ));
        }
        items.raw(&item.finish());
        walk.advance();
        given += 1;
    }
    Ok(())
}

fn write_item(walk: &Walk, item: &mut Writer, row: &[Value]) {
    let Some(writer) = &walk.writer else {
        if let Some(Value::Text(document)) = row.first() {
            item.raw(document);
        }
        return;
    };
    match walk.mode {
        Mode::Instances => writer.write(item, row, &walk.query.columns),
        Mode::Addresses => writer.write_address(item, row),
        Mode::Both => {
            item.open("w:Item", &[]);
            writer.write(item, row, &Columns::All);
            writer.write_address(item, row);
            item.close();
        }
    }
}

fn mode(body: &Element) -> Result<Mode, Fault> {
    match body.child(WSMAN, "EnumerationMode").map(Element::trimmed) {
        None => Ok(Mode::Instances),
        Some("EnumerateEPR") => Ok(Mode::Addresses),
        Some("EnumerateObjectAndEPR") => Ok(Mode::Both),
        Some(_) => Err(invalid(
            "EnumerationMode is neither EnumerateEPR nor EnumerateObjectAndEPR.",
        )),
    }
}

fn filter(body: &Element) -> Result<Option<Filter>, Fault> {
    let Some(element) = body.child_of(&[WSMAN, ENUMERATION], "Filter") else {
        return Ok(None);
    };
    let dialect = element.attribute("Dialect").unwrap_or_default().trim();
    let query = |dialect| -> Result<Option<Filter>, Fault> {
        Ok(Some(Filter::Query(Query::parse(&element.text, dialect)?)))
    };
    match dialect {
        uri::WQL => query(Dialect::Wql),
        uri::CQL => query(Dialect::Cql),
        uri::SELECTOR_FILTER => {
            let set = element.child(WSMAN, "SelectorSet").ok_or_else(|| {
                Fault::new(FaultKind::CannotProcessFilter, "The filter has no SelectorSet.")
            })?;
            Ok(Some(Filter::Selectors(selectors(set)?)))
        }
        other => {
            let other: String = other.chars().take(200).collect();
            Err(Fault::new(
                FaultKind::FilterDialectUnavailable,
                format!("The dialect {other} is not supported; use {}.", uri::WQL),
            ))
        }
    }
}

/// The rows whose properties hold what the selectors say.
fn selected(table: &Table, class: &'static Class, selectors: &[(String, String)]) -> Result<Table, Fault> {
    let mut wanted = Vec::new();
    for (name, value) in selectors {
        if name.eq_ignore_ascii_case(uri::NAMESPACE_SELECTOR) {
            continue;
        }
        let place = class.index(name).ok_or_else(|| {
            Fault::new(
                FaultKind::CannotProcessFilter,
                format!("Class {} has no property of the name in the filter.", class.name),
            )
        })?;
        wanted.push((place, value));
    }
    let rows = table.rows.iter().filter(|row| {
        wanted.iter().all(
            |(place, selector)| match (class.properties.get(*place), row.get(*place)) {
                (Some(property), Some(value)) => key_fits(property, value, selector),
                _ => false,
            },
        )
    });
    Ok(Table {
        rows: rows.cloned().collect(),
        snapshot: table.snapshot.clone(),
    })
}

fn context(body: &Element) -> Result<&str, Fault> {
    body.child(ENUMERATION, "EnumerationContext")
        .map(Element::trimmed)
        .ok_or_else(|| invalid("The body has no EnumerationContext."))
}

fn number(element: &Element) -> Result<usize, Fault> {
    element
        .trimmed()
        .parse::<u64>()
        .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
        .map_err(|_| invalid(format!("{} is no number.", element.name)))
}

fn stale() -> Fault {
    Fault::new(
        FaultKind::InvalidEnumerationContext,
        "The enumeration is not open: it ended, it was released, or too many were opened after it. Start again.",
    )
}

fn no_randomness() -> Fault {
    Fault::new(FaultKind::InternalError, "The system has no randomness.")
}
