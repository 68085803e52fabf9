//! Freezing, pausing and revoking really stop money (I6).

use super::support::*;
use crate::{AgentStatus, CommandError, PaymentStatus, Reply, StopReport};
use purser_domain::*;

struct Busy {
    world: World,
    waiting: PaymentId,
    approved: PaymentId,
    alone: PaymentId,
    submitted: PaymentId,
    unknown: PaymentId,
    others: PaymentId,
}

/// An agent with a payment in every state that is open, and another agent with one.
fn busy() -> Busy {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.issue(false);
    let paid = world.pay("1");
    assert!(world.status(paid).is_terminal());
    let submitted = world.reserve("5");
    world.submit(submitted);
    let unknown = world.reserve("5");
    world.submit(unknown);
    let resolution = Resolution::Unknown { problem: "timeout".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment: unknown, resolution });
    let waiting = world.reserve("600");
    let approved = world.reserve("600");
    world.approve(approved);
    let alone = world.reserve("5");
    let others = SpendRequest { agent: OTHER, ..request(7, "5") };
    let others = world.reserved(others);
    Busy { world, waiting, approved, alone, submitted, unknown, others }
}

fn stop(world: &mut World, command: Command) -> StopReport {
    match world.run(command) {
        Reply::Stopped(report) => report,
        reply => panic!("no report but {reply:?}"),
    }
}

fn canceled(cause: StopCause) -> PaymentStatus {
    PaymentStatus::Stopped(PaymentStop::Canceled { cause })
}

#[test]
fn a_freeze_calls_off_everything_that_is_not_submitted_and_lists_the_rest() {
    let Busy { mut world, waiting, approved, alone, submitted, unknown, others } = busy();
    let report = stop(&mut world, Command::Freeze);
    assert_eq!(report.canceled, [waiting, approved, alone, others]);
    assert_eq!(report.in_flight, [submitted, unknown]);
    assert!(report.credentials.is_empty(), "a freeze is undone; credentials stay");
    for payment in report.canceled {
        assert_eq!(*world.status(payment), canceled(StopCause::Frozen));
    }
    assert!(world.state.frozen());
    let again = stop(&mut world, Command::Freeze);
    assert_eq!((again.canceled, again.in_flight), (vec![], vec![submitted, unknown]));
    world.assert_replays();
    world.done(Command::Unfreeze);
    world.done(Command::Unfreeze);
    world.reserve("5");
    world.assert_replays();
}

#[test]
fn a_pause_stops_one_agent_and_no_other() {
    let Busy { mut world, waiting, approved, alone, submitted, unknown, others } = busy();
    let report = stop(&mut world, Command::PauseAgent(AGENT));
    assert_eq!(report.canceled, [waiting, approved, alone]);
    assert_eq!(report.in_flight, [submitted, unknown]);
    assert_eq!(*world.status(waiting), canceled(StopCause::Paused));
    assert_eq!(*world.status(others), PaymentStatus::Approved);
    let entries = world.log.len();
    assert!(stop(&mut world, Command::PauseAgent(AGENT)).canceled.is_empty());
    assert_eq!(world.log.len(), entries);
    assert_eq!(world.state.agent(AGENT).unwrap().status, AgentStatus::Paused);
    let late = world.submit_command(approved);
    assert_eq!(world.error(late), CommandError::AlreadyEnded);
    world.done(Command::ResumeAgent(AGENT));
    world.done(Command::ResumeAgent(AGENT));
    assert_eq!(world.log.len(), entries + 1);
    world.reserve("5");
    world.assert_replays();
}

