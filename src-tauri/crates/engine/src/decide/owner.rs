//! What the owner does: policy, agents, credentials, freezing.

use super::{Outcome, Reply, StopReport, delegate, done};
use crate::budget::{Calendar, Moment};
use crate::error::CommandError;
use crate::now::Now;
use crate::policy::{self, Direction, Policy};
use crate::state::{Agent, AgentStatus, State};
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, Claim, Command, CredentialId, Event, PaymentId, Scope,
    Timestamp, WalletPolicy,
};
use std::collections::BTreeSet;

const NAME_CHARS_MAX: usize = 64;
/// How many changes of policies there may be in one of the owner's days before the next needs the
/// owner's presence, whatever it changes.
const UNATTENDED_A_DAY: u32 = 100;
/// How much longer than the policy says a credential may live: its issuer's clock is not ours.
const CREDENTIAL_SLACK_S: u64 = 60;

pub(super) fn manage(state: &State, command: &Command, now: Now) -> Outcome {
    match command {
        Command::CreateWallet { owner, policy } => {
            if state.owner().is_some() || state.next_seq() != 0 {
                return Err(CommandError::WalletExists);
            }
            check_wallet_policy(policy)?;
            done(Event::WalletCreated { owner: *owner, policy: policy.clone() })
        }
        Command::SetWalletPolicy { policy, presence } => {
            check_wallet_policy(policy)?;
            let changes = changes(state, *presence, (state.policy(), policy), now)?;
            if policy.currency != state.policy().currency && state.agents().next().is_some() {
                return Err(CommandError::CurrencyFixed);
            }
            if !changes {
                return Ok((Vec::new(), Reply::Done));
            }
            done(Event::WalletPolicySet { policy: policy.clone() })
        }
        Command::AddAgent(draft) => add_agent(state, draft),
        Command::SetAgentPolicy { agent, policy, presence } => {
            set_agent_policy(state, *agent, (policy, *presence), now)
        }
        Command::PauseAgent(agent) => pause(state, *agent),
        Command::ResumeAgent(agent) => resume(state, *agent),
        Command::RevokeAgent(agent) => revoke(state, *agent, now.clock),
        Command::Freeze => Ok(freeze(state)),
        Command::Unfreeze if state.frozen() => done(Event::WalletUnfrozen),
        Command::Unfreeze => Ok((Vec::new(), Reply::Done)),
        Command::IssueCredential { .. } => issue(state, command, now.clock),
        Command::RevokeCredential(credential) => revoke_credential(state, *credential),
        _ => Err(CommandError::Internal { step: "dispatch" }),
    }
}

fn check_wallet_policy(policy: &WalletPolicy) -> Result<(), CommandError> {
    policy.validate()?;
    Calendar::of_zone(&policy.time_zone).map(|_| ()).ok_or(CommandError::UnknownTimeZone)
}

/// An agent that is not revoked.
pub(super) fn standing_agent(state: &State, agent: AgentId) -> Result<&Agent, CommandError> {
    let agent = state.agent(agent).ok_or(CommandError::AgentNotFound)?;
    if agent.status == AgentStatus::Revoked {
        return Err(CommandError::AgentRevoked);
    }
    Ok(agent)
}

fn add_agent(state: &State, draft: &AgentDraft) -> Outcome {
    check_draft(state, draft)?;
    let AgentDraft { agent, name, holder_key, policy } = draft.clone();
    let (parent, allocation) = (None, None);
    done(Event::AgentAdded { agent, name, holder_key, policy, parent, allocation })
}

/// Whether an agent like this can be added.
pub(super) fn check_draft(state: &State, draft: &AgentDraft) -> Result<(), CommandError> {
    if state.agent(draft.agent).is_some() {
        return Err(CommandError::AgentExists);
    }
    check_name(&draft.name)?;
    if state.names.contains(&draft.name.raw().to_lowercase()) {
        return Err(CommandError::NameTaken);
    }
    Ok(draft.policy.validate()?)
}

fn check_name(name: &Claim) -> Result<(), CommandError> {
    let text = name.raw();
    let length = text.chars().count();
    let visible = !name.has_hidden() && !text.contains(char::is_control) && text.trim() == text;
    // Whoever names an agent by its id must not hit another one.
    let is_id = text.to_lowercase().parse::<AgentId>().is_ok();
    if visible && !is_id && (1..=NAME_CHARS_MAX).contains(&length) {
        Ok(())
    } else {
        Err(CommandError::NameInvalid)
    }
}

/// Whether a policy changes at all. Without the owner's presence only what tightens may be changed
/// (A10), whoever says that it does, and only so often a day: each change is an entry.
fn changes<P: Policy>(
    state: &State,
    presence: bool,
    (old, new): (&P, &P),
    now: Now,
) -> Result<bool, CommandError> {
    let changes = policy::compare(old, new);
    if presence || changes.is_empty() {
        return Ok(!changes.is_empty());
    }
    let now = Moment::new(&state.calendar, now.at);
    let now = now.map_err(|_| CommandError::Internal { step: "calendar" })?;
    let often = state.policies_set.on(now.day.start) >= UNATTENDED_A_DAY;
    let needed = changes.into_iter().filter(|c| often || c.direction != Direction::Tightens);
    let mut loosens: Vec<String> = needed.map(|change| change.path).collect();
    loosens.dedup();
    if loosens.is_empty() { Ok(true) } else { Err(CommandError::PresenceNeeded { loosens }) }
}

