//! A hostile agent does not fill the log, and no attempt of its goes uncounted.

use super::support::*;
use crate::{ApplyError, CommandError, Decision, Reply, SpendReply, Uncounted};
use purser_domain::*;

const WHOLE: u32 = crate::decide::WHOLE_A_MINUTE;

fn ask(world: &mut World, shown: Option<Presented>) -> Decision {
    let request = Box::new(world.fresh("1"));
    world.decide(&Command::Spend { request, presented: shown })
}

/// Fills the minute with refusals that are logged whole.
fn fill(world: &mut World, shown: Option<&Presented>) {
    for _ in 0..WHOLE {
        let decision = ask(world, shown.cloned());
        assert_eq!((decision.events.len(), decision.coalesce), (1, None));
        let request = world.fresh("1");
        world.ask_with(request, shown.cloned());
    }
}

fn uncounted(world: &mut World, shown: Option<&Presented>) -> Refusal {
    let decision = ask(world, shown.cloned());
    assert!(decision.events.is_empty());
    let Uncounted { agent, refusal } = decision.coalesce.unwrap();
    assert_eq!(agent, AGENT);
    assert_eq!(decision.reply, Reply::Spend(SpendReply::Refused(refusal.clone())));
    refusal
}

#[test]
fn early_refusals_are_logged_whole_ten_times_in_a_minute() {
    for (stop, refusal) in [
        (Command::PauseAgent(AGENT), Refusal::AgentPaused),
        (Command::Freeze, Refusal::WalletFrozen),
        (Command::RevokeAgent(AGENT), Refusal::AgentRevoked),
    ] {
        let mut world = World::new(wide());
        world.run(stop);
        fill(&mut world, None);
        assert_eq!(uncounted(&mut world, None), refusal);
        world.wait(MINUTE - 1);
        assert_eq!(uncounted(&mut world, None), refusal);
        world.wait(1);
        fill(&mut world, None);
        assert_eq!(uncounted(&mut world, None), refusal);
        world.assert_replays();
    }
}

#[test]
fn refusals_of_the_rate_and_of_the_credential_are_counted_together_too() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 1, ..wide() });
    world.reserve("1");
    fill(&mut world, None);
    assert!(matches!(uncounted(&mut world, None), Refusal::RateLimited { limit: 1, .. }));
    let mut world = World::new(wide());
    fill(&mut world, Some(&presented()));
    assert_eq!(uncounted(&mut world, Some(&presented())), Refusal::CredentialUnknown);
}

#[test]
fn each_agent_has_its_own_ten() {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.run(Command::Freeze);
    fill(&mut world, None);
    let request = SpendRequest { agent: OTHER, ..world.fresh("1") };
    let command = Command::Spend { request: Box::new(request), presented: None };
    assert_eq!(world.decide(&command).coalesce, None);
    let nobody = SpendRequest { agent: AgentId::from_random(99), ..world.fresh("1") };
    let command = Command::Spend { request: Box::new(nobody), presented: None };
    assert_eq!(world.decide(&command).coalesce, None, "nobody's attempts are counted for nobody");
}

#[test]
fn refusals_of_later_steps_are_always_logged_whole() {
    let mut world = World::new(policy(r#"{"per_transaction":"1"}"#));
    for _ in 0..3 * WHOLE {
        let request = world.fresh("5");
        let command = Command::Spend { request: Box::new(request), presented: None };
        assert_eq!(world.decide(&command).coalesce, None);
        world.run(command);
    }
    // They count against the rate, as before.
    world.wait(MINUTE);
    for _ in 0..60 {
        world.reserve("1");
    }
    let request = world.fresh("1");
    assert!(matches!(world.refusal(request), Refusal::RateLimited { .. }));
}

#[test]
fn what_could_not_be_read_is_counted_together_and_uses_up_no_rate() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 1, ..wide() });
    let problem = "body_invalid".to_owned();
    let reject =
        Command::RejectAttempt { agent: AGENT, problem: problem.clone(), detail: claim("x") };
    for _ in 0..WHOLE {
        assert_eq!(world.decide(&reject).coalesce, None);
        world.done(reject.clone());
    }
    let decision = world.decide(&reject);
    let refusal = Refusal::AttemptRejected { problem };
    assert_eq!(refusal.code(), "attempt_rejected");
    let counted = Uncounted { agent: AGENT, refusal: refusal.clone() };
    assert_eq!((decision.events, decision.reply), (Vec::new(), Reply::Done));
    assert_eq!(decision.coalesce, Some(counted));
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: u32::MAX });
    // Whoever sent it may hold the credential without the agent's key.
    world.reserve("1");
    let request = world.fresh("1");
    assert!(matches!(world.refusal(request), Refusal::RateLimited { limit: 1, .. }));
    world.assert_replays();
}

