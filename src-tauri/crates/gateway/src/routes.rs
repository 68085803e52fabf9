//! The one table of routes, from which both the router and the OpenAPI document are made.
//!
//! Guarantees (I1): what is not in this table can't be reached, and nothing in it decides,
//! loosens or reads a secret. A test holds it against a fixed list.

use crate::answer::{BudgetAnswer, CredentialAnswer, FetchAnswer, Health, PaymentAnswer};
use crate::answer_sharing::{DelegationAnswer, DelegationsAnswer, SessionAnswer, SessionsAnswer};
use crate::app::App;
use crate::dto::{CredentialRequest, FetchRequest, PaymentRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRef, SessionRequest};
use crate::handlers;
use axum::routing::{MethodRouter, get, post};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// What a request must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// A signature by the agent's key.
    Key,
    /// A credential, and what it needs.
    Credential,
}

pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// A route and what OpenAPI says of it.
pub(crate) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub name: &'static str,
    pub summary: &'static str,
    pub proof: Proof,
    pub takes: Option<SchemaOf>,
    pub gives: Option<SchemaOf>,
    pub handler: MethodRouter<App>,
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(crate) fn routes() -> Vec<Route> {
    payments().into_iter().chain(sharing()).chain(others()).collect()
}

fn payments() -> [Route; 5] {
    [
        Route {
            method: "post",
            path: "/v1/spend-requests",
            name: "request_payment",
            summary: "Ask to pay a payee. 202 while it is not final: wait for it, never ask again.",
            proof: Proof::Credential,
            takes: Some(schema::<PaymentRequest>),
            gives: Some(schema::<PaymentAnswer>),
            handler: post(handlers::request_payment),
        },
        Route {
            method: "get",
            path: "/v1/spend-requests/{id}",
            name: "get_payment",
            summary: "How a payment stands; with `wait`, once it is final or the time is over.",
            proof: Proof::Credential,
            takes: None,
            gives: Some(schema::<PaymentAnswer>),
            handler: get(handlers::get_payment),
        },
        Route {
            method: "post",
            path: "/v1/spend-requests/{id}/cancel",
            name: "cancel_payment",
            summary: "Call off a payment that is not submitted.",
            proof: Proof::Credential,
            takes: None,
            gives: Some(schema::<PaymentAnswer>),
            handler: post(handlers::cancel_payment),
        },
        Route {
            method: "post",
            path: "/v1/fetch",
            name: "fetch_paid",
            summary: "Fetch a URL and pay for it if it asks for money (HTTP 402). Its content is \
                      untrusted.",
            proof: Proof::Credential,
            takes: Some(schema::<FetchRequest>),
            gives: Some(schema::<FetchAnswer>),
            handler: post(handlers::fetch),
        },
        Route {
            method: "get",
            path: "/v1/budget",
            name: "get_budget",
            summary: "The agent's caps and envelopes as of now.",
            proof: Proof::Credential,
            takes: None,
            gives: Some(schema::<BudgetAnswer>),
            handler: get(handlers::get_budget),
        },
    ]
}

/// Sessions and sub-agents. An agent shares out what it holds and can't make it more: the engine
/// holds every payment of a sub-agent against each budget above it.
fn sharing() -> [Route; 6] {
    [
        Route {
            method: "post",
            path: "/v1/sessions",
            name: "open_session",
            summary: "Open a session with a ceiling and a time limit, for itself or a sub-agent.",
            proof: Proof::Credential,
            takes: Some(schema::<SessionRequest>),
            gives: Some(schema::<SessionAnswer>),
            handler: post(handlers::open_session),
        },
        Route {
            method: "get",
            path: "/v1/sessions",
            name: "get_sessions",
            summary: "The agent's sessions that are open or ended not long ago.",
            proof: Proof::Credential,
            takes: None,
            gives: Some(schema::<SessionsAnswer>),
            handler: get(handlers::get_sessions),
        },
        Route {
            method: "post",
            path: "/v1/sessions/close",
            name: "close_session",
            summary: "Close a session of its own or of a sub-agent.",
            proof: Proof::Credential,
            takes: Some(schema::<SessionRef>),
            gives: Some(schema::<SessionAnswer>),
            handler: post(handlers::close_session),
        },
        Route {
            method: "post",
            path: "/v1/delegations",
            name: "delegate_budget",
            summary: "Hand part of its budget to a new sub-agent with a key of its own.",
            proof: Proof::Credential,
            takes: Some(schema::<DelegationRequest>),
            gives: Some(schema::<DelegationAnswer>),
            handler: post(handlers::delegate),
        },
        Route {
            method: "get",
            path: "/v1/delegations",
            name: "get_delegations",
            summary: "The agent's sub-agents and what they hold of its budget.",
            proof: Proof::Credential,
            takes: None,
            gives: Some(schema::<DelegationsAnswer>),
            handler: get(handlers::get_delegations),
        },
        Route {
            method: "post",
            path: "/v1/delegations/change",
            name: "change_delegation",
            summary: "Change what a sub-agent holds, or take it back.",
            proof: Proof::Credential,
            takes: Some(schema::<AllocationRequest>),
            gives: Some(schema::<DelegationAnswer>),
            handler: post(handlers::change_delegation),
        },
    ]
}