fn set_agent_policy(
    state: &State,
    agent: AgentId,
    (policy, presence): (&AgentPolicy, bool),
    now: Now,
) -> Outcome {
    let found = standing_agent(state, agent)?;
    policy.validate()?;
    let parent = found.parent.and_then(|parent| state.agent(parent));
    let field = parent.and_then(|parent| delegate::wider(&parent.policy, policy));
    // To tighten is always possible, also after the parent's policy was tightened further.
    if let Some(field) = field.filter(|_| delegate::wider(&found.policy, policy).is_some()) {
        return Err(CommandError::WiderThanParent { field });
    }
    if !changes(state, presence, (&found.policy, policy), now)? {
        return Ok((Vec::new(), Reply::Done));
    }
    done(Event::AgentPolicySet { agent, policy: policy.clone() })
}

/// What stopping these agents, or everything, calls off and what it can't.
pub(super) fn report(state: &State, agents: Option<&BTreeSet<AgentId>>) -> StopReport {
    let open = state.open_of(agents);
    let of = |submitted: bool| {
        let these = open.iter().filter(|open| open.submitted == submitted);
        these.map(|open| open.payment).collect()
    };
    StopReport { canceled: of(false), in_flight: of(true), ..StopReport::default() }
}

fn freeze(state: &State) -> (Vec<Event>, Reply) {
    let report = report(state, None);
    if state.frozen() {
        return (Vec::new(), Reply::Stopped(report));
    }
    let event = Event::WalletFrozen { canceled: report.canceled.clone() };
    (vec![event], Reply::Stopped(report))
}

fn pause(state: &State, agent: AgentId) -> Outcome {
    let found = standing_agent(state, agent)?;
    let report = report(state, Some(&state.subtree(agent)));
    if found.status == AgentStatus::Paused {
        return Ok((Vec::new(), Reply::Stopped(report)));
    }
    let event = Event::AgentPaused { agent, canceled: report.canceled.clone() };
    Ok((vec![event], Reply::Stopped(report)))
}

/// The owner says what a payment was. What went through is usual already; what did not, teaches
/// from now on. What was not theirs teaches nothing, and its agent is paused with all that waits.
pub(super) fn judge(state: &State, id: PaymentId, fine: bool) -> Outcome {
    let payment = state.payment(id).ok_or(CommandError::PaymentNotFound)?;
    if payment.judged == Some(fine) {
        return Ok((Vec::new(), Reply::Done));
    }
    let judged = Event::PaymentJudged { payment: id, fine };
    if fine {
        let teaches = payment.can_be_fine();
        return if teaches { done(judged) } else { Err(CommandError::NotToBeJudged) };
    }
    let agent = payment.agent();
    let stands = state.agent(agent).is_some_and(|found| found.status == AgentStatus::Active);
    if !stands {
        return done(judged);
    }
    let (paused, reply) = pause(state, agent)?;
    Ok((std::iter::once(judged).chain(paused).collect(), reply))
}

fn resume(state: &State, agent: AgentId) -> Outcome {
    match standing_agent(state, agent)?.status {
        AgentStatus::Paused => done(Event::AgentResumed { agent }),
        _ => Ok((Vec::new(), Reply::Done)),
    }
}

fn revoke(state: &State, agent: AgentId, clock: Timestamp) -> Outcome {
    let found = state.agent(agent).ok_or(CommandError::AgentNotFound)?;
    let mut subtree = state.subtree(agent);
    let mut report = report(state, Some(&subtree));
    if found.status == AgentStatus::Revoked {
        return Ok((Vec::new(), Reply::Stopped(report)));
    }
    let agents = subtree.iter().filter_map(|agent| state.agent(*agent));
    let held = agents.flat_map(|agent| &agent.credentials);
    let held = held.filter_map(|credential| state.credential(*credential));
    let live = held.filter(|held| !held.revoked && held.expires_at > clock);
    report.credentials = live.map(|held| held.credential).collect();
    let (canceled, credentials) = (report.canceled.clone(), report.credentials.clone());
    subtree.remove(&agent);
    let descendants = subtree.into_iter().collect();
    let event = Event::AgentRevoked { agent, canceled, credentials, descendants };
    Ok((vec![event], Reply::Stopped(report)))
}

fn issue(state: &State, command: &Command, clock: Timestamp) -> Outcome {
    let Command::IssueCredential { credential, agent, scope, expires_at, bearer, revocation_ids } =
        command
    else {
        return Err(CommandError::Internal { step: "dispatch" });
    };
    let found = standing_agent(state, *agent)?;
    if found.status != AgentStatus::Active {
        return Err(CommandError::AgentPaused);
    }
    if state.frozen() {
        return Err(CommandError::Frozen);
    }
    if !state.may_act(*agent) {
        return Err(CommandError::AncestorStopped);
    }
    if state.credential(*credential).is_some() {
        return Err(CommandError::CredentialExists);
    }
    if *bearer && !found.policy.allow_bearer {
        return Err(CommandError::BearerNotAllowed);
    }
    let life_s = u64::from(found.policy.credential_minutes).saturating_mul(60);
    let latest = clock.plus_seconds(life_s.saturating_add(CREDENTIAL_SLACK_S));
    if *expires_at <= clock || *expires_at > latest {
        return Err(CommandError::CredentialLifetime);
    }
    done(Event::CredentialIssued {
        credential: *credential,
        agent: *agent,
        scope: Scope::clone(scope),
        expires_at_ms: *expires_at,
        bearer: *bearer,
        revocation_ids: revocation_ids.clone(),
    })
}

fn revoke_credential(state: &State, credential: CredentialId) -> Outcome {
    let held = state.credential(credential).ok_or(CommandError::CredentialNotFound)?;
    if held.revoked {
        return Ok((Vec::new(), Reply::Done));
    }
    done(Event::CredentialRevoked { credential })
}
