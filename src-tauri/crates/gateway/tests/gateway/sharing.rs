//! Sub-agents and sessions as agents ask for them.

use crate::support::{Agent, Signed, World, answer, ask, keyed};
use purser_domain::{AgentId, AgentPolicy, PayeeKey, Scope};
use purser_keys::{AgentKeyFile, HolderKey, hand_over};
use serde_json::{Value, json};

/// What an agent sends to get a sub-agent, and the sub-agent's key.
fn wish(name: &str, amount: &str) -> (Value, HolderKey) {
    let key = HolderKey::generate().unwrap();
    let public: String = key.public().iter().map(|byte| format!("{byte:02x}")).collect();
    (json!({ "name": name, "public_key": public, "amount": amount, "interval": "daily" }), key)
}

async fn sub_agent(world: &World, parent: &Agent, name: &str, amount: &str) -> Agent {
    let (wish, key) = wish(name, amount);
    let (status, added) = world.post(parent, "/v1/delegations", &wish).await;
    assert_eq!(status, 201, "{added}");
    agent(added["agent"].as_str().unwrap(), key)
}

fn agent(id: &str, key: HolderKey) -> Agent {
    let id: AgentId = id.parse().unwrap();
    Agent { id, key: AgentKeyFile { agent: id, name: "a sub-agent".to_owned(), key } }
}

#[tokio::test]
async fn a_credential_for_a_while_makes_no_agent_for_ever() {
    let world = World::new().await;
    let dispatcher = world.agent("dispatcher", AgentPolicy::default()).await;
    let token = world.token(&dispatcher).await;
    let helper = HolderKey::generate().unwrap();
    let (own, soon) = (&dispatcher.key.key, Some(world.clock()().plus_seconds(300)));
    let scope = Scope::default();
    let handed = hand_over(&token, own, &helper.public(), &scope, None).unwrap();
    let short = hand_over(&token, own, &own.public(), &scope, soon).unwrap();
    let helper = agent(&dispatcher.id.to_string(), helper);
    let (wish, _) = wish("forever", "10");
    let body = wish.to_string();
    for (token, by) in [(&handed.token, &helper), (&short.token, &dispatcher)] {
        let request = Signed::post("/v1/delegations", &body).with(token).send(&world, by);
        let (status, refused) = answer(request).await;
        assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("own_credential_needed")));
    }
    let request = Signed::post("/v1/delegations", &body).with(&token).send(&world, &dispatcher);
    assert_eq!(answer(request).await.0, 201);
}

#[tokio::test]
async fn a_bearer_hands_on_nothing() {
    let world = World::new().await;
    let policy = AgentPolicy { allow_bearer: true, ..AgentPolicy::default() };
    let dispatcher = world.agent("dispatcher", policy).await;
    let token = world.door(&dispatcher).bearer_credential().await.unwrap().token;
    let (wish, _) = wish("forever", "10");
    let request = world.client.post(world.url("/v1/delegations")).bearer_auth(&token);
    let (status, refused) = answer(request.json(&wish)).await;
    assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("own_credential_needed")));
}

#[tokio::test]
async fn an_allocation_that_was_raised_can_be_spent() {
    let world = World::new().await;
    let dispatcher = world.agent("dispatcher", AgentPolicy::default()).await;
    let worker = sub_agent(&world, &dispatcher, "worker", "10").await;
    let (status, refused) = world.post(&worker, "/v1/spend-requests", &ask("11")).await;
    assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("allocation_limit")));
    let raise = json!({ "agent": worker.id.to_string(), "amount": "40", "interval": "daily" });
    let (status, raised) = world.post(&dispatcher, "/v1/delegations/change", &raise).await;
    assert_eq!((status.as_u16(), &raised["remaining"]), (200, &json!("40.00")), "{raised}");
    let (status, paid) = world.post(&worker, "/v1/spend-requests", &keyed("30", "a")).await;
    assert_eq!((status.as_u16(), &paid["status"]), (200, &json!("succeeded")), "{paid}");
}

#[tokio::test]
async fn what_waits_in_a_session_ends_with_it() {
    let world = World::new().await;
    let policy = AgentPolicy { review_above: Some(5.into()), ..AgentPolicy::default() };
    let agent = world.agent("shopper", policy).await;
    let open = json!({ "purpose": "a task", "ceiling": "10" });
    let (status, session) = world.post(&agent, "/v1/sessions", &open).await;
    assert_eq!(status, 201, "{session}");
    let mut asked = keyed("6", "a");
    asked["session"] = session["session"].clone();
    let (_, waiting) = world.post(&agent, "/v1/spend-requests", &asked).await;
    assert_eq!(waiting["status"], "pending_approval", "{waiting}");
    let close = json!({ "session": session["session"] });
    assert_eq!(world.post(&agent, "/v1/sessions/close", &close).await.0, 200);
    let path = format!("/v1/spend-requests/{}", waiting["payment"].as_str().unwrap());
    let (_, ended) = world.get(&agent, &path).await;
    let said = (&ended["status"], &ended["problem"]["code"]);
    assert_eq!(said, (&json!("canceled"), &json!("session_over")), "{ended}");
}

#[tokio::test]
async fn a_sub_agent_may_be_kept_to_some_hosts_though_its_parent_has_others_blocked() {
    let world = World::new().await;
    let blocked = PayeeKey::new("host:bad.example").unwrap();
    let policy = AgentPolicy { blocked_payees: vec![blocked], ..AgentPolicy::default() };
    let dispatcher = world.agent("dispatcher", policy).await;
    let (mut wish, key) = wish("worker", "10");
    wish["hosts"] = json!(["acme.example"]);
    let (status, added) = world.post(&dispatcher, "/v1/delegations", &wish).await;
    assert_eq!(status, 201, "{added}");
    let worker = agent(added["agent"].as_str().unwrap(), key);
    assert_eq!(world.post(&worker, "/v1/spend-requests", &ask("1")).await.0, 200);
    let (mut wish, _) = self::wish("another", "10");
    wish["hosts"] = json!(["bad.example"]);
    let (status, refused) = world.post(&dispatcher, "/v1/delegations", &wish).await;
    assert_eq!(status, 403, "{refused}");
}
