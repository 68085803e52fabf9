//! One function for each route: read, ask the door, answer.

use crate::answer::{Health, PaymentAnswer};
use crate::app::App;
use crate::door::AgentDoor as _;
use crate::dto::{CredentialRequest, FetchRequest, PaymentRef, PaymentRequest, WaitRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRef, SessionRequest};
use crate::problem::Problem;
use crate::{openapi, read, shown};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use purser_domain::{AgentId, Refusal};
use purser_wallet::Phase;
use serde::Deserialize;

type Answer<T> = Result<T, Problem>;

/// 200 when nothing can change any more, else 202: ask again.
fn payment(answer: PaymentAnswer) -> Response {
    let status = if answer.status.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    (status, Json(answer)).into_response()
}

pub(crate) async fn request_payment(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: PaymentRequest = asked.json().await?;
    Ok(payment(asked.door.request_payment(ask).await?))
}

pub(crate) async fn fetch(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: FetchRequest = asked.json().await?;
    let answer = asked.door.fetch_paid(ask).await?;
    let done = answer.payment.as_ref().is_none_or(|payment| payment.status.is_final());
    let status = if done { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(answer)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitQuery {
    #[serde(default)]
    wait: u32,
}

pub(crate) async fn get_payment(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let wait = wait_of(&asked.parts.uri)?;
    let answer = if wait == 0 {
        asked.door.get_payment(PaymentRef { payment: id }).await?
    } else {
        asked.door.wait_for_decision(WaitRequest { payment: id, timeout_s: wait }).await?
    };
    Ok(payment(answer))
}

fn wait_of(uri: &Uri) -> Answer<u32> {
    let query = Query::<WaitQuery>::try_from_uri(uri);
    query.map(|query| query.0.wait).map_err(|error| Problem::field("wait", error.body_text()))
}

pub(crate) async fn cancel_payment(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Answer<Response> {
    let asked = app.receive(request).await?;
    asked.nothing().await?;
    Ok(payment(asked.door.cancel_payment(PaymentRef { payment: id }).await?))
}

pub(crate) async fn get_budget(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    Ok(Json(asked.door.get_budget().await?).into_response())
}

pub(crate) async fn open_session(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: SessionRequest = asked.json().await?;
    let opened = asked.door.open_session(ask).await?;
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

pub(crate) async fn get_sessions(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    Ok(Json(asked.door.get_sessions().await?).into_response())
}

pub(crate) async fn close_session(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: SessionRef = asked.json().await?;
    Ok(Json(asked.door.close_session(ask).await?).into_response())
}

pub(crate) async fn delegate(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: DelegationRequest = asked.json().await?;
    let added = asked.door.delegate_budget(ask).await?;
    Ok((StatusCode::CREATED, Json(added)).into_response())
}

pub(crate) async fn get_delegations(State(app): State<App>, request: Request) -> Answer<Response> {
    let asked = app.receive(request).await?;
    Ok(Json(asked.door.get_delegations().await?).into_response())
}

pub(crate) async fn change_delegation(
    State(app): State<App>,
    request: Request,
) -> Answer<Response> {
    let asked = app.receive(request).await?;
    let ask: AllocationRequest = asked.json().await?;
    Ok(Json(asked.door.change_delegation(ask).await?).into_response())
}

/// The one route without a credential: the agent's own key proves who asks.
pub(crate) async fn renew(State(app): State<App>, request: Request) -> Answer<Response> {
    let wallet = app.host().wallet()?;
    let (parts, body) = request.into_parts();
    let body = read::body(body).await?;
    read::is_json(&parts.headers)?;
    let ask: CredentialRequest = read::json(&body)?;
    let agent: AgentId = ask.agent.parse().map_err(|e| Problem::field("agent", e))?;
    let key = wallet.holder_key(agent).await?.ok_or(Refusal::AgentUnknown)?;
    let now = wallet.now();
    app.auth().prove_key(key.as_bytes(), &parts, &body, now)?;
    if !app.issued().take(agent, now) {
        return Err(app.issued().problem(now));
    }
    let issued = wallet.issue_credential(agent, ask.bearer).await?;
    Ok(Json(shown::credential(issued)).into_response())
}

pub(crate) async fn mcp(State(app): State<App>, request: Request) -> Answer<Response> {
    let mut asked = app.receive(request).await?;
    if let Err(problem) = read::is_json(&asked.parts.headers) {
        return Err(asked.door.reject(problem).await);
    }
    asked.parts.extensions.insert(asked.identity.clone());
    let parts = std::mem::replace(&mut asked.parts, Request::new(()).into_parts().0);
    let request = Request::from_parts(parts, Body::from(asked.body.clone()));
    Ok(app.mcp().handle(request).await.map(Body::new))
}

pub(crate) async fn openapi() -> Response {
    Json(openapi::document()).into_response()
}

pub(crate) async fn health(State(app): State<App>) -> Response {
    let phase = match app.host().phase() {
        Phase::Absent => "absent",
        Phase::Locked => "locked",
        Phase::Unlocked => "unlocked",
    };
    Json(Health { status: "ok".to_owned(), phase: phase.to_owned() }).into_response()
}
