//! The page: findings, and bundles of servers without a connection, for a browser without scripts.
//!
//! Who signs in with a token gets a cookie that the browser sends to this host alone; every form carries a secret of the session
//! besides. What may be seen and done is decided by the service, as for every other caller.

mod form;
mod sessions;

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use licensing_api::insight::InsightFinding;
use licensing_api::{ErrorCode, Permission, Problem};

use super::operations::finding_row;
use super::{WebServices, blocking};
use crate::service::Account;
use form::Form;
use sessions::Session;
pub(super) use sessions::Sessions;

/// The page; its other routes lie below it. They look for a session themselves.
pub(super) const PAGE: &str = "/page";
/// How it looks.
pub(super) const STYLE: &str = "/page/style.css";
/// Takes a token.
pub(super) const SIGN_IN: &str = "/page/sign-in";
/// Ends the session.
pub(super) const SIGN_OUT: &str = "/page/sign-out";
/// Takes the reason for a finding.
pub(super) const ACKNOWLEDGE: &str = "/page/acknowledge";
/// Takes a bundle.
pub(super) const BUNDLE: &str = "/page/bundle";

/// Styles and forms of this host, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInView {
    message: Option<String>,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct FindingsView {
    message: Option<String>,
    account: String,
    organization: String,
    permission: String,
    can_change: bool,
    csrf: String,
    findings: Vec<InsightFinding>,
}

pub(super) fn routes() -> Router<Arc<WebServices>> {
    Router::new()
        .route(PAGE, get(show))
        .route(STYLE, get(style))
        .route(SIGN_IN, post(sign_in))
        .route(SIGN_OUT, post(sign_out))
        .route(ACKNOWLEDGE, post(acknowledge))
        .route(BUNDLE, post(bundle))
}

