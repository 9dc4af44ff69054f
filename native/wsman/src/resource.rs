//! What a request is addressed to.

use crate::envelope::Request;
use crate::fault::{Fault, FaultKind};
use crate::schema::{Schema, normal};
use crate::uri;

/// How classes are addressed; answers use the form of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `…/wmi/<namespace>/<class>`
    Microsoft,
    /// `…/cim-schema/2/<class>` with the namespace in a selector
    Dmtf,
}

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// One class.
    Class {
        form: Form,
        namespace: String,
        class: String,
    },
    /// All classes of a namespace; a filter names the one that is meant.
    Any { form: Form, namespace: String },
    /// Descriptions of classes.
    Descriptions {
        namespace: String,
        class: Option<String>,
    },
}

impl Resource {
    /// Reads resource URI and selectors.
    pub(crate) fn of(request: &Request) -> Result<Self, Fault> {
        let address = request.resource.as_deref().ok_or_else(|| {
            Fault::new(
                FaultKind::DestinationUnreachable,
                "The request has no resource URI.",
            )
        })?;
        let address = address.split('?').next().unwrap_or(address).trim();
        let selected = request.selector(uri::NAMESPACE_SELECTOR).map(normal);
        if let Some(rest) = strip(address, uri::WMI) {
            return microsoft(rest, selected);
        }
        let needed = || {
            selected.clone().ok_or_else(|| {
                Fault::new(
                    FaultKind::InsufficientSelectors,
                    "The resource URI names no namespace; add the selector __cimnamespace.",
                )
            })
        };
        if address.eq_ignore_ascii_case(uri::CLASS_DESCRIPTIONS) {
            return Ok(Self::Descriptions {
                namespace: needed()?,
                class: request.selector("ClassName").map(str::to_owned),
            });
        }
        if address.eq_ignore_ascii_case(uri::ALL_CLASSES) {
            return Ok(Self::Any {
                form: Form::Dmtf,
                namespace: needed()?,
            });
        }
        match strip(address, uri::CIM_SCHEMA) {
            Some("*") => Ok(Self::Any {
                form: Form::Dmtf,
                namespace: needed()?,
            }),
            Some(class) if !class.is_empty() => Ok(Self::Class {
                form: Form::Dmtf,
                namespace: needed()?,
                class: class.to_owned(),
            }),
            _ => Err(unknown(address)),
        }
    }
}

fn microsoft(rest: &str, selected: Option<String>) -> Result<Resource, Fault> {
    let rest = rest.trim_matches('/');
    let (namespace, class) = rest.rsplit_once(['/', '\\']).ok_or_else(|| unknown(rest))?;
    let namespace = normal(namespace);
    if selected.is_some_and(|selected| selected != namespace) {
        return Err(Fault::new(
            FaultKind::UnexpectedSelectors,
            "The resource URI and the selector __cimnamespace name different namespaces.",
        ));
    }
    Ok(match class {
        "*" => Resource::Any {
            form: Form::Microsoft,
            namespace,
        },
        class => Resource::Class {
            form: Form::Microsoft,
            namespace,
            class: class.to_owned(),
        },
    })
}

fn strip<'a>(address: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The fault for a namespace that is not there, or for a class that it does not have.
pub(crate) fn no_class(schema: &Schema, namespace: &str, class: &str) -> Fault {
    if !schema.has_namespace(namespace) {
        return no_namespace(namespace);
    }
    let class: String = class.chars().take(200).collect();
    Fault::new(
        FaultKind::DestinationUnreachable,
        format!("The class {class} does not exist in the namespace {namespace}."),
    )
}

/// The fault for a namespace that is not there.
pub(crate) fn no_namespace(namespace: &str) -> Fault {
    let namespace: String = namespace.chars().take(200).collect();
    Fault::new(
        FaultKind::DestinationUnreachable,
        format!("The namespace {namespace} does not exist."),
    )
}

/// The fault for whatever else is not there.
pub(crate) fn unknown(what: &str) -> Fault {
    let what: String = what.chars().take(200).collect();
    Fault::new(
        FaultKind::DestinationUnreachable,
        format!("The service has no resource {what}; check namespace and class."),
    )
}
