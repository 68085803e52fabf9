//! The arrows of a payment's life, and those that do not exist.

use super::support::*;
use crate::{CommandError, PaymentStatus, Reply};
use purser_domain::*;

fn failed() -> Resolution {
    Resolution::Failed { problem: "declined".to_owned(), detail: claim("card declined") }
}

fn unknown(problem: &str) -> Resolution {
    Resolution::Unknown { problem: problem.to_owned(), detail: claim("") }
}

fn succeeded(settled: &str) -> Resolution {
    Resolution::Succeeded { settled: dec(settled), receipt: receipt() }
}

/// A world with a payment of 600 that waits for the owner.
fn waiting() -> (World, PaymentId) {
    let mut world = World::new(wide());
    let payment = world.reserve("600");
    (world, payment)
}

#[test]
fn a_payment_settles_what_was_paid_and_releases_the_rest() {
    let mut world = World::new(wide());
    let payment = world.reserve("9");
    assert_eq!(world.daily(), (dec("0"), dec("9")));
    let authorized = world.submit(payment);
    assert_eq!((authorized.payment(), authorized.worth()), (payment, Some(dec("9"))));
    assert_eq!(authorized.valid_until(), at(NOON + MINUTE));
    assert_eq!(authorized.request().amount.amount(), dec("9"));
    assert_eq!(*world.status(payment), PaymentStatus::Submitted { valid_until: at(NOON + MINUTE) });
    world.wait(SECOND).succeed(payment, "7.5");
    assert_eq!(world.daily(), (dec("7.5"), dec("0")));
    let ended = world.state.payment(payment).unwrap();
    assert_eq!((ended.requested_at, ended.updated_at), (at(NOON), at(NOON + SECOND)));
    assert_eq!(world.state.open_payments().count(), 0);
    world.assert_replays();
}

#[test]
fn an_approved_payment_may_be_submitted_once() {
    let (mut world, payment) = waiting();
    let submit = world.submit_command(payment);
    assert_eq!(world.error(submit), CommandError::NotCleared);
    world.approve(payment);
    assert_eq!(*world.status(payment), PaymentStatus::Approved);
    assert_eq!(world.state.payment(payment).unwrap().approvals, [OWNER]);
    world.submit(payment);
    let submit = world.submit_command(payment);
    assert_eq!(world.error(submit), CommandError::AlreadySubmitted);
    world.succeed(payment, "600");
    let submit = world.submit_command(payment);
    assert_eq!(world.error(submit), CommandError::AlreadyEnded);
    world.assert_replays();
}

#[test]
fn an_approval_counts_only_from_an_approver_over_this_digest_in_time() {
    let (mut world, payment) = waiting();
    let digest = world.approval(payment).digest;
    let stranger = ApproverId::from_random(99);
    let error = world.error(Command::Approve { payment, approver: stranger, digest });
    assert_eq!(error, CommandError::NotAnApprover);
    let other = Digest::of_bytes(b"another request");
    let error = world.error(Command::Approve { payment, approver: OWNER, digest: other });
    assert_eq!(error, CommandError::DigestChanged);
    let missing = PaymentId::from_random(999);
    let error = world.error(Command::Approve { payment: missing, approver: OWNER, digest });
    assert_eq!(error, CommandError::PaymentNotFound);
    world.approve(payment);
    let error = world.error(Command::Approve { payment, approver: OWNER, digest });
    assert_eq!(error, CommandError::AlreadyDecided);
    let alone = world.reserve("5");
    let error = world.error(Command::Approve { payment: alone, approver: OWNER, digest });
    assert_eq!(error, CommandError::AlreadyDecided);
    world.assert_replays();
}

#[test]
fn a_quorum_needs_different_approvers() {
    let mut world = World::new(wide());
    let payment = world.reserve("6000");
    // The engine registers one approver so far; entries may name more.
    let second = ApproverId::from_random(50);
    let mut entry = world.log.pop().unwrap();
    let Event::SpendReserved { reservation } = &mut entry.event else { panic!() };
    let approval = reservation.approval.as_mut().unwrap();
    approval.approvers.push(second);
    approval.needed = 2;
    let digest = approval.digest;
    world.state = crate::State::default();
    world.log.push(entry);
    world.planted = true;
    for entry in world.log.clone() {
        world.state.apply(&entry).unwrap();
    }
    world.done(Command::Approve { payment, approver: OWNER, digest });
    assert_eq!(*world.status(payment), PaymentStatus::PendingApproval);
    let error = world.error(Command::Approve { payment, approver: OWNER, digest });
    assert_eq!(error, CommandError::ApprovedTwice);
    let submit = world.submit_command(payment);
    assert_eq!(world.error(submit), CommandError::NotCleared);
    world.done(Command::Approve { payment, approver: second, digest });
    world.submit(payment);
    world.assert_replays();
}

