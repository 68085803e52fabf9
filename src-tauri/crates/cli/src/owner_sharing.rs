//! Sessions, allocations and credentials, as the owner decides about them.

use crate::arguments::{Holding, Over, SessionTerms};
use crate::failure::Failure;
use crate::output::text;
use crate::owner_side::{Wish, amount};
use purser_domain::{Allocation, Claim, Label, Window};
use purser_wallet::control::OwnerCommand;

/// Longest purpose of a session, in bytes.
const PURPOSE_BYTES: usize = 512;

pub fn open(agent: String, purpose: &str, terms: &SessionTerms) -> Result<Wish, Failure> {
    let purpose = Claim::new(purpose, PURPOSE_BYTES).map_err(Failure::usage)?;
    let ceiling = terms.ceiling.as_deref().map(amount).transpose()?;
    let minutes = terms.minutes;
    let make = move |agent| OwnerCommand::SessionOpen { agent, purpose, ceiling, minutes };
    Ok(Wish::OnAgent(agent, Box::new(make), |opened| {
        let (session, ceiling) = (text(opened, "/session"), text(opened, "/ceiling"));
        format!("Opened {session}, for at most {ceiling}.")
    }))
}

pub fn close(agent: String, session: &str) -> Result<Wish, Failure> {
    let session = Label::new(session).map_err(Failure::usage)?;
    let make = move |agent| OwnerCommand::SessionClose { agent, session };
    Ok(Wish::OnAgent(agent, Box::new(make), |_| "Closed.".to_owned()))
}

pub fn allow(agent: String, holding: &Holding) -> Result<Wish, Failure> {
    let Holding { amount: most, over: Over { interval, rolling } } = holding;
    let window = if *rolling { Window::Rolling } else { Window::Calendar };
    let allocation = Allocation { amount: amount(most)?, interval: (*interval).into(), window };
    allocation.validate().map_err(Failure::usage)?;
    let allocation = Some(allocation);
    let make = move |agent| OwnerCommand::AllocationSet { agent, allocation };
    Ok(Wish::OnAgent(agent, Box::new(make), |_| "Set.".to_owned()))
}

pub fn take_back(agent: String) -> Wish {
    let make = |agent| OwnerCommand::AllocationSet { agent, allocation: None };
    Wish::OnAgent(agent, Box::new(make), |_| "Taken back.".to_owned())
}

pub fn revoke(credential: &str) -> Result<Wish, Failure> {
    let credential = credential.parse().map_err(Failure::usage)?;
    Ok(Wish::plain(OwnerCommand::CredentialRevoke { credential }, |_| "Revoked.".to_owned()))
}
