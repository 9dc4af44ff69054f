//! Lists of which each vendor daemon knows a part.
//!
//! One rule for all of them: a daemon that is down or does not answer in time is a problem beside the rows of the others.
//! Only where no daemon answered the list fails as a whole, so that nobody takes it for an empty one.

use futures_util::future::join_all;
use licensing_api::operation::{AnsweredBy, OperationInfo};
use licensing_api::patterns::Patterns;
use licensing_api::{ErrorCode, Operation, Problem, Rows};
use licensing_seats::wildcard::Wildcards;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::WebServices;
use super::call::Call;

/// The field by which every request of such a list may choose one vendor.
#[derive(Deserialize)]
struct OfVendor {
    #[serde(default)]
    vendor: Patterns,
}

/// A daemon's answer whose rows stay as they were written.
#[derive(Deserialize)]
struct UnreadRows<'a> {
    #[serde(borrow)]
    items: &'a RawValue,
}

/// The rows of an answer, without the brackets around them.
fn unread_rows(answer: &[u8]) -> serde_json::Result<&str> {
    let rows: UnreadRows<'_> = serde_json::from_slice(answer)?;
    without_brackets(rows.items)
}

/// The rows of a list, without the brackets around them.
pub(super) fn without_brackets(list: &RawValue) -> serde_json::Result<&str> {
    let list = list.get();
    list.strip_prefix('[')
        .and_then(|rows| rows.strip_suffix(']'))
        .map(str::trim)
        .ok_or_else(|| serde::de::Error::custom("items is not a list"))
}

/// How a list begins.
pub(super) const BEGIN: &[u8] = b"{\"items\":[";

/// How a list ends.
///
/// # Errors
/// `UnknownError` if the problems cannot be written as JSON.
pub(super) fn end(problems: &[Problem]) -> Result<Vec<u8>, Problem> {
    let mut text = b"]".to_vec();
    if !problems.is_empty() {
        text.extend_from_slice(b",\"problems\":");
        text.append(&mut to_json(&problems)?);
    }
    text.push(b'}');
    Ok(text)
}

/// What the daemons answered, and the problems of those that did not.
struct Answers {
    /// Vendor and answer, in the order of the daemons' ports.
    answers: Vec<(String, Vec<u8>)>,
    problems: Vec<Problem>,
}

impl Answers {
    /// The answers as `read` understands them.
    ///
    /// # Errors
    /// When no daemon answered, and at least one should have.
    fn understood<'a, T>(
        &'a self,
        read: impl Fn(&'a [u8]) -> serde_json::Result<T>,
    ) -> Result<(Vec<T>, Vec<Problem>), Problem> {
        let mut understood = Vec::new();
        let mut problems = self.problems.clone();
        for (vendor, answer) in &self.answers {
            match read(answer) {
                Ok(answer) => understood.push(answer),
                Err(error) => problems.push(not_understood(vendor, &error)),
            }
        }
        match Problem::of_all(&problems) {
            Some(problem) if understood.is_empty() => Err(problem),
            Some(_) | None => Ok((understood, problems)),
        }
    }
}

/// A daemon has answered something else than a list.
pub(super) fn not_understood(vendor: &str, error: &serde_json::Error) -> Problem {
    let detail = format!("The answer of the vendor daemon {vendor} is not understood: {error}.");
    Problem::new(ErrorCode::UnknownError, detail).about(vendor)
}

/// The problem of a daemon, which names it unless it names something else.
pub(super) fn of_daemon(vendor: &str, problem: Problem) -> Problem {
    match problem.target.is_empty() {
        true => problem.about(vendor),
        false => problem,
    }
}

/// A request as the daemons get it.
///
/// # Errors
/// `UnknownError` if it cannot be written as JSON.
pub(super) fn to_json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("The JSON cannot be written: {error}."),
        )
    })
}

impl WebServices {
    /// Has the daemons answer, and passes their rows on without reading them.
    ///
    /// # Errors
    /// When no daemon answered, and at least one should have.
    pub(super) async fn pass_on(
        &self,
        info: &OperationInfo,
        request: Vec<u8>,
        call: &Call,
    ) -> Result<Vec<u8>, Problem> {
        let OfVendor { vendor } = serde_json::from_slice(&request)
            .map_err(|error| Problem::new(ErrorCode::InvalidRequest, error.to_string()))?;
        let answers = self.ask(info, &vendor, request, call).await?;
        let (lists, problems) = answers.understood(unread_rows)?;
        let lists: Vec<_> = lists.into_iter().filter(|rows| !rows.is_empty()).collect();
        let mut text = BEGIN.to_vec();
        text.append(&mut lists.join(",").into_bytes());
        text.append(&mut end(&problems)?);
        Ok(text)
    }

    /// Has the daemons of these vendors answer, and reads their rows.
    ///
    /// # Errors
    /// When no daemon answered, and at least one should have.
    pub(super) async fn ask_daemons<Op, Row>(
        &self,
        vendor: &Patterns,
        request: &Op::Request,
        call: &Call,
    ) -> Result<Rows<Row>, Problem>
    where
        Op: Operation<Response = Rows<Row>>,
        Row: DeserializeOwned,
    {
        let answers = self.ask(Op::ID.info(), vendor, to_json(request)?, call).await?;
        let (lists, problems) = answers.understood(serde_json::from_slice::<Rows<Row>>)?;
        Ok(Rows {
            items: lists.into_iter().flat_map(|rows| rows.items).collect(),
            problems,
        })
    }

    /// The vendors that are wanted, in the order of their daemons' ports.
    pub(super) fn vendors(&self, wanted: &Patterns) -> Vec<String> {
        let wanted = Wildcards::new(wanted);
        let daemons = self.setup.daemons.vendors().into_iter();
        daemons
            .map(|daemon| daemon.vendor)
            .filter(|vendor| wanted.matches(vendor))
            .collect()
    }

    async fn ask(
        &self,
        info: &OperationInfo,
        vendor: &Patterns,
        request: Vec<u8>,
        call: &Call,
    ) -> Result<Answers, Problem> {
        let AnsweredBy::Daemons { time_limit } = info.answered else {
            let detail = format!("{} is not answered by vendor daemons.", info.name);
            return Err(Problem::new(ErrorCode::UnknownError, detail));
        };
        let actor = &call.caller()?.account;
        let daemons = &self.setup.daemons;
        let outcomes = join_all(self.vendors(vendor).into_iter().map(|name| {
            let request = request.clone();
            async move {
                let outcome = daemons
                    .execute_json(&name, info.name, request, actor, time_limit)
                    .await;
                (name, outcome)
            }
        }));
        let mut answers = Answers {
            answers: Vec::new(),
            problems: Vec::new(),
        };
        for (vendor, outcome) in outcomes.await {
            match outcome {
                Ok(answer) => answers.answers.push((vendor, answer)),
                Err(problem) => answers.problems.push(of_daemon(&vendor, problem)),
            }
        }
        Ok(answers)
    }
}
