//! Routes, made from the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use http::request::Parts;
use licensing_api::operation::{Method, OperationInfo};
use licensing_api::{ErrorCode, Problem};

use super::answer;
use super::assemble::RequestForm;

/// A router of these operations; `carry_out` answers the requests of all of them.
pub fn of<S, F, A>(operations: impl IntoIterator<Item = &'static OperationInfo>, carry_out: F) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(S, Arc<RequestForm>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let mut paths: BTreeMap<&'static str, Vec<&'static OperationInfo>> = BTreeMap::new();
    for info in operations {
        paths.entry(info.path).or_default().push(info);
    }
    let mut router = Router::new();
    for (path, operations) in paths {
        router = router.route(path, methods(&operations, &carry_out));
    }
    router
}

fn methods<S, F, A>(operations: &[&'static OperationInfo], carry_out: &F) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(S, Arc<RequestForm>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let mut router = MethodRouter::new();
    let mut names = Vec::new();
    for info in operations {
        let form = Arc::new(RequestForm::of(info));
        let carry_out = carry_out.clone();
        names.push(info.method.name());
        router = router.on(
            filter(info.method),
            move |State(services): State<S>, request: Request| {
                carry_out(services, Arc::clone(&form), request)
            },
        );
    }
    with_method_problem(router, names.join(", "))
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Answers every other method of a path with a problem that names these.
pub fn with_method_problem<S>(router: MethodRouter<S>, names: String) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    router.fallback(move || async move {
        let problem = Problem::new(ErrorCode::MethodNotAllowed, format!("Allowed methods: {names}."));
        answer::with_allowed(answer::problem(&problem), &names)
    })
}

/// The fields that a path carries, with their names.
///
/// # Errors
/// `InvalidRequest` when they are not UTF-8.
pub async fn path_fields(parts: &mut Parts) -> Result<Vec<(String, String)>, Problem> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| Problem::new(ErrorCode::InvalidRequest, "The path is not valid UTF-8."))?;
    Ok(params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
