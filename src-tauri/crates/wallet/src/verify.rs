//! The running wallet's log, checked whole (L2, I8): its bytes, hashes and signature; every
//! decision made again; and everything that is kept beside it, compared with what the log gives.
//!
//! Guarantees: reads only. What is wrong is told with the entry's number. A log whose entries can't
//! follow from each other ends the check there; everything else is told together.
//!
//! Does not guarantee: that nobody replaced the whole wallet, keys included: for that compare the
//! checkpoint with one that somebody else holds.

use crate::history::{ReadEnd, replayed};
use crate::owner::OwnerError;
use crate::wallet::Wallet;
use crate::writer::{ReadBackError, Writer};
use purser_domain::{Digest, Entry, Event, PaymentId};
use purser_engine::State;
use purser_engine::explain::{Judge, Judgement};
use purser_ledger::{LedgerReader, verify_ledger};
use serde::{Deserialize, Serialize};

/// Most findings that are told.
const FINDINGS: usize = 100;
/// How often the running state is looked at, while it is busy, before that is given up.
const LOOKS: u32 = 50;

/// Something that is not as the log, or the engine, says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFinding {
    /// The entry; `None` where no single entry is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Where: `decision`, `index`, `deliveries` or `state`.
    pub place: String,
    /// In words.
    pub problem: String,
}

/// What checking a log came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogCheck {
    /// Whether nothing was found.
    pub verified: bool,
    /// How many entries there are.
    pub entries: u64,
    /// The log's name.
    pub origin: String,
    /// The root hash over them, hexadecimal.
    pub root: String,
    /// Decisions that were made again and came to the same.
    pub judged: u64,
    /// Those that the log holds too little of.
    pub unjudged: u64,
    /// What was found, the first 100 of each place.
    pub findings: Vec<LogFinding>,
}

/// Judges the entries of a log one by one, and counts.
#[derive(Default)]
pub struct LogJudge {
    judge: Judge,
    check: LogCheck,
}

impl LogJudge {
    /// Judges the next entry.
    ///
    /// # Errors
    /// In words, when it can't follow on those before it.
    pub fn add(&mut self, entry: &Entry) -> Result<(), String> {
        match self.judge.add(entry).map_err(|error| error.to_string())? {
            Judgement::Same => self.check.judged = self.check.judged.saturating_add(1),
            Judgement::Unknown => self.check.unjudged = self.check.unjudged.saturating_add(1),
            Judgement::Differs(found) if self.check.findings.len() < FINDINGS => {
                self.check.findings.push(LogFinding {
                    seq: Some(found.seq),
                    place: "decision".to_owned(),
                    problem: format!("it says {}; decided again it is {}", found.says, found.again),
                });
            }
            Judgement::Differs(_) => {}
        }
        Ok(())
    }

    /// What was judged, with what the bytes came to.
    #[must_use]
    pub fn finish(self, report: &purser_ledger::VerifyReport) -> (LogCheck, State) {
        let root = Digest::new(report.root).to_string();
        let (entries, origin) = (report.size, report.origin.clone());
        let verified = self.check.findings.is_empty();
        let check = LogCheck { verified, entries, origin, root, ..self.check };
        (check, self.judge.into_state())
    }
}

impl Wallet {
    /// Checks the whole log and what is kept beside it. Decisions go on meanwhile.
    ///
    /// # Errors
    /// When the log's bytes, hashes or signature are wrong, its entries can't follow from each
    /// other, or it can't be read.
    pub async fn verify_log(&self) -> Result<LogCheck, OwnerError> {
        let reader = self.reader().await?;
        let judged = tokio::task::spawn_blocking(move || judged(&reader));
        let (mut check, state) = judged.await.map_err(|_| OwnerError::Unexpected)??;
        check.findings.extend(compare(&self.writer, state).await?);
        check.verified = check.findings.is_empty();
        Ok(check)
    }
}

/// Compares the running state with one that the log gave, once that has caught up.
async fn compare(writer: &Writer, mut replayed: State) -> Result<Option<LogFinding>, OwnerError> {
    for _ in 0..LOOKS {
        let reader = writer.look_with_log(|_, ledger| ledger.reader()).await??;
        let caught = tokio::task::spawn_blocking(move || catch_up(&reader, replayed));
        let caught = caught.await.map_err(|_| OwnerError::Unexpected)??;
        let compared = writer.look(move |running| {
            let same_place = running.next_seq() == caught.next_seq();
            (same_place.then(|| *running == caught), caught)
        });
        match compared.await? {
            (Some(true), _) => return Ok(None),
            (Some(false), _) => return Ok(Some(other_state("is not what the log gives"))),
            (None, caught) => replayed = caught,
        }
    }
    Ok(Some(other_state("was too busy to be compared; check again when less is asked")))
}

fn other_state(problem: &str) -> LogFinding {
    let problem = format!("the running wallet's state {problem}");
    LogFinding { seq: None, place: "state".to_owned(), problem }
}

fn judged(reader: &LedgerReader) -> Result<(LogCheck, State), OwnerError> {
    let mut judge = LogJudge::default();
    let report = verify_ledger(reader, &mut |entry: &Entry| judge.add(entry))?;
    let (mut check, state) = judge.finish(&report);
    let index = reader.check_index()?;
    check.findings.extend(index.into_iter().map(|fault| LogFinding {
        seq: Some(fault.seq),
        place: "index".to_owned(),
        problem: fault.to_string(),
    }));
    for payment in reader.delivered()? {
        check.findings.extend(delivery_fault(reader, payment)?);
    }
    Ok((check, state))
}

/// Something is delivered only for a payment that a rail was asked to make.
fn delivery_fault(
    reader: &LedgerReader,
    payment: PaymentId,
) -> Result<Option<LogFinding>, OwnerError> {
    let history = reader.payment_history(payment)?;
    let submitted =
        history.iter().any(|entry| matches!(entry.event, Event::PaymentSubmitted { .. }));
    let seq = history.first().map(|entry| entry.seq);
    let problem = format!("something is kept as delivered for `{payment}`, which was never paid");
    Ok((!submitted).then(|| LogFinding { seq, place: "deliveries".to_owned(), problem }))
}

/// Lets a state take the entries that came since.
fn catch_up(reader: &LedgerReader, mut state: State) -> Result<State, OwnerError> {
    let from = state.next_seq();
    replayed(reader, from, &mut |entry| {
        let wrong = |source| ReadBackError::Apply { seq: entry.seq, source };
        state.apply(&entry).map_err(|error| ReadEnd::Failed(wrong(error).into()))
    })?;
    Ok(state)
}

#[cfg(test)]
mod tests;
