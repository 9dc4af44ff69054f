//! Get, test, set, delete and export for every resource.

use std::future::Future;
use std::path::Path;

use jiff::Timestamp;
use licensing_api::error::ErrorCategory;
use licensing_api::{ErrorCode, OperationId, Problem};
use licensing_client::{AdminClient, WipedJson};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::comparison::{self, Comparison, Difference};
use crate::description::{Compare, EXIST, Read, Resource, Role};
use crate::input::Desired;
use crate::local;
use crate::plan::{Planner, Step};
use crate::rows::Row;
use crate::shape;

/// How often what is left after the first calls is tried to be brought into its state: a new instance may need further settings.
const ROUNDS: usize = 2;

/// Carries out operations of the table.
pub trait Operations: Sync {
    /// Carries out one of them.
    ///
    /// # Errors
    /// As the operation.
    fn call(
        &self,
        operation: OperationId,
        request: Value,
    ) -> impl Future<Output = Result<Value, Problem>> + Send;
}

impl Operations for AdminClient {
    async fn call(&self, operation: OperationId, request: Value) -> Result<Value, Problem> {
        self.call_json(operation, request).await
    }
}

/// How an instance stood, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether it was as desired before anything was done.
    pub in_desired_state: bool,
    /// Its state before.
    pub before: Map<String, Value>,
    /// Its state after, or as it would be.
    pub after: Map<String, Value>,
    /// What was not as desired, and why.
    pub differences: Vec<Difference>,
    /// What was done, or would be, in the imperative.
    pub steps: Vec<String>,
}

/// Brings instances of one resource into the state that is desired.
#[derive(Debug, Clone, Copy)]
pub struct Engine<'a, O> {
    resource: &'static Resource,
    operations: &'a O,
    now: Timestamp,
}

/// What was found of an instance.
struct Found {
    rows: Vec<Row>,
    /// Name of the server, where it is needed.
    server: String,
}

impl<'a, O: Operations> Engine<'a, O> {
    /// An engine for this resource of the server that carries out these operations.
    pub fn new(resource: &'static Resource, operations: &'a O, now: Timestamp) -> Self {
        Self {
            resource,
            operations,
            now,
        }
    }

    /// The state of the instance that the keys name.
    ///
    /// # Errors
    /// `InvalidRequest` when a key is missing; else as the operations that read.
    pub async fn get(&self, desired: &Desired) -> Result<Map<String, Value>, Problem> {
        desired.require_keys(self.resource)?;
        let found = self.find(desired).await?;
        Ok(self.state(desired, found.rows.first()))
    }

    /// Compares, and changes nothing.
    ///
    /// # Errors
    /// As for [`Self::get`], and `LocalFileUnreadable` for the local file of the state.
    pub async fn test(&self, mut desired: Desired) -> Result<Report, Problem> {
        desired.require_keys(self.resource)?;
        local::content(self.resource, &mut desired)?;
        let found = self.find(&desired).await?;
        let differences = self.compare(&desired, &found);
        let state = self.state(&desired, found.rows.first());
        Ok(report(&state, &state, differences, Vec::new()))
    }

    /// Brings it into the state that is desired. With `what_if` nothing is changed, and the report says what would be.
    ///
    /// # Errors
    /// As for [`Self::test`] and the operations that change; `InvalidRequest` when there is no way to that state.
    pub async fn set(&self, mut desired: Desired, what_if: bool) -> Result<Report, Problem> {
        desired.require_keys(self.resource)?;
        let content = local::content(self.resource, &mut desired)?;
        let mut found = self.find(&desired).await?;
        let before = self.state(&desired, found.rows.first());
        let differences = self.compare(&desired, &found);
        let mut left = differences.clone();
        let mut steps = Vec::new();
        for _ in 0..ROUNDS {
            if left.is_empty() {
                break;
            }
            let planned = Planner {
                resource: self.resource,
                desired: &desired,
                content: content.as_deref(),
                rows: &found.rows,
                differences: &left,
            }
            .steps()?;
            steps.extend(planned.iter().map(|step| step.text.clone()));
            if what_if {
                let after = projected(self.resource, &before, &desired);
                return Ok(report(&before, &after, differences, steps));
            }
            for step in planned {
                self.carry_out(step, &desired).await?;
            }
            found = self.find(&desired).await?;
            left = self.compare(&desired, &found);
        }
        if let Some(difference) = left.first() {
            let mut problem = Problem::new(
                ErrorCode::InvalidRequest,
                format!("The change was made, but {}", difference.reason),
            )
            .about(comparison::keys(self.resource, &desired.values))
            .advise("Look whether somebody else changes it, or desire what the server makes of it.");
            // An invalid argument would say that nothing was changed.
            problem.category = ErrorCategory::InvalidOperation;
            return Err(problem);
        }
        let after = self.state(&desired, found.rows.first());
        Ok(report(&before, &after, differences, steps))
    }

