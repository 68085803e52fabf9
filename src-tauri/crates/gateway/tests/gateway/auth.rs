//! Credentials and proofs that are wrong in every way.

use crate::support::{Agent, Signed, World, answer, ask};
use purser_domain::{AgentPolicy, Scope};
use purser_keys::{AgentKeyFile, HolderKey, hand_over};
use rust_decimal::Decimal;
use serde_json::{Value, json};

async fn code(request: reqwest::RequestBuilder) -> (u16, String) {
    let (status, value): (_, Value) = answer(request).await;
    (status.as_u16(), value["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

async fn shopper(world: &World) -> (Agent, String) {
    let agent = world.agent("shopper", AgentPolicy::default()).await;
    let token = world.token(&agent).await;
    (agent, token)
}

#[tokio::test]
async fn without_a_credential_nothing_is_answered() {
    let world = World::new().await;
    let before = world.entries().await;
    for request in [
        world.client.get(world.url("/v1/budget")),
        world.client.post(world.url("/v1/spend-requests")).json(&ask("1")),
        world.client.post(world.url("/v1/fetch")).json(&json!({ "url": "https://a.example" })),
        world.client.post(world.url("/mcp")).json(&json!({})),
        world.client.get(world.url("/v1/budget")).header("authorization", "Basic eDp5"),
        world.client.get(world.url("/v1/budget")).header("authorization", "Purser"),
    ] {
        assert_eq!(code(request).await, refused("credential_missing"));
    }
    let forged = world.client.get(world.url("/v1/budget")).bearer_auth("not-a-token");
    assert_eq!(code(forged).await, refused("credential_invalid"));
    assert_eq!(world.entries().await, before, "strangers can't fill the log");
}

#[tokio::test]
async fn a_credential_without_its_proof_is_worth_nothing() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let bare = world.client.get(world.url("/v1/budget"));
    let unsigned = bare.try_clone().unwrap().header("authorization", format!("Purser {token}"));
    assert_eq!(code(unsigned).await, refused("holder_proof_missing"));
    assert_eq!(code(bare.bearer_auth(&token)).await, refused("holder_proof_missing"));
    let other = world.agent("other", AgentPolicy::default()).await;
    let stolen = Signed::get("/v1/budget").with(&token).send(&world, &other);
    assert_eq!(code(stolen).await, refused("proof_invalid"));
    let good = Signed::get("/v1/budget").with(&token).send(&world, &agent);
    assert_eq!(answer(good).await.0, 200);
}

#[tokio::test]
async fn a_credential_that_was_handed_over_takes_the_new_key_and_what_was_left() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let key = HolderKey::generate().unwrap();
    let scope = Scope { per_transaction: Some(Decimal::from(3)), ..Scope::default() };
    let handed = hand_over(&token, &agent.key.key, &key.public(), &scope, None).unwrap();
    let key = AgentKeyFile { agent: agent.id, name: "its helper".to_owned(), key };
    let helper = Agent { id: agent.id, key };
    let pay = async |token: &str, amount: &str, by: &Agent| {
        let body = ask(amount).to_string();
        code(Signed::post("/v1/spend-requests", &body).with(token).send(&world, by)).await
    };
    assert_eq!(pay(&handed.token, "3", &agent).await, refused("proof_invalid"), "the old key");
    assert_eq!(pay(&token, "3", &helper).await, refused("proof_invalid"), "the old token");
    assert_eq!(pay(&handed.token, "3", &helper).await.0, 200);
    let above = pay(&handed.token, "3.01", &helper).await;
    assert_eq!(above, (403, "credential_cap".to_owned()));
    assert_eq!(pay(&token, "3.01", &agent).await.0, 200, "the first one is as it was");
    // It renews nothing: that takes the agent's own key.
    let body = json!({ "agent": agent.id.to_string() }).to_string();
    let renewed = Signed::post("/v1/credentials", &body).send(&world, &helper);
    assert_eq!(code(renewed).await, refused("proof_invalid"));
}

#[tokio::test]
async fn a_proof_holds_for_its_own_request_only() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let body = ask("1").to_string();
    let changed = ask("2").to_string();
    let signed = Signed::post("/v1/spend-requests", &body).with(&token);
    assert_eq!(
        code(signed.send(&world, &agent).body(changed)).await,
        refused("proof_invalid"),
        "another body"
    );
    let moved = Signed::get("/v1/budget?x=1").with(&token).send(&world, &agent);
    let moved = moved.build().unwrap();
    let mut elsewhere = world.client.get(world.url("/v1/budget"));
    for (name, value) in moved.headers() {
        elsewhere = elsewhere.header(name, value);
    }
    assert_eq!(code(elsewhere).await, refused("proof_invalid"), "another query");
    let twice = signed.send(&world, &agent).header("signature", "purser=:AAAA:");
    assert_eq!(code(twice).await, refused("proof_invalid"), "two signatures");
}