#[test]
fn a_revocation_is_final_and_names_the_credentials_it_ended() {
    let Busy { mut world, waiting, submitted, unknown, .. } = busy();
    let report = stop(&mut world, Command::RevokeAgent(AGENT));
    assert_eq!(report.in_flight, [submitted, unknown]);
    assert_eq!(report.credentials, [CREDENTIAL]);
    assert!(world.state.credential(CREDENTIAL).unwrap().revoked);
    assert_eq!(*world.status(waiting), canceled(StopCause::Revoked));
    assert!(stop(&mut world, Command::RevokeAgent(AGENT)).credentials.is_empty());
    for command in [
        Command::ResumeAgent(AGENT),
        Command::PauseAgent(AGENT),
        Command::SetAgentPolicy { agent: AGENT, policy: wide(), presence: true },
        issue(CredentialId::from_random(9), at(NOON + HOUR), false),
    ] {
        assert_eq!(world.error(command), CommandError::AgentRevoked);
    }
    // What was in flight still comes home.
    world.succeed(submitted, "5");
    world.succeed(unknown, "4");
    assert_eq!(world.daily(), (dec("10"), dec("0")));
    world.assert_replays();
}

#[test]
fn a_revocation_names_only_credentials_that_still_held() {
    let mut world = World::new(wide());
    let id = CredentialId::from_random;
    let minutes = |minutes| at(NOON + minutes * MINUTE);
    world.done(issue(id(1), minutes(10), false));
    world.done(issue(id(2), minutes(20), false));
    world.done(issue(id(3), minutes(30), false));
    world.done(Command::RevokeCredential(id(3)));
    world.wait(10 * MINUTE);
    let report = stop(&mut world, Command::RevokeAgent(AGENT));
    assert_eq!(report.credentials, [id(2)]);
    assert!((1..=3).all(|n| world.state.credential(id(n)).unwrap().revoked));
    world.assert_replays();
}

#[test]
fn a_revoked_agents_name_is_free_and_its_id_is_not() {
    let mut world = World::new(wide());
    world.run(Command::RevokeAgent(AGENT));
    let same_id = Command::AddAgent(draft(AGENT, "Agent", wide()));
    assert_eq!(world.error(same_id), CommandError::AgentExists);
    world.done(Command::AddAgent(draft(OTHER, "agent", wide())));
    assert_eq!(world.state.agent_named("AGENT").unwrap().id, OTHER);
    world.assert_replays();
}

#[test]
fn stops_and_permits_need_an_agent() {
    let mut world = World::new(wide());
    for command in [
        Command::PauseAgent(OTHER),
        Command::ResumeAgent(OTHER),
        Command::RevokeAgent(OTHER),
        Command::SetAgentPolicy { agent: OTHER, policy: wide(), presence: true },
    ] {
        assert_eq!(world.error(command), CommandError::AgentNotFound);
    }
}

#[test]
fn a_stop_may_name_its_payments_in_any_order() {
    let mut world = World::new(wide());
    let mut waiting: Vec<PaymentId> = Vec::new();
    for _ in 0..5 {
        // Each has a deadline of its own.
        world.wait(MINUTE);
        waiting.push(world.reserve("600"));
    }
    let submitted = world.reserve("5");
    world.submit(submitted);
    let canceled: Vec<_> = [2, 0, 4, 1, 3].map(|n: usize| waiting[n]).to_vec();
    world.applies(Event::WalletFrozen { canceled }).unwrap();
    let open: Vec<_> = world.state.open_payments().map(|payment| payment.id()).collect();
    assert_eq!(open, [submitted]);
    assert_eq!(world.state.next_deadline(), None, "nothing is left to wait for");
    assert_eq!(world.daily(), (dec("0"), dec("5")));
    world.assert_replays();
}

#[test]
fn what_a_stop_calls_off_keeps_no_more_than_what_is_called_off_alone() {
    let mut world = World::new(wide());
    let wordy = |n| SpendRequest { context: Some(claim("a long story")), ..request(n, "600") };
    let (alone, together) = (wordy(1), wordy(2));
    let (alone, together) = (world.reserved(alone), world.reserved(together));
    world.done(Command::Cancel { payment: alone, agent: None, cause: StopCause::Owner });
    stop(&mut world, Command::Freeze);
    let context =
        |payment| world.state.payment(payment).unwrap().reservation.request.context.clone();
    assert_eq!((context(alone), context(together)), (None, None));
    world.assert_replays();
}