#[test]
fn a_declined_payment_releases_what_it_held_and_keeps_the_reason() {
    let (mut world, payment) = waiting();
    let reason = Some(claim("too dear"));
    let stranger = ApproverId::from_random(99);
    let by = |approver| Command::Decline { payment, approver, reason: reason.clone() };
    assert_eq!(world.error(by(stranger)), CommandError::NotAnApprover);
    world.done(by(OWNER));
    let stop = PaymentStop::Declined { approver: OWNER, reason: reason.clone() };
    assert_eq!(*world.status(payment), PaymentStatus::Stopped(stop));
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    assert_eq!(world.error(by(OWNER)), CommandError::AlreadyDecided);
    assert_eq!(world.state.next_deadline(), None);
}

#[test]
fn nobody_deciding_in_time_declines() {
    let (mut world, payment) = waiting();
    assert_eq!(world.state.next_deadline(), Some(at(NOON + HOUR)));
    world.wait(HOUR - 1).done(Command::Tick);
    assert_eq!(*world.status(payment), PaymentStatus::PendingApproval);
    world.wait(1).done(Command::Tick);
    assert_eq!(*world.status(payment), PaymentStatus::Stopped(PaymentStop::Expired));
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    assert_eq!(world.state.next_deadline(), None);
    world.assert_replays();
}

#[test]
fn a_decision_after_the_time_is_refused_and_expires_the_payment() {
    let decisions: [fn(&World, PaymentId) -> Command; 3] = [
        |world, payment| {
            let digest = world.approval(payment).digest;
            Command::Approve { payment, approver: OWNER, digest }
        },
        |_, payment| Command::Decline { payment, approver: OWNER, reason: None },
        |world, payment| world.submit_command(payment),
    ];
    for (index, decision) in decisions.into_iter().enumerate() {
        let (mut world, payment) = waiting();
        if index == 2 {
            world.approve(payment);
        }
        world.wait(HOUR);
        let command = decision(&world, payment);
        assert_eq!(world.error(command), CommandError::ApprovalExpired);
        assert_eq!(*world.status(payment), PaymentStatus::Stopped(PaymentStop::Expired));
        world.assert_replays();
    }
}

#[test]
fn a_tick_declines_the_earliest_first() {
    let mut world = World::new(wide());
    let slow = world.reserve("600");
    let fast = world.reserve("6000");
    world.wait(HOUR).done(Command::Tick);
    let stopped: Vec<_> =
        world.log.iter().rev().take(2).map(|entry| entry.event.payment()).collect();
    assert_eq!(stopped, [Some(slow), Some(fast)]);
    assert_eq!(world.decide(&Command::Tick).events, []);
}

#[test]
fn an_agent_cancels_only_its_own_and_only_before_submission() {
    let mut world = World::new(wide());
    let payment = world.reserve("5");
    let by = |agent, cause| Command::Cancel { payment, agent, cause };
    let error = world.error(by(Some(OTHER), StopCause::Agent));
    assert_eq!(error, CommandError::NotTheAgents);
    world.done(by(Some(AGENT), StopCause::Owner));
    let stop = PaymentStop::Canceled { cause: StopCause::Agent };
    assert_eq!(*world.status(payment), PaymentStatus::Stopped(stop), "the cause is what is true");
    assert_eq!(world.error(by(None, StopCause::Owner)), CommandError::AlreadyEnded);
    let payment = world.reserve("5");
    world.submit(payment);
    let cancel = Command::Cancel { payment, agent: None, cause: StopCause::Owner };
    assert_eq!(world.error(cancel), CommandError::AlreadySubmitted);
    let (waiting, cause) = (world.reserve("600"), StopCause::Owner);
    world.done(Command::Cancel { payment: waiting, agent: None, cause });
    assert_eq!(world.state.next_deadline(), None);
}

#[test]
fn an_unknown_outcome_keeps_what_it_holds_until_it_is_known() {
    let mut world = World::new(wide());
    let payment = world.reserve("9");
    let resolve = |resolution| Command::Resolve { payment, resolution };
    assert_eq!(world.error(resolve(failed())), CommandError::NotSubmitted);
    world.submit(payment);
    world.done(resolve(unknown("timeout")));
    assert_eq!(world.daily(), (dec("0"), dec("9")));
    let valid_until = at(NOON + MINUTE);
    assert!(matches!(
        world.status(payment),
        PaymentStatus::Unknown { valid_until: until, .. } if *until == valid_until
    ));
    let entries = world.log.len();
    world.done(resolve(unknown("timeout")));
    assert_eq!(world.log.len(), entries, "the same finding is no news");
    world.done(resolve(unknown("rail_down")));
    assert_eq!(world.log.len(), entries + 1);
    world.done(resolve(failed()));
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    world.done(resolve(failed()));
    assert_eq!(world.error(resolve(unknown("late"))), CommandError::AlreadyEnded);
    assert_eq!(world.error(resolve(succeeded("9"))), CommandError::AlreadyEnded);
    world.assert_replays();
}