#[test]
fn what_was_refused_early_uses_up_no_rate_and_counted_strangers_are_no_activity() {
    let mut world = World::new(wide());
    let refusal = Refusal::CredentialUnknown;
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 500 });
    assert_eq!(world.state.agent(AGENT).unwrap().last_activity_at, None);
    let refusal = Refusal::RateLimited { limit: 60, retry_after_s: 1 };
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 30 });
    assert_eq!(world.state.agent(AGENT).unwrap().last_activity_at, Some(at(NOON)));
    world.reserve("1");
}

#[test]
fn nothing_is_counted_for_nobody_or_no_times() {
    let mut world = World::new(wide());
    let refusal = || Refusal::AgentPaused;
    let nobody = Command::NoteRefusals { agent: OTHER, refusal: refusal(), count: 1 };
    assert_eq!(world.error(nobody), CommandError::AgentNotFound);
    let entries = world.log.len();
    world.done(Command::NoteRefusals { agent: AGENT, refusal: refusal(), count: 0 });
    assert_eq!(world.log.len(), entries);
    for (agent, count, error) in [
        (OTHER, 1, ApplyError::UnknownAgent(OTHER)),
        (AGENT, 0, ApplyError::Arrow { event: "attempts_refused" }),
    ] {
        let event = Event::AttemptsRefused { agent, refusal: refusal(), count };
        let seq = world.state.next_seq();
        let entry = Entry { seq, at_ms: at(NOON), clock_ms: None, event };
        assert_eq!(world.state.clone().apply(&entry), Err(error));
    }
}

#[test]
fn a_clock_that_was_set_right_does_not_keep_the_minute_full() {
    let mut world = World::new(wide());
    world.run(Command::PauseAgent(AGENT));
    world.wait(400 * DAY);
    fill(&mut world, Some(&presented()));
    world.wait(-400 * DAY);
    let refusal = uncounted(&mut world, Some(&presented()));
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 1 });
    world.wait(MINUTE);
    assert_eq!(ask(&mut world, Some(presented())).coalesce, None);
}

#[test]
fn asks_for_sessions_are_counted_together_only_when_they_are_refused_early() {
    let mut world = World::new(AgentPolicy { require_session: true, ..wide() });
    let asks =
        |world: &World| open_session(AGENT, SessionActor::Agent, world.terms("s1", "10", 30));
    for _ in 0..2 * WHOLE {
        let ask = asks(&world);
        assert_eq!(world.decide(&ask).coalesce, None);
        assert_eq!(world.run(ask), Reply::Refused(Refusal::SessionNotAllowed));
    }
    world.run(Command::PauseAgent(AGENT));
    for _ in 0..WHOLE {
        let ask = asks(&world);
        assert_eq!(world.decide(&ask).coalesce, None);
        assert_eq!(world.run(ask), Reply::Refused(Refusal::AgentPaused));
    }
    let decision = world.decide(&asks(&world));
    let counted = Uncounted { agent: AGENT, refusal: Refusal::AgentPaused };
    assert_eq!((decision.events, decision.coalesce), (Vec::new(), Some(counted)));
    world.assert_replays();
}
