//! Payments from the request to their end.

use crate::support::{Signed, World, answer, ask, keyed};
use purser_domain::{AgentPolicy, Breakers};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

fn asking_above(amount: i64) -> AgentPolicy {
    AgentPolicy { review_above: Some(amount.into()), ..AgentPolicy::default() }
}

#[tokio::test]
async fn a_small_payment_succeeds_and_says_what_it_cost() {
    let world = World::new().await;
    let agent = world.agent("shopper", AgentPolicy::default()).await;
    let (status, paid) = world.post(&agent, "/v1/spend-requests", &ask("5.00")).await;
    assert_eq!(status, 200, "{paid}");
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(paid["verdict"], "allow");
    assert_eq!(paid["tier"], "autonomous");
    assert_eq!(paid["settled"], "5.00");
    assert_eq!(paid["sandbox"], true);
    assert_eq!(paid["repeated"], false);
    assert_eq!(paid["payee"]["host"], "acme.example");
    assert!(paid["receipt"]["reference"].as_str().unwrap().starts_with("sandbox-pay_"));
    assert_eq!(paid["metering"]["unit_cost"], "5.00");
    assert_eq!(paid["metering"]["session_total"], "5.00");
    assert_eq!(paid["metering"]["budget_remaining"], "195.00");

    let (status, again) = world.post(&agent, "/v1/spend-requests", &ask("5")).await;
    assert_eq!((status.as_u16(), &again["repeated"]), (200, &json!(true)), "{again}");
    assert_eq!(again["payment"], paid["payment"], "an equal request is the same purchase");

    let path = format!("/v1/spend-requests/{}", paid["payment"].as_str().unwrap());
    let (status, looked) = world.get(&agent, &path).await;
    assert_eq!((status.as_u16(), &looked["status"]), (200, &json!("succeeded")));

    let (_, budget) = world.get(&agent, "/v1/budget").await;
    assert_eq!(budget["currency"], "USD");
    let day = budget["budgets"].as_array().unwrap().iter().find(|l| l["label"] == "daily");
    assert_eq!(day.unwrap()["remaining"], "495.00");
}

#[tokio::test]
async fn a_refusal_names_rule_limit_and_observed_value() {
    let world = World::new().await;
    let agent = world.agent("shopper", AgentPolicy::default()).await;
    let (status, refused) = world.post(&agent, "/v1/spend-requests", &ask("600")).await;
    assert_eq!(status, 403);
    assert_eq!(refused["code"], "per_transaction_cap");
    assert_eq!((&refused["limit"], &refused["observed"]), (&json!("50"), &json!("600")));

    world.post(&agent, "/v1/spend-requests", &keyed("1", "key-1")).await;
    let (status, conflict) = world.post(&agent, "/v1/spend-requests", &keyed("2", "key-1")).await;
    assert_eq!((status.as_u16(), &conflict["code"]), (409, &json!("idempotency_conflict")));
    assert!(conflict["payment"].as_str().unwrap().starts_with("pay_"));

    let policy = AgentPolicy { rate_limit_per_minute: 1, ..AgentPolicy::default() };
    let hasty = world.agent("hasty", policy).await;
    world.post(&hasty, "/v1/spend-requests", &keyed("1", "a")).await;
    let token = world.token(&hasty).await;
    let body = keyed("1", "b").to_string();
    let request = Signed::post("/v1/spend-requests", &body).with(&token).send(&world, &hasty);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u32 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
}

#[tokio::test]
async fn who_waits_for_a_person_hears_of_the_approval() {
    let world = World::new().await;
    let agent = world.agent("shopper", asking_above(5)).await;
    let (status, pending) = world.post(&agent, "/v1/spend-requests", &ask("8")).await;
    assert_eq!(status, 202);
    assert_eq!(
        (&pending["status"], &pending["verdict"]),
        (&json!("pending_approval"), &json!("review"))
    );
    assert!(pending["what_to_do"].as_str().unwrap().contains("wait_for_decision"));
    assert!(pending["expires_at"].as_str().unwrap().ends_with('Z'));

    let payment = pending["payment"].as_str().unwrap();
    let path = format!("/v1/spend-requests/{payment}?wait=60");
    let (waited, ()) = tokio::join!(world.get(&agent, &path), world.approve(payment));
    assert_eq!((waited.0.as_u16(), &waited.1["status"]), (200, &json!("succeeded")));
}

#[tokio::test]
async fn who_waits_for_a_person_hears_of_the_denial_and_its_reason() {
    let world = World::new().await;
    let agent = world.agent("shopper", asking_above(5)).await;
    let (_, pending) = world.post(&agent, "/v1/spend-requests", &ask("8")).await;
    let payment = pending["payment"].as_str().unwrap();
    let path = format!("/v1/spend-requests/{payment}?wait=60");
    let deny = async {
        let reason = purser_domain::Claim::new("too dear", 100).unwrap();
        world.wallet().decline(payment.parse().unwrap(), Some(reason)).await.unwrap();
    };
    let (waited, ()) = tokio::join!(world.get(&agent, &path), deny);
    assert_eq!((waited.0.as_u16(), &waited.1["status"]), (200, &json!("declined")));
    assert_eq!(waited.1["problem"]["detail"], "too dear");
    assert_eq!(waited.1["verdict"], "deny");
    assert!(waited.1["what_to_do"].as_str().unwrap().starts_with("pause"));
}