#[test]
fn a_settled_amount_is_above_zero_and_at_most_what_was_asked() {
    let mut world = World::new(wide());
    let payment = world.reserve("9");
    world.submit(payment);
    let resolve = |settled| Command::Resolve { payment, resolution: succeeded(settled) };
    for bad in ["0", "9.000000000001", "0.0000000000001"] {
        assert_eq!(world.error(resolve(bad)), CommandError::InvalidSettled, "{bad}");
    }
    world.done(resolve("0.000000000001"));
    assert_eq!(world.daily().0, dec("0.000000000001"));
    world.done(resolve("0.000000000001"));
    assert_eq!(world.error(resolve("1")), CommandError::AlreadyEnded);
}

#[test]
fn an_authorization_ends_after_now_and_within_ten_minutes() {
    let mut world = World::new(wide());
    let payment = world.reserve("9");
    let submit = |ms| Command::Submit { payment, valid_until: at(ms) };
    assert_eq!(world.error(submit(NOON)), CommandError::ValidUntil);
    assert_eq!(world.error(submit(NOON + 10 * MINUTE + 1)), CommandError::ValidUntil);
    assert!(matches!(world.run(submit(NOON + 10 * MINUTE)), Reply::Authorized(_)));
}

#[test]
fn an_ended_payment_keeps_what_was_bought_and_drops_the_long_texts() {
    let mut world = World::new(wide());
    let mut request = request(1, "9");
    request.context = Some(claim("because"));
    let (id, origin) = (Label::new("trip").unwrap(), TaskOrigin::HostHook);
    request.task = Some(Task { id, text: claim("book a hotel"), origin });
    let (method, instruction) = ("sandbox".to_owned(), "{}".to_owned());
    request.terms = Some(Terms { method, fetches: None, description: None, instruction });
    let parameters = request.parameters_digest().unwrap();
    let payment = world.reserved(request.clone());
    assert_eq!(world.state.payment(payment).unwrap().reservation.request, request);
    world.submit(payment);
    world.succeed(payment, "9");
    let kept = &world.state.payment(payment).unwrap().reservation.request;
    assert_eq!((&kept.context, &kept.terms), (&None, &None));
    assert_eq!(kept.parameters_digest().unwrap(), parameters);
}

#[test]
fn open_payments_stand_in_the_order_they_were_asked() {
    let mut world = World::new(wide());
    let ids = [900, 100, 500].map(|n| world.reserved(request(n, "5")));
    let open: Vec<_> = world.state.open_payments().map(crate::Payment::id).collect();
    assert_eq!(open, ids);
}

#[test]
fn a_submitted_payment_has_no_deadline_left() {
    let (mut world, payment) = waiting();
    world.approve(payment);
    assert_eq!(world.state.next_deadline(), Some(at(NOON + HOUR)), "approved, not submitted");
    world.submit(payment);
    assert_eq!(world.state.next_deadline(), None);
    world.wait(2 * HOUR).done(Command::Tick);
    assert!(world.status(payment).is_in_flight());
    world.succeed(payment, "600");
    world.assert_replays();
}

/// Submits an approved payment of 600 after the state was bent in a way that no entries can.
fn submit_bent(bend: fn(&mut crate::State, PaymentId)) -> CommandError {
    let (mut world, payment) = waiting();
    world.approve(payment);
    bend(&mut world.state, payment);
    match world.decide(&world.submit_command(payment)) {
        crate::Decision { events, reply: Reply::Error(error), .. } if events.is_empty() => error,
        decision => panic!("{decision:?}"),
    }
}

#[test]
fn a_submission_checks_everything_once_more() {
    let error = submit_bent(|state, _| state.frozen = true);
    assert_eq!(error, CommandError::Frozen);
    let error = submit_bent(|state, _| {
        state.agents.get_mut(&AGENT).unwrap().status = crate::AgentStatus::Paused;
    });
    assert_eq!(error, CommandError::AgentPaused);
    let error = submit_bent(|state, _| {
        state.agents.get_mut(&AGENT).unwrap().status = crate::AgentStatus::Revoked;
    });
    assert_eq!(error, CommandError::AgentRevoked);
    let error = submit_bent(|state, payment| {
        state.payments.get_mut(&payment).unwrap().approvals.clear();
    });
    assert_eq!(error, CommandError::NotCleared);
    let error = submit_bent(|state, payment| {
        state.payments.get_mut(&payment).unwrap().approvals = vec![ApproverId::from_random(9); 3];
    });
    assert_eq!(error, CommandError::NotCleared, "strangers and repeats do not count");
    let error = submit_bent(|state, payment| {
        let amount = Money::parse("601", "USD").unwrap();
        state.payments.get_mut(&payment).unwrap().reservation.request.amount = amount;
    });
    assert_eq!(error, CommandError::DigestChanged);
}
