//! What the owner does.

use super::{Agent, Answer, Calendar, Held, MINUTE, Model, Now, Outcome, done, presence};
use purser_domain::{
    AgentDraft, AgentId, Claim, Command, CredentialId, Event, PaymentId, PaymentStop, Timestamp,
    WalletPolicy,
};
use purser_engine::{AgentStatus, CommandError, PaymentStatus};

impl Model {
    pub(super) fn manage(&self, command: &Command, now: Now) -> Outcome {
        match command {
            Command::CreateWallet { owner, policy } => {
                if self.owner.is_some() {
                    return Err(CommandError::WalletExists);
                }
                check_wallet(policy)?;
                done(Event::WalletCreated { owner: *owner, policy: policy.clone() })
            }
            Command::SetWalletPolicy { policy, presence } => {
                check_wallet(policy)?;
                let tightens = presence::wallet_only_tightens(&self.wallet, policy);
                if *policy != self.wallet && !presence && !(tightens && self.may_unattended(now)) {
                    return presence_needed();
                }
                if policy.currency != self.wallet.currency && !self.agents.is_empty() {
                    return Err(CommandError::CurrencyFixed);
                }
                if *policy == self.wallet {
                    return nothing();
                }
                done(Event::WalletPolicySet { policy: policy.clone() })
            }
            Command::AddAgent(draft) => self.add_agent(draft),
            Command::SetAgentPolicy { agent, policy, presence } => {
                let found = self.unrevoked(*agent)?;
                let old = &found.policy;
                policy.validate()?;
                let parent = found.parent.map(|parent| &self.agents[&parent].policy);
                let wider = parent.is_some_and(|above| presence::wider(above, policy));
                // To tighten is always possible, and what an allow list leaves out needs no block.
                if wider && presence::wider(old, policy) {
                    return Err(CommandError::WiderThanParent { field: String::new() });
                }
                if policy == old {
                    return nothing();
                }
                let tightens = presence::agent_only_tightens(old, policy);
                if !(*presence || tightens && self.may_unattended(now)) {
                    return presence_needed();
                }
                done(Event::AgentPolicySet { agent: *agent, policy: policy.clone() })
            }
            Command::PauseAgent(agent) => self.pause(*agent),
            Command::JudgePayment { payment, fine } => self.judge(*payment, *fine),
            Command::ResumeAgent(agent) => match self.unrevoked(*agent)?.status {
                AgentStatus::Paused => done(Event::AgentResumed { agent: *agent }),
                _ => nothing(),
            },
            Command::RevokeAgent(agent) => self.revoke(*agent, now.clock),
            Command::Freeze => self.freeze(),
            Command::Unfreeze if self.frozen => done(Event::WalletUnfrozen),
            Command::Unfreeze => nothing(),
            Command::IssueCredential { .. } => self.issue(command, now.clock),
            Command::RevokeCredential(credential) => {
                let held = self.held(*credential).ok_or(CommandError::CredentialNotFound)?;
                if held.revoked {
                    return nothing();
                }
                done(Event::CredentialRevoked { credential: *credential })
            }
            other => panic!("the model does not know {other:?}"),
        }
    }

    /// Whether there were not too many changes today for one without the owner.
    fn may_unattended(&self, now: Now) -> bool {
        let today = self.calendar.day(now.at);
        self.policies_set.iter().filter(|at| self.calendar.day(**at) == today).count() < 100
    }

    /// A credential, if it is remembered.
    pub(super) fn held(&self, id: CredentialId) -> Option<&Held> {
        self.credentials.iter().find(|held| held.id == id)
    }

    fn unrevoked(&self, agent: AgentId) -> Result<&Agent, CommandError> {
        let agent = self.agents.get(&agent).ok_or(CommandError::AgentNotFound)?;
        match agent.status {
            AgentStatus::Revoked => Err(CommandError::AgentRevoked),
            _ => Ok(agent),
        }
    }

    fn add_agent(&self, draft: &AgentDraft) -> Outcome {
        self.check_draft(draft)?;
        let AgentDraft { agent, name, holder_key, policy } = draft.clone();
        let (parent, allocation) = (None, None);
        done(Event::AgentAdded { agent, name, holder_key, policy, parent, allocation })
    }

    /// Whether an agent like this can be added.
    pub(super) fn check_draft(&self, draft: &AgentDraft) -> Result<(), CommandError> {
        if self.agents.contains_key(&draft.agent) {
            return Err(CommandError::AgentExists);
        }
        if !can_be_a_name(&draft.name) {
            return Err(CommandError::NameInvalid);
        }
        if self.name_is_taken(&draft.name) {
            return Err(CommandError::NameTaken);
        }
        Ok(draft.policy.validate()?)
    }

    fn name_is_taken(&self, name: &Claim) -> bool {
        let mut living = self.agents.values().filter(|agent| agent.status != AgentStatus::Revoked);
        living.any(|agent| agent.name.raw().to_lowercase() == name.raw().to_lowercase())
    }

    /// What of some agents, or of all, waits and what is in flight.
    fn standing_payments(&self, agents: Option<&[AgentId]>) -> Answer {
        let theirs = |pay: &&super::Pay| agents.is_none_or(|list| list.contains(&pay.agent()));
        let pays = || self.payments.iter().filter(theirs);
        Answer::Stopped(
            pays().filter(|pay| pay.waits()).map(super::Pay::id).collect(),
            pays().filter(|pay| pay.in_flight()).map(super::Pay::id).collect(),
            Vec::new(),
        )
    }