    /// Removes the instance that the keys name, if it is there.
    ///
    /// # Errors
    /// As for [`Self::set`].
    pub async fn delete(&self, mut desired: Desired, what_if: bool) -> Result<Report, Problem> {
        if self.resource.delete.is_none() {
            let detail = format!("{} cannot be removed.", self.resource.name);
            return Err(Problem::new(ErrorCode::InvalidRequest, detail).about(self.resource.name));
        }
        // What it is made of does not matter any more.
        desired.paths.clear();
        desired.content = None;
        desired.exist = false;
        self.set(desired, what_if).await
    }

    /// The state of every instance that has the values that are given.
    ///
    /// # Errors
    /// As the operations that read.
    pub async fn export(&self, filter: &Desired) -> Result<Vec<Map<String, Value>>, Problem> {
        let rows = self.rows().await?;
        let server = self.server_name().await?;
        let comparison = self.comparison(filter, &server);
        Ok(rows
            .iter()
            .filter(|row| comparison.passes(row))
            .map(|row| row.state(self.resource))
            .collect())
    }

    fn comparison<'d>(&self, desired: &'d Desired, server: &'d str) -> Comparison<'d> {
        Comparison {
            resource: self.resource,
            desired,
            server,
        }
    }

    fn compare(&self, desired: &Desired, found: &Found) -> Vec<Difference> {
        self.comparison(desired, &found.server)
            .differences(found.rows.first())
    }

    async fn find(&self, desired: &Desired) -> Result<Found, Problem> {
        let mut rows = self.rows().await?;
        let server = self.server_name().await?;
        let comparison = self.comparison(desired, &server);
        rows.retain(|row| comparison.is_meant(row));
        rows.sort_by_key(|row| std::cmp::Reverse(row.end(self.resource)));
        Ok(Found { rows, server })
    }

    /// Every instance that has not ended.
    async fn rows(&self) -> Result<Vec<Row>, Problem> {
        if !self.resource.is_list() {
            let mut whole = Row::default();
            for read in self.resource.reads {
                whole.add(self.single(read).await?);
            }
            return Ok(vec![whole]);
        }
        let mut rows = Vec::new();
        for read in self.resource.reads {
            rows.extend(shape::instances(read, self.list(read.operation).await?));
        }
        rows.retain(|row| row.end(self.resource).is_none_or(|end| end > self.now));
        Ok(rows)
    }

    /// The fields of the only instance that an operation tells.
    async fn single(&self, read: &Read) -> Result<Map<String, Value>, Problem> {
        if read.operation.info().rows {
            let items = self.list(read.operation).await?;
            return shape::settings(read, &items).ok_or_else(|| not_understood(read.operation));
        }
        object(
            read.operation,
            self.operations.call(read.operation, json!({})).await?,
        )
    }