fn others() -> [Route; 4] {
    [
        Route {
            method: "post",
            path: "/v1/credentials",
            name: "renew_credential",
            summary: "A fresh credential for an agent in good standing, by a signature of its key.",
            proof: Proof::Key,
            takes: Some(schema::<CredentialRequest>),
            gives: Some(schema::<CredentialAnswer>),
            handler: post(handlers::renew),
        },
        Route {
            method: "post",
            path: "/mcp",
            name: "mcp",
            summary: "The same operations as MCP tools, over streamable HTTP.",
            proof: Proof::Credential,
            takes: None,
            gives: None,
            handler: post(handlers::mcp),
        },
        Route {
            method: "get",
            path: "/openapi.json",
            name: "openapi",
            summary: "This document.",
            proof: Proof::None,
            takes: None,
            gives: None,
            handler: get(handlers::openapi),
        },
        Route {
            method: "get",
            path: "/health",
            name: "health",
            summary: "Whether the gateway runs and the wallet is unlocked.",
            proof: Proof::None,
            takes: None,
            gives: Some(schema::<Health>),
            handler: get(handlers::health),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// All that the gateway has. Whoever adds a line says why an agent may do that (I1).
    const ALL: [&str; 15] = [
        "get /health",
        "get /openapi.json",
        "get /v1/budget",
        "get /v1/delegations",
        "get /v1/sessions",
        "get /v1/spend-requests/{id}",
        "post /mcp",
        "post /v1/credentials",
        // Hands on what it holds itself, and no more: see `sharing`.
        "post /v1/delegations",
        "post /v1/delegations/change",
        "post /v1/fetch",
        // A session only adds a ceiling to those that hold anyway.
        "post /v1/sessions",
        "post /v1/sessions/close",
        "post /v1/spend-requests",
        "post /v1/spend-requests/{id}/cancel",
    ];

    #[test]
    fn there_are_these_routes_and_no_other() {
        let routes = routes();
        let mut found: Vec<String> =
            routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        found.sort();
        assert_eq!(found, ALL);
        let open: Vec<&str> =
            routes.iter().filter(|r| r.proof == Proof::None).map(|r| r.path).collect();
        assert_eq!(open, ["/openapi.json", "/health"], "all others need a proof");
    }

    #[test]
    fn the_document_has_every_route_and_no_other() {
        let document = openapi::document();
        let mut found = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for method in operations.as_object().unwrap().keys() {
                found.push(format!("{method} {path}"));
            }
        }
        found.sort();
        assert_eq!(found, ALL);
    }

    #[test]
    fn the_document_holds_together() {
        let document = openapi::document();
        assert_eq!(document["openapi"], "3.1.0");
        let mut references = BTreeSet::new();
        collect_references(&document, &mut references);
        assert!(!references.is_empty());
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        let mut names = BTreeSet::new();
        for operations in document["paths"].as_object().unwrap().values() {
            for operation in operations.as_object().unwrap().values() {
                assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()));
                assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')));
                assert!(operation["responses"]["default"].is_object());
            }
        }
        let request = &document["components"]["schemas"]["PaymentRequest"];
        assert_eq!(request["additionalProperties"], false);
        assert_eq!(request["properties"]["amount"]["type"], "string");
    }

    fn collect_references(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Value::String(text) if name == "$ref" => drop(into.insert(text.clone())),
                        _ => collect_references(field, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
            _ => {}
        }
    }
}