fn html(status: StatusCode, view: &impl Template) -> Response {
    let (status, text) = match view.render() {
        Ok(text) => (status, text),
        Err(error) => {
            tracing::error!(%error, "the page cannot be written");
            (StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Back to the page, with a cookie where one is to be set.
fn to_page(cookie: Option<String>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static(PAGE));
    if let Some(cookie) = cookie.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn message(problem: &Problem) -> String {
    format!("{} {} {}", problem.title, problem.detail, problem.action)
}

fn to_sign_in(status: StatusCode, message: Option<String>) -> Response {
    html(status, &SignInView { message })
}

async fn style() -> Response {
    let mut response = Response::new(Body::from(include_str!("../../../templates/style.css")));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response
}

/// The session of a request with its account; none when nobody is signed in.
async fn signed_in(
    services: &Arc<WebServices>,
    headers: &HeaderMap,
) -> Result<Option<(Session, Account)>, Problem> {
    let session = form::session_id(headers).and_then(|id| services.sessions.of(id, Instant::now()));
    let Some(session) = session else {
        return Ok(None);
    };
    let insight = Arc::clone(&services.insight);
    let hash = session.token_hash.clone();
    // An account that was removed meanwhile is signed in no more.
    let account = blocking(move || insight.account_of_hash(&hash)).await??;
    Ok(account.map(|account| (session, account)))
}

/// The page of who is signed in.
async fn findings(
    services: &Arc<WebServices>,
    session: &Session,
    account: &Account,
    failure: Option<&Problem>,
) -> Response {
    let (insight, caller) = (Arc::clone(&services.insight), account.clone());
    let found = blocking(move || insight.visible_findings(&caller, None, false)).await;
    let records = match found {
        Ok(Ok(records)) => records,
        Ok(Err(problem)) | Err(problem) => {
            return to_sign_in(status_of(&problem), Some(message(&problem)));
        }
    };
    html(
        failure.map_or(StatusCode::OK, status_of),
        &FindingsView {
            message: failure.map(message),
            account: account.name.clone(),
            organization: account
                .organization
                .clone()
                .unwrap_or_else(|| "all organizations".to_owned()),
            permission: format!("{:?}", account.permission),
            can_change: account.permission == Permission::Full,
            csrf: session.csrf.clone(),
            findings: records.into_iter().map(finding_row).collect(),
        },
    )
}

async fn show(State(services): State<Arc<WebServices>>, headers: HeaderMap) -> Response {
    match signed_in(&services, &headers).await {
        Ok(Some((session, account))) => findings(&services, &session, &account, None).await,
        Ok(None) => to_sign_in(StatusCode::OK, None),
        Err(problem) => to_sign_in(status_of(&problem), Some(message(&problem))),
    }
}

async fn sign_in(State(services): State<Arc<WebServices>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        if form::is_of_another_page(&parts.headers) {
            return Err(foreign());
        }
        let form = Form::read_small(body).await?;
        let (insight, token) = (
            Arc::clone(&services.insight),
            form.text("token").trim().to_owned(),
        );
        let account = blocking(move || insight.account_of(&token)).await??;
        let account =
            account.ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The token is not valid."))?;
        let id = services
            .sessions
            .begin(account.token_hash, Instant::now())
            .map_err(|error| Problem::new(ErrorCode::UnknownError, error.to_string()))?;
        tracing::info!(account = account.name, "signed in at the page");
        Ok(form::cookie(Some(&id)))
    };
    match outcome.await {
        Ok(cookie) => to_page(Some(cookie)),
        Err(problem) => to_sign_in(status_of(&problem), Some(message(&problem))),
    }
}

fn foreign() -> Problem {
    Problem::new(
        ErrorCode::UserNotAuthorized,
        "The form does not come from this page, or from before the last sign-in. Load the page again.",
    )
}

/// A form of who is signed in, after the check that their page has sent it.
struct Sent {
    session: Session,
    account: Account,
    form: Form,
}

/// # Errors
/// The answer to a form that is not to be carried out.
async fn sent(services: &Arc<WebServices>, request: Request) -> Result<Sent, Response> {
    let (parts, body) = request.into_parts();
    let failed = |problem: &Problem| to_sign_in(status_of(problem), Some(message(problem)));
    if form::is_of_another_page(&parts.headers) {
        return Err(failed(&foreign()));
    }
    let signed_in = signed_in(services, &parts.headers).await;
    let Some((session, account)) = signed_in.map_err(|problem| failed(&problem))? else {
        return Err(to_page(None));
    };
    let form = match Form::read(&parts.headers, body).await {
        Ok(form) => form,
        Err(problem) => return Err(findings(services, &session, &account, Some(&problem)).await),
    };
    if !session.sent(form.text("csrf")) {
        return Err(findings(services, &session, &account, Some(&foreign())).await);
    }
    Ok(Sent {
        session,
        account,
        form,
    })
}

async fn sign_out(State(services): State<Arc<WebServices>>, request: Request) -> Response {
    let id = form::session_id(request.headers()).map(str::to_owned);
    if let Err(answer) = sent(&services, request).await {
        return answer;
    }
    if let Some(id) = id {
        services.sessions.end(&id);
    }
    to_page(Some(form::cookie(None)))
}

/// Who may change things; the gate knows no account here.
fn require_full(account: &Account) -> Result<(), Problem> {
    if account.permission == Permission::Full {
        return Ok(());
    }
    Err(Problem::new(
        ErrorCode::UserNotAuthorized,
        "Your account may look and change nothing.",
    )
    .about(account.name.clone()))
}

async fn acknowledge(State(services): State<Arc<WebServices>>, request: Request) -> Response {
    let sent = match sent(&services, request).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (insight, account) = (Arc::clone(&services.insight), sent.account.clone());
    let (key, reason) = (
        sent.form.text("key").to_owned(),
        sent.form.text("reason").to_owned(),
    );
    let outcome = blocking(move || {
        require_full(&account)?;
        insight.acknowledge(&account, &key, &reason)
    });
    match outcome.await {
        Ok(Ok(_)) => to_page(None),
        Ok(Err(problem)) | Err(problem) => {
            findings(&services, &sent.session, &sent.account, Some(&problem)).await
        }
    }
}

async fn bundle(State(services): State<Arc<WebServices>>, request: Request) -> Response {
    let sent = match sent(&services, request).await {
        Ok(sent) => sent,
        Err(answer) => return answer,
    };
    let (insight, account) = (Arc::clone(&services.insight), sent.account.clone());
    let content = sent.form.bytes("bundle").to_vec();
    let outcome = blocking(move || {
        require_full(&account)?;
        insight.take_bundle(&account, &content)
    });
    match outcome.await {
        Ok(Ok(accepted)) => {
            let mut response = Response::new(Body::from(accepted.content));
            let name = format!("attachment; filename=\"receipt-{}.json\"", accepted.server);
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if let Ok(name) = HeaderValue::from_str(&name) {
                headers.insert(CONTENT_DISPOSITION, name);
            }
            response
        }
        Ok(Err(problem)) | Err(problem) => {
            findings(&services, &sent.session, &sent.account, Some(&problem)).await
        }
    }
}