    async fn list(&self, read: OperationId) -> Result<Vec<Map<String, Value>>, Problem> {
        let answer = match self.operations.call(read, json!({})).await {
            Ok(answer) => answer,
            // An empty list that the operation reports as an error.
            Err(problem)
                if problem.category == ErrorCategory::ObjectNotFound
                    && read.info().errors.contains(&problem.code) =>
            {
                return Ok(Vec::new());
            }
            Err(problem) => return Err(problem),
        };
        let mut answer = object(read, answer)?;
        // A part is never taken for the whole: what a silent vendor daemon has would be made a second time.
        if let Some(problem) = answer.get("problems").and_then(|problems| problems.get(0)) {
            return Err(serde_json::from_value(problem.clone()).unwrap_or_else(|_| not_understood(read)));
        }
        match answer.remove("items") {
            Some(Value::Array(items)) => items.into_iter().map(|item| object(read, item)).collect(),
            Some(_) | None => Err(not_understood(read)),
        }
    }

    /// The name that the server's own accounts have as their domain; empty where no property is an account.
    async fn server_name(&self) -> Result<String, Problem> {
        let mut properties = self.resource.properties.iter();
        if !properties.any(|property| property.compare == Compare::Account) {
            return Ok(String::new());
        }
        let info = self
            .operations
            .call(OperationId::GetServerInfo, json!({}))
            .await?;
        Ok(info["hostName"].as_str().unwrap_or_default().to_owned())
    }

    async fn carry_out(&self, step: Step, desired: &Desired) -> Result<(), Problem> {
        let operation = step.change.operation;
        let secrets = self.secret_files(&step, desired);
        for (_, path) in &secrets {
            local::require_writable(path)?;
        }
        let answer = WipedJson::new(self.operations.call(operation, step.request.take()).await?);
        for (field, path) in secrets {
            let secret = answer.get()[field]
                .as_str()
                .ok_or_else(|| not_understood(operation))?;
            local::keep_secret(path, secret)?;
        }
        Ok(())
    }

    /// The fields of the answer that hold secrets of a new instance, and the files that these are written to.
    fn secret_files<'d>(&self, step: &Step, desired: &'d Desired) -> Vec<(&'static str, &'d Path)> {
        if !step.makes {
            return Vec::new();
        }
        let files = self.resource.properties.iter().filter_map(|property| {
            let Role::SecretFile { answer } = property.role else {
                return None;
            };
            Some((answer, desired.paths.get(property.name)?.as_path()))
        });
        files.collect()
    }

    fn state(&self, desired: &Desired, row: Option<&Row>) -> Map<String, Value> {
        row.map_or_else(|| absent(self.resource, desired), |row| row.state(self.resource))
    }
}

fn report(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    differences: Vec<Difference>,
    steps: Vec<String>,
) -> Report {
    Report {
        in_desired_state: differences.is_empty(),
        before: before.clone(),
        after: after.clone(),
        differences,
        steps,
    }
}

/// The keys of an instance that is not there.
fn absent(resource: &Resource, desired: &Desired) -> Map<String, Value> {
    let mut state: Map<String, Value> = resource
        .keys()
        .filter_map(|key| Some((key.name.to_owned(), desired.values.get(key.name)?.clone())))
        .collect();
    state.insert(EXIST.to_owned(), Value::Bool(false));
    state
}

/// The state as it would be.
fn projected(resource: &Resource, before: &Map<String, Value>, desired: &Desired) -> Map<String, Value> {
    if !desired.exist {
        return absent(resource, desired);
    }
    let mut state = before.clone();
    for property in resource
        .properties
        .iter()
        .filter(|property| !property.is_write_only())
    {
        // Of a key the spelling of the server stays.
        if property.role == Role::Key && state.contains_key(property.name) {
            continue;
        }
        if let Some(value) = desired.values.get(property.name) {
            state.insert(property.name.to_owned(), value.clone());
        }
    }
    if resource.is_list() {
        state.insert(EXIST.to_owned(), Value::Bool(true));
    }
    state
}

fn object(operation: OperationId, answer: Value) -> Result<Map<String, Value>, Problem> {
    match answer {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(not_understood(operation))
        }
    }
}

fn not_understood(operation: OperationId) -> Problem {
    let detail = format!(
        "{}: the answer is not what the table says.",
        operation.info().name
    );
    Problem::new(ErrorCode::ProtocolError, detail)
}