#[tokio::test]
async fn an_agent_calls_off_its_own_payment_and_no_others() {
    let world = World::new().await;
    let (one, other) =
        (world.agent("one", asking_above(5)).await, world.agent("other", asking_above(5)).await);
    let (_, pending) = world.post(&one, "/v1/spend-requests", &ask("8")).await;
    let path = format!("/v1/spend-requests/{}", pending["payment"].as_str().unwrap());
    let cancel = format!("{path}/cancel");
    for (status, problem) in
        [world.get(&other, &path).await, world.post(&other, &cancel, &json!({})).await]
    {
        assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("no_such_payment")));
    }
    let (status, canceled) = world.post(&one, &cancel, &json!({})).await;
    assert_eq!((status.as_u16(), &canceled["status"]), (200, &json!("canceled")));
    let (status, late) = world.post(&one, &cancel, &json!({})).await;
    assert_eq!(status, 409, "{late}");
}

#[tokio::test]
async fn a_revoked_paused_or_frozen_agent_is_refused() {
    let world = World::new().await;
    let agent = world.agent("shopper", AgentPolicy::default()).await;
    let token = world.token(&agent).await;
    let pay = |key: &str| {
        let body = keyed("1", key).to_string();
        answer(Signed::post("/v1/spend-requests", &body).with(&token).send(&world, &agent))
    };
    world.wallet().freeze().await.unwrap();
    let (status, frozen) = pay("a").await;
    assert_eq!((status.as_u16(), &frozen["code"]), (403, &json!("wallet_frozen")));
    world.wallet().unfreeze().await.unwrap();
    world.wallet().pause_agent(agent.id).await.unwrap();
    let (status, paused) = pay("b").await;
    assert_eq!((status.as_u16(), &paused["code"]), (403, &json!("agent_paused")));
    world.wallet().resume_agent(agent.id).await.unwrap();
    assert_eq!(pay("c").await.0, 200);
    world.wallet().revoke_agent(agent.id).await.unwrap();
    let (status, revoked) = pay("d").await;
    assert_eq!((status.as_u16(), &revoked["code"]), (401, &json!("credential_revoked")));
    let body = json!({ "agent": agent.id.to_string() }).to_string();
    let renewal = Signed::post("/v1/credentials", &body).send(&world, &agent);
    let (status, revoked) = answer(renewal).await;
    assert_eq!((status.as_u16(), &revoked["code"]), (403, &json!("agent_revoked")));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_asked_twice_at_once_is_one_payment() {
    let world = World::new().await;
    let agent = world.agent("shopper", AgentPolicy::default()).await;
    let ask = keyed("5", "once");
    let (one, other) = tokio::join!(
        world.post(&agent, "/v1/spend-requests", &ask),
        world.post(&agent, "/v1/spend-requests", &ask),
    );
    assert_eq!((one.0.as_u16(), other.0.as_u16()), (200, 200), "{} {}", one.1, other.1);
    assert_eq!(one.1["payment"], other.1["payment"]);
    assert_ne!(one.1["repeated"], other.1["repeated"]);
    let (_, budget) = world.get(&agent, "/v1/budget").await;
    let day = budget["budgets"].as_array().unwrap().iter().find(|l| l["label"] == "daily");
    assert_eq!(day.unwrap()["settled"], "5.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_at_once_never_pass_a_cap() {
    let world = Arc::new(World::new().await);
    // 44 of them are refused, which must not pause the agent here.
    let breakers = Breakers { refusals: 1000, ..Breakers::default() };
    let policy = AgentPolicy {
        daily: 100.into(),
        rate_limit_per_minute: 6000,
        breakers,
        ..AgentPolicy::default()
    };
    let agent = Arc::new(world.agent("swarm", policy).await);
    let token: Arc<str> = world.token(&agent).await.into();
    let mut callers = JoinSet::new();
    for n in 0..64 {
        let (world, agent, token) = (Arc::clone(&world), Arc::clone(&agent), Arc::clone(&token));
        callers.spawn(async move {
            let body = keyed("5", &format!("caller-{n}")).to_string();
            let path = "/v1/spend-requests";
            answer(Signed::post(path, &body).with(&token).send(&world, &agent)).await
        });
    }
    let mut paid = BTreeSet::new();
    while let Some(answered) = callers.join_next().await {
        let (status, value) = answered.unwrap();
        match status.as_u16() {
            200 => assert!(paid.insert(value["payment"].as_str().unwrap().to_owned())),
            403 => assert_eq!(value["code"], "daily_cap", "{value}"),
            _ => panic!("{status} {value}"),
        }
    }
    assert_eq!(paid.len(), 20, "20 payments of 5 fill 100");
}

#[tokio::test]
async fn a_locked_wallet_says_so_at_once_to_who_asks_and_who_waits() {
    let world = World::new().await;
    let agent = world.agent("shopper", asking_above(5)).await;
    let (_, pending) = world.post(&agent, "/v1/spend-requests", &ask("8")).await;
    let path = format!("/v1/spend-requests/{}?wait=300", pending["payment"].as_str().unwrap());
    let token = world.token(&agent).await;
    let wait = Signed::get(&path).with(&token).send(&world, &agent);
    let (waited, ()) = tokio::join!(answer(wait), world.host.lock());
    assert_eq!((waited.0.as_u16(), &waited.1["code"]), (503, &json!("wallet_locked")));
    assert!(waited.1["what_to_do"].as_str().unwrap().contains("unlock"));
    let asked = Signed::get("/v1/budget").with(&token).send(&world, &agent);
    assert_eq!(answer(asked).await.1["code"], "wallet_locked");
    let (_, health) = answer(world.client.get(world.url("/health"))).await;
    assert_eq!(health, json!({ "status": "ok", "phase": "locked" }));
}
