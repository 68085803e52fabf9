//! Recorded requests of a file, under two sets of policies.

use super::{BacktestError, BacktestLine, BacktestSummary};
use crate::replay::{OnReview, Replay, ReplayError, ReplayPolicy};

/// A file of recorded requests, as [`Replay`] takes, under two sets of policies.
#[derive(Debug, Clone)]
pub struct FileBacktest {
    before: Replay,
    after: Replay,
    summary: BacktestSummary,
}

impl FileBacktest {
    /// A backtest from one set of policies to another.
    ///
    /// # Errors
    /// When a policy is not valid.
    pub fn new(
        before: ReplayPolicy,
        after: ReplayPolicy,
        on_review: OnReview,
    ) -> Result<Self, BacktestError> {
        let (before, after) = (Replay::new(before, on_review)?, Replay::new(after, on_review)?);
        Ok(Self { before, after, summary: BacktestSummary::default() })
    }

    /// What the lines so far came to.
    #[must_use]
    pub const fn summary(&self) -> &BacktestSummary {
        &self.summary
    }

    /// Runs one line under both. After an error about the line the next one can be run.
    ///
    /// # Errors
    /// When the line can't be read or its agent can't be added, with the line's number.
    pub fn line(&mut self, number: u64, text: &str) -> Result<BacktestLine, BacktestError> {
        let problem = |problem| ReplayError { line: number, problem };
        let before = self.before.ask(text).map_err(problem)?;
        let after = self.after.ask(text).map_err(problem)?;
        let request = &before.request;
        let line = BacktestLine {
            place: number,
            at_ms: before.at,
            agent: request.agent,
            payee: request.payee.key(),
            amount: request.amount,
            changed: after.verdict.differs(&before.verdict),
            before: before.verdict,
            after: after.verdict,
        };
        self.summary.count(&line, (before.worth, after.worth));
        Ok(line)
    }
}
