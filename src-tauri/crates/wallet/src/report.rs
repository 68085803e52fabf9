//! The past added up, and tried under another policy, for the owner (A6, A10). Both read the log by
//! a connection of their own and never hold a decision up. A backtest reads all of it; a report
//! what was written since its range began, and of what came before only the policies.

use crate::csv;
use crate::history::{ReadEnd, replayed};
use crate::owner::OwnerError;
use crate::policies::living;
use crate::shown::Names;
use crate::wallet::Wallet;
use purser_domain::{Event, PolicyFile, Timestamp};
use purser_engine::backtest::{Backtest, BacktestLine, BacktestSummary, PolicyChange};
use purser_engine::report::{Report, ReportBy, ReportRow, ReportTotals};
use purser_engine::{OnReview, State};
use purser_ledger::{EntryFilter, LedgerReader};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most requests that a backtest lists; the sums count all.
const LINES: usize = 1_000;

/// A report on what was asked in a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportView {
    /// From this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<Timestamp>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<Timestamp>,
    /// The budget currency of all amounts.
    pub currency: String,
    /// Everything.
    pub total: ReportTotals,
    /// By cost centre, team, project, task, agent, payee and category.
    pub rows: Vec<ReportRow>,
    /// The rows as CSV.
    pub csv: String,
}

/// A request to which a change of policy makes a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BacktestRow {
    /// The agent's name.
    pub agent_name: String,
    /// What it came to, and what it would come to.
    #[serde(flatten)]
    pub line: BacktestLine,
}

/// What a change of policy would have made of the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BacktestView {
    /// The sums, before and after.
    pub summary: BacktestSummary,
    /// The requests to which it makes a difference, the first 1,000.
    pub changed: Vec<BacktestRow>,
}

impl Wallet {
    /// Adds up what was asked in a time; without times, everything. Only rows by some of what they
    /// can be by, all when `by` is empty.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn report(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        by: Vec<ReportBy>,
    ) -> Result<ReportView, OwnerError> {
        let currency = self.writer.look(|state| state.policy().currency.to_string()).await?;
        let reader = self.reader().await?;
        let added = tokio::task::spawn_blocking(move || added_up(&reader, (from, to)));
        let report = added.await.map_err(|_| OwnerError::Unexpected)??;
        let mut rows = report.rows();
        rows.retain(|row| by.is_empty() || by.contains(&row.by));
        let (csv, total) = (csv_of(&rows), report.total().clone());
        Ok(ReportView { from_ms: from, to_ms: to, currency, total, rows, csv })
    }

    /// Tries the policies of a file on the wallet's own past.
    ///
    /// # Errors
    /// When the file names an agent that the wallet has not, a policy has a fault, or the log can't
    /// be read.
    pub async fn backtest(&self, file: PolicyFile) -> Result<BacktestView, OwnerError> {
        let change = self.writer.look(move |state| change(state, file)).await??;
        let (names, reader) = (self.writer.look(Names::of).await?, self.reader().await?);
        let tried = tokio::task::spawn_blocking(move || tried(&reader, change, &names));
        tried.await.map_err(|_| OwnerError::Unexpected)?
    }
}

fn csv_of(rows: &[ReportRow]) -> String {
    let columns = [
        "by",
        "key",
        "label",
        "payments",
        "settled_payments",
        "unpriced",
        "refused",
        "settled",
        "reserved",
    ];
    let fields = |row: &ReportRow| {
        let ReportRow { by, key, label, totals } = row;
        let ReportTotals { payments, settled_payments, unpriced, refused, settled, reserved } =
            totals;
        [
            by.as_str().to_owned(),
            key.clone(),
            label.clone(),
            payments.to_string(),
            settled_payments.to_string(),
            unpriced.to_string(),
            refused.to_string(),
            settled.to_string(),
            reserved.to_string(),
        ]
    };
    csv::table(columns, rows.iter().map(fields))
}

fn added_up(
    reader: &LedgerReader,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
) -> Result<Report, OwnerError> {
    let range = from.unwrap_or_default()..to.unwrap_or(Timestamp::from_millis(i64::MAX));
    let mut report = Report::new(range);
    let mut first = 0;
    if from.is_some() {
        let before = EntryFilter { until: from, ..EntryFilter::default() };
        let last = reader.recent(1, None, &before)?;
        first = last.first().map_or(0, |entry| entry.seq.saturating_add(1));
        let kinds = Event::POLICY_KINDS.map(str::to_owned).to_vec();
        let mut settings = reader.recent(usize::MAX, None, &EntryFilter { kinds, ..before })?;
        settings.reverse();
        settings.iter().try_for_each(|entry| report.add(entry)).map_err(OwnerError::Report)?;
    }
    replayed(reader, first, &mut |entry| {
        report.add(&entry).map_err(|error| ReadEnd::Failed(OwnerError::Report(error)))
    })?;
    Ok(report)
}

/// A file's policies, by the agents' ids.
fn change(state: &State, file: PolicyFile) -> Result<PolicyChange, OwnerError> {
    let mut agents = BTreeMap::new();
    for (name, policy) in file.agents {
        agents.insert(living(state, name)?.id, policy);
    }
    Ok(PolicyChange { wallet: file.wallet, agents })
}

fn tried(
    reader: &LedgerReader,
    change: PolicyChange,
    names: &Names,
) -> Result<BacktestView, OwnerError> {
    let failed = |error| OwnerError::Backtest(Box::new(error));
    let backtest = Backtest::new(&State::default(), change, OnReview::Deny);
    let mut backtest = backtest.map_err(failed)?;
    let mut changed = Vec::new();
    replayed(reader, 0, &mut |entry| {
        let line = backtest.add(&entry).map_err(|error| ReadEnd::Failed(failed(error)))?;
        if let Some(line) = line.filter(|line| line.changed && changed.len() < LINES) {
            let agent_name = names.of_agent(line.agent);
            changed.push(BacktestRow { agent_name, line });
        }
        Ok(())
    })?;
    Ok(BacktestView { summary: backtest.summary().clone(), changed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn rows_are_csv_with_exact_decimals() {
        let totals = ReportTotals {
            payments: 2,
            settled_payments: 1,
            unpriced: 0,
            refused: 3,
            settled: Decimal::new(1_000_000_000_001, 12),
            reserved: Decimal::ZERO,
        };
        let row = |key: &str, label: &str| {
            let (key, label) = (key.to_owned(), label.to_owned());
            ReportRow { by: ReportBy::CostCenter, key, label, totals: totals.clone() }
        };
        assert_eq!(
            csv_of(&[row("ops", "ops"), row("-1", "=A1,\"b\"")]),
            "by,key,label,payments,settled_payments,unpriced,refused,settled,reserved\r\n\
             cost_center,ops,ops,2,1,0,3,1.000000000001,0\r\n\
             cost_center,'-1,\"'=A1,\"\"b\"\"\",2,1,0,3,1.000000000001,0\r\n"
        );
    }
}
