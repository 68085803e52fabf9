//! What the owner asks about the past: why something was decided, what it all adds up to, what
//! another policy would have made of it, and whether the log holds.

use crate::arguments::{Backtest, Explain, OnReview, Prove, Report};
use crate::failure::{Failure, UNVERIFIED};
use crate::output::{items, text};
use crate::owner_side::{Wish, Words, read_json};
use crate::owner_tools::{read, time};
use purser_domain::{AgentPolicy, PolicyFile};
use purser_engine::backtest::FileBacktest;
use purser_engine::{ReplayPolicy, backtest::BacktestError};
use purser_wallet::ExplainAsk;
use purser_wallet::control::OwnerCommand;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Longest recorded request, in bytes.
const MAX_LINE: u64 = 1024 * 1024;
/// Most requests that a backtest lists.
const LINES: usize = 1_000;

pub fn explain_wish(ask: &Explain) -> Result<Wish, Failure> {
    let what = ask.what.trim();
    let ask = if let Ok(seq) = what.parse() {
        ExplainAsk::Entry(seq)
    } else {
        let wrong = |_| {
            Failure::usage(format!("`{what}` is neither a payment, `pay_…`, nor an entry's number"))
        };
        ExplainAsk::Payment(what.parse().map_err(wrong)?)
    };
    Ok(Wish::plain(OwnerCommand::Explain { ask }, explain_words))
}

fn explain_words(told: &Value) -> String {
    let asked = match text(told, "/asked") {
        "" => "asked for something".to_owned(),
        asked => format!("asked to pay {asked}"),
    };
    let seq = number(told, "/seq");
    let at = at(told, "/at_ms");
    let mut words = vec![format!("Entry {seq}, {at}: {} {asked}.", text(told, "/agent"))];
    words.push(text(told, "/title").to_owned());
    words.extend(items(told, "/steps").iter().map(step_words));
    words.extend(items(told, "/notes").iter().filter_map(Value::as_str).map(str::to_owned));
    match text(told, "/agrees") {
        "same" => words.push("Decided again, it comes to the same.".to_owned()),
        "differs" => words.push(format!("WARNING. {}", text(told, "/warning"))),
        _ => words.push(text(told, "/warning").to_owned()),
    }
    words.join("\n")
}

fn step_words(step: &Value) -> String {
    let mark = match text(step, "/result") {
        "passed" => "ok",
        "asks" => "ASKS",
        "refused" => "REFUSED",
        "repeats" => "REPEATED",
        _ => "-",
    };
    let (name, detail) = (text(step, "/name"), text(step, "/detail"));
    let name = if name.is_empty() { String::new() } else { format!(" [{name}]") };
    let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    let (title, whose) = (text(step, "/title"), text(step, "/whose"));
    format!("{:>3}  {mark:<8}  {title} ({whose}){name}{detail}", number(step, "/step"))
}

pub fn report_wish(ask: &Report) -> Result<Wish, Failure> {
    let (from, to) = (time(ask.from.as_deref())?, time(ask.to.as_deref())?);
    let by = ask.by.iter().map(|by| by.of_report()).collect();
    let words: Words =
        if ask.csv { |report| text(report, "/csv").to_owned() } else { report_words };
    Ok(Wish::plain(OwnerCommand::Report { from, to, by }, words))
}

fn report_words(report: &Value) -> String {
    let currency = text(report, "/currency");
    let mut words = vec![format!("In all: {}", sums(report, "/total", currency))];
    let mut last = "";
    for row in items(report, "/rows") {
        let kind = text(row, "/by");
        if kind != last {
            words.push(format!("By {}:", kind.replace('_', " ")));
            last = kind;
        }
        let label = match text(row, "/label") {
            "" => "(none)",
            label => label,
        };
        words.push(format!("  {label}: {}", sums(row, "", currency)));
    }
    words.join("\n")
}

fn sums(row: &Value, path: &str, currency: &str) -> String {
    let amount = |name: &str| {
        let told = text(row, &format!("{path}/{name}"));
        told.parse().map_or_else(|_| told.to_owned(), purser_wallet::decimal)
    };
    let count = |name: &str| number(row, &format!("{path}/{name}"));
    let mut words = format!(
        "{} {currency} paid, {} held, {} payments, {} refused",
        amount("settled"),
        amount("reserved"),
        count("payments"),
        count("refused"),
    );
    if count("unpriced") > 0 {
        words.push_str(&format!(", {} without a rate and in no sum", count("unpriced")));
    }
    words
}