    fn freeze(&self) -> Outcome {
        let answer = self.standing_payments(None);
        if self.frozen {
            return Ok((Vec::new(), answer));
        }
        let Answer::Stopped(canceled, ..) = &answer else { unreachable!() };
        Ok((vec![Event::WalletFrozen { canceled: canceled.clone() }], answer))
    }

    fn pause(&self, agent: AgentId) -> Outcome {
        let status = self.unrevoked(agent)?.status;
        let answer = self.standing_payments(Some(&self.subtree(agent)));
        if status == AgentStatus::Paused {
            return Ok((Vec::new(), answer));
        }
        let Answer::Stopped(canceled, ..) = &answer else { unreachable!() };
        Ok((vec![Event::AgentPaused { agent, canceled: canceled.clone() }], answer))
    }

    /// What was declined or ran out was fine after all, and teaches; what was not theirs pauses.
    fn judge(&self, payment: PaymentId, fine: bool) -> Outcome {
        let pay = self.pay(payment).ok_or(CommandError::PaymentNotFound)?;
        if pay.judged == Some(fine) {
            return nothing();
        }
        let judged = Event::PaymentJudged { payment, fine };
        let unpaid = matches!(
            pay.status,
            PaymentStatus::Stopped(PaymentStop::Declined { .. } | PaymentStop::Expired)
        );
        match (fine, self.agents[&pay.agent()].status) {
            (true, _) if unpaid => done(judged),
            (true, _) => Err(CommandError::NotToBeJudged),
            (false, AgentStatus::Active) => {
                let (paused, answer) = self.pause(pay.agent())?;
                Ok(([judged].into_iter().chain(paused).collect(), answer))
            }
            (false, _) => done(judged),
        }
    }

    fn revoke(&self, agent: AgentId, clock: Timestamp) -> Outcome {
        let found = self.agents.get(&agent).ok_or(CommandError::AgentNotFound)?;
        let subtree = self.subtree(agent);
        let answer = self.standing_payments(Some(&subtree));
        if found.status == AgentStatus::Revoked {
            return Ok((Vec::new(), answer));
        }
        let Answer::Stopped(canceled, in_flight, _) = answer else { unreachable!() };
        let live = self.credentials.iter().filter(|held| {
            subtree.contains(&held.agent) && !held.revoked && held.expires_at > clock
        });
        let mut credentials: Vec<_> = live.map(|held| held.id).collect();
        credentials.sort_unstable();
        let descendants = subtree.iter().copied().filter(|id| *id != agent).collect();
        let event = Event::AgentRevoked {
            agent,
            canceled: canceled.clone(),
            credentials: credentials.clone(),
            descendants,
        };
        Ok((vec![event], Answer::Stopped(canceled, in_flight, credentials)))
    }

    fn issue(&self, command: &Command, clock: Timestamp) -> Outcome {
        let Command::IssueCredential {
            credential,
            agent,
            scope,
            expires_at,
            bearer,
            revocation_ids,
        } = command
        else {
            unreachable!()
        };
        let found = self.unrevoked(*agent)?;
        if found.status == AgentStatus::Paused {
            return Err(CommandError::AgentPaused);
        }
        if self.frozen {
            return Err(CommandError::Frozen);
        }
        if self.chain(*agent).iter().any(|id| self.agents[id].status != AgentStatus::Active) {
            return Err(CommandError::AncestorStopped);
        }
        if self.held(*credential).is_some() {
            return Err(CommandError::CredentialExists);
        }
        if *bearer && !found.policy.allow_bearer {
            return Err(CommandError::BearerNotAllowed);
        }
        // A minute is let pass for a clock that is not ours.
        let longest = (i64::from(found.policy.credential_minutes) + 1) * MINUTE;
        if *expires_at <= clock || expires_at.as_millis() > clock.as_millis() + longest {
            return Err(CommandError::CredentialLifetime);
        }
        done(Event::CredentialIssued {
            credential: *credential,
            agent: *agent,
            scope: scope.clone(),
            expires_at_ms: *expires_at,
            bearer: *bearer,
            revocation_ids: revocation_ids.clone(),
        })
    }
}

fn nothing() -> Outcome {
    Ok((Vec::new(), Answer::Done))
}

/// The fields are for people; the answer is compared without them.
fn presence_needed() -> Outcome {
    Err(CommandError::PresenceNeeded { loosens: Vec::new() })
}

fn check_wallet(policy: &WalletPolicy) -> Result<(), CommandError> {
    policy.validate()?;
    match Calendar::new(&policy.time_zone) {
        Some(_) => Ok(()),
        None => Err(CommandError::UnknownTimeZone),
    }
}

/// 1 to 64 characters that show as themselves, without space at the ends, and no id.
fn can_be_a_name(name: &Claim) -> bool {
    let text = name.raw();
    !name.has_hidden()
        && text.to_lowercase().parse::<AgentId>().is_err()
        && !text.chars().any(char::is_control)
        && text.trim() == text
        && (1..=64).contains(&text.chars().count())
}