#[tokio::test]
async fn a_proof_counts_once() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let request = Signed::get("/v1/budget").with(&token).send(&world, &agent);
    let replay = request.try_clone().unwrap();
    assert_eq!(answer(request).await.0, 200);
    assert_eq!(code(replay).await, refused("proof_replayed"));
    let body = json!({ "agent": agent.id.to_string() }).to_string();
    let renewal = Signed::post("/v1/credentials", &body).send(&world, &agent);
    let replay = renewal.try_clone().unwrap();
    assert_eq!(answer(renewal).await.0, 200);
    assert_eq!(code(replay).await, refused("proof_replayed"));
}

#[tokio::test]
async fn proofs_from_the_future_the_past_and_before_the_start_are_refused() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let at = |skew_s: i64| {
        let signed = Signed { skew_s, ..Signed::get("/v1/budget").with(&token) };
        code(signed.send(&world, &agent))
    };
    assert_eq!(at(62).await, refused("proof_clock"));
    assert_eq!(at(-5).await, refused("proof_clock"), "signed before the gateway began");
    assert_eq!(at(50).await.0, 200);
    world.pass_seconds(120);
    assert_eq!(at(-62).await, refused("proof_clock"));
    assert_eq!(at(-50).await.0, 200);
}

#[tokio::test]
async fn expired_and_foreign_credentials_are_refused() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let stranger = World::new().await;
    let (_, foreign) = shopper(&stranger).await;
    let forged = Signed::get("/v1/budget").with(&foreign).send(&world, &agent);
    assert_eq!(code(forged).await, refused("credential_unknown"));
    world.pass_seconds(2 * 60 * 60);
    let late = Signed::get("/v1/budget").with(&token).send(&world, &agent);
    assert_eq!(code(late).await, refused("credential_expired"));
    let cut = Signed::get("/v1/budget").with(&token[..80]).send(&world, &agent);
    assert_eq!(code(cut).await, refused("credential_invalid"));
}

#[tokio::test]
async fn only_the_agents_own_key_renews_its_credential() {
    let world = World::new().await;
    let (agent, _) = shopper(&world).await;
    let other = world.agent("other", AgentPolicy::default()).await;
    let body = json!({ "agent": agent.id.to_string() }).to_string();
    let stolen = Signed::post("/v1/credentials", &body).send(&world, &other);
    assert_eq!(code(stolen).await, refused("proof_invalid"));
    let unsigned = world.client.post(world.url("/v1/credentials"));
    let unsigned = unsigned.header("content-type", "application/json").body(body.clone());
    assert_eq!(code(unsigned).await, refused("holder_proof_missing"));
    let nobody = json!({ "agent": "agt_00000000000000000000000000" }).to_string();
    let unknown = Signed::post("/v1/credentials", &nobody).send(&world, &agent);
    assert_eq!(code(unknown).await, (403, "agent_unknown".to_owned()));
    for _ in 0..40 {
        let (status, _) = code(Signed::post("/v1/credentials", &body).send(&world, &agent)).await;
        if status == 429 {
            return;
        }
    }
    panic!("renewals are counted");
}

#[tokio::test]
async fn a_bearer_credential_works_only_where_the_owner_allows_it() {
    let world = World::new().await;
    let policy = AgentPolicy { allow_bearer: true, ..AgentPolicy::default() };
    let allowed = world.agent("allowed", policy).await;
    let token = world.door(&allowed).bearer_credential().await.unwrap().token;
    let budget = || world.client.get(world.url("/v1/budget")).bearer_auth(&token);
    assert_eq!(answer(budget()).await.0, 200);
    let denied = world.agent("denied", AgentPolicy::default()).await;
    let problem = world.door(&denied).bearer_credential().await.err().unwrap();
    assert_eq!(problem.code, "bearer_not_allowed");
    let policy = AgentPolicy::default();
    world.wallet().set_agent_policy(allowed.id, policy, true).await.unwrap();
    assert_eq!(code(budget()).await, refused("holder_proof_missing"), "the owner took it back");
}