pub fn backtest_wish(ask: Backtest) -> Result<Wish, Failure> {
    let Backtest { file, agent, against, on_review } = ask;
    let file = match agent {
        Some(name) => {
            let policy: AgentPolicy = read_json(&file)?;
            let named = |error| Failure::usage(format!("`{}`: {error}", file.display()));
            policy.validate().map_err(named)?;
            PolicyFile { schema: None, wallet: None, agents: [(name, policy)].into() }
        }
        None => read(&file)?,
    };
    Ok(match against {
        Some(recorded) => Wish::Against(Against { file: Box::new(file), recorded, on_review }),
        None => {
            let command = OwnerCommand::Backtest { file };
            Wish::plain(command, backtest_words)
        }
    })
}

/// Policies to be tried on recorded requests.
pub struct Against {
    file: Box<PolicyFile>,
    recorded: PathBuf,
    on_review: OnReview,
}

impl Against {
    /// Runs the recorded requests under the policies as they are and under those of the file.
    pub fn run(self, policies: Value) -> Result<Value, Failure> {
        let current: PolicyFile = serde_json::from_value(policies).map_err(Failure::usage)?;
        let lines = lines(&self.recorded)?;
        let names = names(&lines);
        if let Some(nobody) = self.file.agents.keys().find(|name| !has(&names, name)) {
            let file = self.recorded.display();
            return Err(Failure::usage(format!("`{nobody}` is in no line of `{file}`")));
        }
        let before = ReplayPolicy {
            wallet: current.wallet.unwrap_or_default(),
            agents: spelled(&current.agents, &names),
            ..ReplayPolicy::default()
        };
        let mut after = before.clone();
        if let Some(wallet) = self.file.wallet {
            after.wallet = wallet;
        }
        after.agents.extend(spelled(&self.file.agents, &names));
        let failed = |error: BacktestError| {
            Failure::usage(format!("`{}`: {error}", self.recorded.display()))
        };
        let on_review = crate::replay::on_review(self.on_review);
        let mut backtest = FileBacktest::new(before, after, on_review).map_err(failed)?;
        let mut changed = Vec::new();
        for (number, line) in (1u64..).zip(lines) {
            let line = backtest.line(number, &line).map_err(failed)?;
            if line.changed && changed.len() < LINES {
                changed.push(line);
            }
        }
        Ok(serde_json::json!({ "summary": backtest.summary(), "changed": changed }))
    }
}

type Agents = BTreeMap<String, AgentPolicy>;

/// The agents' names in recorded requests. A line that is none is told when it is run.
fn names(lines: &[String]) -> BTreeSet<String> {
    let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    parsed.map(|line| text(&line, "/agent").to_owned()).collect()
}

fn has(names: &BTreeSet<String>, wanted: &str) -> bool {
    names.iter().any(|name| name.to_lowercase() == wanted.to_lowercase())
}

/// Policies by the names as the lines spell them: the wallet does not look at capitals.
fn spelled(agents: &Agents, names: &BTreeSet<String>) -> Agents {
    let found = |name: &String| {
        let mut same =
            agents.iter().filter(|(other, _)| other.to_lowercase() == name.to_lowercase());
        same.next().map(|(_, policy)| (name.clone(), policy.clone()))
    };
    names.iter().filter_map(found).collect()
}

fn lines(path: &Path) -> Result<Vec<String>, Failure> {
    let named =
        |error: &dyn std::fmt::Display| Failure::usage(format!("`{}`: {error}", path.display()));
    let mut file = BufReader::new(std::fs::File::open(path).map_err(|error| named(&error))?);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let read = file.by_ref().take(MAX_LINE).read_line(&mut line);
        if read.map_err(|error| named(&error))? == 0 {
            return Ok(lines);
        }
        if !line.ends_with('\n') && u64::try_from(line.len()).is_ok_and(|bytes| bytes >= MAX_LINE) {
            let number = lines.len().saturating_add(1);
            return Err(named(&format!("line {number} is longer than {MAX_LINE} bytes")));
        }
        lines.push(line.trim_end_matches(['\n', '\r']).to_owned());
    }
}

pub fn backtest_words(told: &Value) -> String {
    let tally = |when: &str| {
        let count = |name: &str| number(told, &format!("/summary/{when}/{name}"));
        let sum = |name: &str| text(told, &format!("/summary/{when}/{name}_sum"));
        format!(
            "{} allowed ({}), {} asked ({}), {} refused ({})",
            count("allowed"),
            sum("allowed"),
            count("reviewed"),
            sum("reviewed"),
            count("denied"),
            sum("denied"),
        )
    };
    let mut words = vec![
        format!("Before: {}", tally("before")),
        format!("After:  {}", tally("after")),
        match number(told, "/summary/changed") {
            0 => "No request would have come to something else.".to_owned(),
            1 => "1 request would have come to something else:".to_owned(),
            changed => format!("{changed} requests would have come to something else:"),
        },
    ];
    words.extend(items(told, "/changed").iter().map(line_words));
    let carried = number(told, "/summary/carried");
    if carried > 0 {
        words.push(format!(
            "{carried} were refused by a credential and stay as they were: no policy changes that."
        ));
    }
    words.join("\n")
}

