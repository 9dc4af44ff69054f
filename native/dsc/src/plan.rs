//! The calls that bring an instance into the state that is desired.

use licensing_api::{ErrorCode, Problem, Secret};
use licensing_client::WipedJson;
use serde_json::{Map, Value};

use crate::comparison::{self, Difference};
use crate::description::{Change, Compare, Property, Resource, Role, Source, Take};
use crate::input::Desired;
use crate::local;
use crate::rows::Row;

/// One call.
pub(crate) struct Step {
    pub(crate) change: Change,
    pub(crate) request: WipedJson,
    /// What it does, in the imperative.
    pub(crate) text: String,
    /// Whether its answer holds the secret of a new instance.
    pub(crate) makes: bool,
}

/// What the calls are made of.
pub(crate) struct Planner<'a> {
    pub(crate) resource: &'static Resource,
    pub(crate) desired: &'a Desired,
    /// The bytes of the local file in base64.
    pub(crate) content: Option<&'a str>,
    /// The instances that the keys name; the first is the one that counts.
    pub(crate) rows: &'a [Row],
    pub(crate) differences: &'a [Difference],
}

impl Planner<'_> {
    /// The calls, in their order.
    ///
    /// # Errors
    /// `InvalidRequest` when nothing can bring it into that state, or something is missing that is needed for it.
    pub(crate) fn steps(&self) -> Result<Vec<Step>, Problem> {
        let Some(row) = self.rows.first() else {
            return Ok(vec![self.make(None)?]);
        };
        if !self.desired.exist {
            return self.removals();
        }
        if let Some(property) = self.first_different(|role| role == Role::ReadOnly) {
            return Err(self.impossible(property, "It follows from the rest and cannot be set."));
        }
        let Some(property) = self.first_different(|role| role == Role::Fixed) else {
            return self.updates(row);
        };
        if !self.resource.replaces {
            return Err(self.impossible(
                property,
                "It cannot be changed: remove the instance and let it be made anew.",
            ));
        }
        let mut steps = vec![self.make(Some(row))?];
        steps.extend(self.removals()?);
        Ok(steps)
    }

    fn first_different(&self, wanted: impl Fn(Role) -> bool) -> Option<&'static Property> {
        self.resource
            .properties
            .iter()
            .find(|property| wanted(property.role) && self.differs(property.name))
    }

    fn differs(&self, name: &str) -> bool {
        self.differences
            .iter()
            .any(|difference| difference.property == name)
    }

    fn impossible(&self, property: &Property, why: &str) -> Problem {
        let reason = self
            .differences
            .iter()
            .find(|difference| difference.property == property.name)
            .map_or("", |difference| difference.reason.as_str());
        Problem::new(ErrorCode::InvalidRequest, format!("{reason} {why}")).about(property.name)
    }

    fn unable(&self, what: &str) -> Problem {
        let Resource { name, noun, .. } = self.resource;
        Problem::new(
            ErrorCode::InvalidRequest,
            format!("{name} {what}: {noun} is made elsewhere and only looked at here."),
        )
        .about(comparison::keys(self.resource, &self.desired.values))
    }

    /// Makes an instance; what is not given is taken from the one in whose place it is made.
    fn make(&self, old: Option<&Row>) -> Result<Step, Problem> {
        let change = self
            .resource
            .create
            .ok_or_else(|| self.unable("cannot be made"))?;
        for property in self.resource.properties {
            if let Role::SecretFile { .. } = property.role {
                let path = self.desired.paths.get(property.name).ok_or_else(|| {
                    self.missing(
                        property.name,
                        "its secret is shown once and has to be kept somewhere",
                    )
                })?;
                local::require_folder(path)?;
            }
        }
        let mut step = self.step(change, old, |_| true)?;
        step.makes = true;
        let needed = change.operation.info().request_type().fields;
        let is_left_out = |name: &str| step.request.get().get(name).is_none();
        if let Some(field) = needed
            .iter()
            .find(|field| field.required && is_left_out(&field.name))
        {
            let why = format!("without it {} cannot be made", self.resource.noun);
            return Err(self.missing(&field.name, &why));
        }
        Ok(step)
    }

    fn removals(&self) -> Result<Vec<Step>, Problem> {
        let change = self
            .resource
            .delete
            .ok_or_else(|| self.unable("cannot be removed"))?;
        self.rows
            .iter()
            .map(|row| self.step(change, Some(row), |_| false))
            .collect()
    }

    fn updates(&self, row: &Row) -> Result<Vec<Step>, Problem> {
        let steps: Vec<Step> = self
            .resource
            .updates
            .iter()
            .filter(|change| self.is_wanted(change))
            .map(|change| self.step(*change, Some(row), |name| self.differs(name)))
            .collect::<Result<_, _>>()?;
        if steps.is_empty() {
            return Err(self.unable("cannot be changed"));
        }
        Ok(steps)
    }

    fn is_wanted(&self, change: &Change) -> bool {
        change.fields.iter().any(|(_, take)| match take {
            Take::Property(name) | Take::Key(name) | Take::Along(name, _) => self.differs(name),
            Take::Content => self
                .resource
                .properties
                .iter()
                .any(|property| matches!(property.role, Role::Content { digest } if self.differs(digest))),
            Take::Text(name) => self.resource.properties.iter().any(|property| {
                property.name == *name
                    && matches!(property.role, Role::LocalFile { digest, .. } if self.differs(digest))
            }),
            Take::Settings => {
                self.resource.properties.iter().any(|property| {
                    matches!(property.source, Source::Shaped(..)) && self.differs(property.name)
                })
            }
            Take::Row(_) | Take::Yes | Take::Constant(_) => false,
        })
    }

    fn step(
        &self,
        change: Change,
        row: Option<&Row>,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<Step, Problem> {
        let mut request = Map::new();
        let mut said = Vec::new();
        for (field, take) in change.fields {
            let value = match take {
                Take::Property(name) if is_taken(name) => self.given(name, row),
                Take::Along(name, with) if is_taken(name) || is_taken(with) => self.given(name, row),
                Take::Property(_) | Take::Along(..) => None,
                Take::Key(name) => self.desired.values.get(*name).cloned(),
                Take::Row(name) => row.map(|row| row.field(name).clone()),
                Take::Content => Some(self.content_needed()?.into()),
                Take::Text(name) => Some(self.text_needed(name)?.as_str().into()),
                Take::Settings => Some(self.settings(&mut said)),
                Take::Yes => Some(true.into()),
                Take::Constant(text) => Some((*text).into()),
            };
            if let (Take::Property(name) | Take::Along(name, _), Some(value)) = (take, &value) {
                said.extend(self.said(name, value));
            }
            if let Some(value) = value {
                request.insert((*field).to_owned(), value);
            }
        }
        Ok(Step {
            change,
            request: WipedJson::new(Value::Object(request)),
            text: self.text(change, &said),
            makes: false,
        })
    }

    /// The settings that differ, as `name=value`.
    fn settings(&self, said: &mut Vec<String>) -> Value {
        let mut settings = Vec::new();
        for property in self.resource.properties {
            let (Source::Shaped(setting, _), Some(value)) =
                (property.source, self.desired.values.get(property.name))
            else {
                continue;
            };
            if self.differs(property.name) {
                settings.push(Value::from(format!("{setting}={value}")));
                said.extend(self.said(property.name, value));
            }
        }
        Value::Array(settings)
    }

    fn text_needed(&self, name: &str) -> Result<zeroize::Zeroizing<String>, Problem> {
        let path = self
            .desired
            .paths
            .get(name)
            .ok_or_else(|| self.missing(name, "it is sent with the rest"))?;
        let text = local::text(path)?;
        if let Some(Role::KeyedFile { key, entry }) =
            self.resource.property(name).map(|property| property.role)
        {
            self.require_own(name, &text, key, entry)?;
        }
        Ok(text)
    }

    /// Refuses the text of another instance than the key names, before anything is made of it.
    fn require_own(&self, name: &str, text: &str, key: &str, entry: &str) -> Result<(), Problem> {
        let table: Option<toml::Table> = toml::from_str(text).ok();
        let written = table.as_ref().and_then(|table| table.get(entry)?.as_str());
        let wanted = self.desired.values.get(key).and_then(Value::as_str);
        let detail = match (written, wanted) {
            (Some(written), Some(wanted)) if written.eq_ignore_ascii_case(wanted) => return Ok(()),
            (Some(written), _) => format!(
                "{name} is the file of another one: its {entry} is {}.",
                comparison::words(&written.into()).unwrap_or_else(|| "not set".to_owned())
            ),
            (None, _) => format!("{name} has no {entry}."),
        };
        Err(Problem::new(ErrorCode::InvalidRequest, detail)
            .about(comparison::keys(self.resource, &self.desired.values))
            .advise(format!("Give the file that belongs to {key}.")))
    }

    /// The desired value; where there is none and an instance is replaced, that of the old one.
    fn given(&self, name: &str, row: Option<&Row>) -> Option<Value> {
        if let Some(secret) = self.desired.secrets.get(name) {
            return Some(Secret::expose(secret).into());
        }
        let value = self.desired.values.get(name).cloned();
        value.or_else(|| {
            let property = self.resource.property(name)?;
            let kept = row?.field(property.row_field()?);
            // A level of None, as tokens for products have, is not given when one is made.
            let is_given = !kept.is_null() && kept != "None";
            (property.role == Role::Fixed && is_given).then(|| kept.clone())
        })
    }

    fn content_needed(&self) -> Result<&str, Problem> {
        self.content.ok_or_else(|| {
            let names: Vec<&str> = self
                .resource
                .properties
                .iter()
                .filter(|property| matches!(property.role, Role::LocalFile { .. } | Role::Content { .. }))
                .map(|property| property.name)
                .collect();
            self.missing(&names.join(" or "), "there is nothing to install")
        })
    }

    fn missing(&self, name: &str, why: &str) -> Problem {
        Problem::new(ErrorCode::InvalidRequest, format!("{name} is missing: {why}."))
            .about(comparison::keys(self.resource, &self.desired.values))
            .advise(format!("Give {name}."))
    }

    /// A property in a sentence; of a secret its name alone, of a key nothing.
    fn said(&self, name: &str, value: &Value) -> Option<String> {
        let property = self.resource.property(name)?;
        match property.role {
            Role::Key => None,
            Role::Secret { .. } => Some(name.to_owned()),
            _ if property.compare == Compare::Lines => Some(name.to_owned()),
            _ => Some(format!(
                "{name} {}",
                comparison::words(value).unwrap_or_else(|| "not set".to_owned())
            )),
        }
    }

    fn text(&self, change: Change, said: &[String]) -> String {
        let mut text = format!("{} {}", change.verb, self.resource.noun);
        let keys = comparison::keys(self.resource, &self.desired.values);
        if !keys.is_empty() {
            text.push(' ');
            text.push_str(&keys);
        }
        if !said.is_empty() {
            text.push_str(": ");
            text.push_str(&said.join(", "));
        }
        text.push('.');
        text
    }
}