fn line_words(line: &Value) -> String {
    let verdict = |when: &str| {
        let code = text(line, &format!("/{when}/code"));
        let code = if code.is_empty() { String::new() } else { format!(" ({code})") };
        let word = match text(line, &format!("/{when}/verdict")) {
            "allow" => "allowed",
            "review" => "asked",
            _ => "refused",
        };
        format!("{word}{code}")
    };
    let name = match text(line, "/agent_name") {
        "" => text(line, "/agent"),
        name => name,
    };
    format!(
        "  {}  {}  {name}: {} {} to {}: {} -> {}",
        number(line, "/place"),
        at(line, "/at_ms"),
        text(line, "/amount/amount"),
        text(line, "/amount/currency"),
        visible(text(line, "/payee")),
        verdict("before"),
        verdict("after"),
    )
}

/// A payee's key is in part what an agent wrote.
fn visible(words: &str) -> String {
    let claim = purser_domain::Claim::new(words, purser_domain::Claim::MAX_BYTES);
    claim.map_or_else(|_| String::new(), |claim| claim.visible(256))
}

/// The agents, each below the one that it has its budget from.
pub fn tree_words(rows: &Value) -> String {
    let rows = items(rows, "");
    if rows.is_empty() {
        return "There are no agents. Add one with `purser agent add`.".to_owned();
    }
    let words = |row: &Value| {
        let depth = usize::try_from(number(row, "/depth")).unwrap_or_default();
        let (name, status) = (text(row, "/name"), text(row, "/status"));
        let status = if status == "active" { String::new() } else { format!(" [{status}]") };
        let holds = match text(row, "/budget/allocation") {
            "" => "its budget was taken back".to_owned(),
            allocation => format!(
                "{} of {allocation} {} left ({}): {} paid, {} held for payments, {} for sub-agents",
                text(row, "/budget/left"),
                text(row, "/budget/currency"),
                text(row, "/budget/label"),
                text(row, "/budget/settled"),
                text(row, "/budget/reserved"),
                text(row, "/budget/held"),
            ),
        };
        format!("{}{name}{status}: {holds}", "  ".repeat(depth))
    };
    rows.iter().map(words).collect::<Vec<_>>().join("\n")
}

pub fn prove_wish(ask: Prove) -> Wish {
    let Prove { seq, out } = ask;
    match out {
        None => {
            Wish::plain(OwnerCommand::LogProve { seq }, |value| text(value, "/proof").to_owned())
        }
        Some(out) => Wish::Prove { seq, out },
    }
}

/// What checking the wallet's own log came to. Fails when something was found.
pub fn verified(check: &Value) -> Result<(), Failure> {
    if check.pointer("/verified") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(Failure::new(
        UNVERIFIED,
        "log_unverified",
        findings_words(check),
        "freeze the wallet and keep a copy of its folder; if you changed to another version of \
         Purser since, it may judge old entries by other rules",
    ))
}

/// The findings, one a line.
pub fn findings_words(check: &Value) -> String {
    let line = |finding: &Value| match finding.pointer("/seq").and_then(Value::as_u64) {
        Some(seq) => format!("entry {seq}: {}", visible(text(finding, "/problem"))),
        None => visible(text(finding, "/problem")),
    };
    let lines: Vec<String> = items(check, "/findings").iter().map(line).collect();
    let more = if lines.len() > 1 {
        "\n  Look at the first one: those after it may only follow from it."
    } else {
        ""
    };
    format!("the log is not as it should be:\n  {}{more}", lines.join("\n  "))
}

pub fn check_words(check: &Value) -> String {
    let unjudged = match number(check, "/unjudged") {
        0 => String::new(),
        some => format!(" Of {some} more the log holds too little to make them again."),
    };
    format!(
        "Verified: {} entries of {}, root {}.\n{} decisions, made again, come to the same.\
         {unjudged}",
        number(check, "/entries"),
        text(check, "/origin"),
        text(check, "/root"),
        number(check, "/judged"),
    )
}

fn number(value: &Value, path: &str) -> u64 {
    value.pointer(path).and_then(Value::as_u64).unwrap_or_default()
}

/// A time in UTC.
fn at(value: &Value, path: &str) -> String {
    let ms = value.pointer(path).and_then(Value::as_i64).unwrap_or_default();
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}
