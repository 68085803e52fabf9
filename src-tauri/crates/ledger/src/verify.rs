//! Checking a whole log: an export that someone handed over, or the live database. Every error
//! names the first entry that is wrong, as far as the log lets it be known.

use crate::batch::{self, BATCH, Batch, Checked, RowReader};
use crate::checkpoint::Checkpoint;
use crate::error::{Damage, LedgerError, LineProblem, VerifyError};
use crate::export::{CHECKPOINT_FILE, ENTRIES_FILE, VKEY_FILE};
use crate::note::VerifierKey;
use crate::parallel;
use crate::strict::{self, Parts};
use crate::tree::{Frontier, Hash, Subtree, leaf_hash};
use crate::view::LogSource;
use purser_domain::{Entry, Timestamp};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

/// Longest line that is read. The longest entries list every payment that a freeze called off.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Longest checkpoint or verifier key that is read.
const NOTE_BYTES_MAX: u64 = 1_000_000;

/// What was checked and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// The log's name.
    pub origin: String,
    /// How many entries there are.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
    /// The key that signed it.
    pub vkey: String,
    /// Whether that key is one the caller trusts, and not only the one that lay beside the log.
    pub trusted: bool,
}

/// Looks at an entry that was found whole; what it returns as an error ends the check.
pub type Visit<'a> = &'a mut dyn FnMut(&Entry) -> Result<(), String>;

/// Checks an export: the signature, the origin, that there are as many entries as were signed,
/// that each is in canonical form, in its place and not earlier than the one before, and the
/// root. Pass the verifier key that you have from elsewhere; without, the one in the export is
/// taken, which shows damage but not forgery. `visit` may replay the entries.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_export(
    dir: &Path,
    trusted_vkey: Option<&str>,
    visit: Visit<'_>,
) -> Result<VerifyReport, VerifyError> {
    let vkey_text = read_text(&dir.join(VKEY_FILE))?;
    let vkey_line = vkey_text.strip_suffix('\n').unwrap_or(&vkey_text);
    let vkey = VerifierKey::parse(vkey_line).map_err(VerifyError::Key)?;
    if let Some(trusted) = trusted_vkey
        && VerifierKey::parse(trusted).map_err(VerifyError::Key)? != vkey
    {
        return Err(VerifyError::OtherKey);
    }
    let note = read_text(&dir.join(CHECKPOINT_FILE))?;
    let signed = Checkpoint::verify(&note, &vkey).map_err(VerifyError::Checkpoint)?;
    let frontier = check_lines(&dir.join(ENTRIES_FILE), signed.size, visit)?;
    if frontier.size() < signed.size {
        return Err(VerifyError::Short { found: frontier.size(), size: signed.size });
    }
    if frontier.root() != signed.root {
        return Err(VerifyError::Root { size: signed.size });
    }
    let Checkpoint { origin, size, root } = signed;
    let trusted = trusted_vkey.is_some();
    Ok(VerifyReport { origin, size, root, vkey: vkey.to_string(), trusted })
}

fn read_text(path: &Path) -> Result<String, VerifyError> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(NOTE_BYTES_MAX).read_to_string(&mut text))
        .map_err(|source| VerifyError::Io { path: path.to_owned(), source })?;
    Ok(text)
}

/// Follows a sequence of entries by the batch.
struct Course<'a> {
    size: u64,
    frontier: Frontier,
    last_at_ms: Timestamp,
    visit: Visit<'a>,
}

impl<'a> Course<'a> {
    /// Of a log of which `size` entries were signed.
    fn of(size: u64, visit: Visit<'a>) -> Self {
        Self { size, frontier: Frontier::new(), last_at_ms: Timestamp::default(), visit }
    }

    /// Goes past the entries of a batch, up to the first that is wrong. `wrong` says it in the
    /// words of where they are from.
    fn pass<F>(
        &mut self,
        checked: Checked<F>,
        uncovered: F,
        time: F,
        wrong: &dyn Fn(u64, F) -> VerifyError,
        full: &mut dyn FnMut(Subtree),
    ) -> Result<(), VerifyError> {
        let first = checked.first;
        if checked.entries.first().is_some_and(|entry| entry.at_ms < self.last_at_ms) {
            return Err(wrong(first, if first < self.size { time } else { uncovered }));
        }
        for entry in &checked.entries {
            if entry.seq >= self.size {
                return Err(wrong(entry.seq, uncovered));
            }
            (self.visit)(entry)
                .map_err(|message| VerifyError::Replay { seq: entry.seq, message })?;
        }
        checked.join(&mut self.frontier, full);
        self.last_at_ms = checked.entries.last().map_or(self.last_at_ms, |entry| entry.at_ms);
        let seq = self.frontier.size();
        match checked.fault {
            Some(_) if seq >= self.size => Err(wrong(seq, uncovered)),
            Some(fault) => Err(wrong(seq, fault)),
            None => Ok(()),
        }
    }
}

impl From<Damage> for LineProblem {
    fn from(damage: Damage) -> Self {
        match damage {
            Damage::Form => Self::Form,
            Damage::NotCanonical => Self::NotCanonical,
            Damage::Time => Self::Time,
            _ => Self::Place,
        }
    }
}

fn check_lines(path: &Path, size: u64, visit: Visit<'_>) -> Result<Frontier, VerifyError> {
    let failed = |source| VerifyError::Io { path: path.to_owned(), source };
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(failed)?);
    let mut course = Course::of(size, visit);
    let mut first = 0u64;
    let mut next = || -> Result<_, VerifyError> {
        let lines = read_lines(&mut file, first).map_err(failed)?;
        first = first.saturating_add(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        Ok((lines.len() > 0).then_some(lines))
    };
    let line = |batch: &Batch, index, parts: &mut Parts| check_line(batch.body(index), parts);
    let work = |batch: Batch| batch::check(&batch, &line);
    let wrong = |seq: u64, problem| VerifyError::Line { line: seq.saturating_add(1), problem };
    parallel::in_order(&mut next, &work, &mut |checked| {
        course.pass(checked, LineProblem::Uncovered, LineProblem::Time, &wrong, &mut |_| ())
    })?;
    Ok(course.frontier)
}

/// The next lines, with their newlines. None at the end of the file.
fn read_lines(file: &mut BufReader<File>, first: u64) -> io::Result<Batch> {
    let mut batch = Batch::starting(first);
    while batch.len() < BATCH {
        let read =
            |bytes: &mut Vec<u8>| file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', bytes);
        if batch.add(read)? == 0 {
            batch.forget_last();
            break;
        }
    }
    Ok(batch)
}

pub(crate) fn check_line(line: &[u8], parts: &mut Parts) -> Result<(Entry, Hash), LineProblem> {
    let body = line.strip_suffix(b"\n").ok_or(LineProblem::CutOff)?;
    if body.is_empty() {
        return Err(LineProblem::Blank);
    }
    Ok((strict::canonical(body, parts)?, leaf_hash(body)))
}

/// Looks at a row of the live log, and at everything that should follow from its bytes.
fn check_row(batch: &Batch, index: usize, parts: &mut Parts) -> Result<(Entry, Hash), Damage> {
    let body = batch.body(index);
    let leaf = leaf_hash(body);
    let columns = batch.columns(index);
    if columns.is_none_or(|columns| columns.leaf != leaf) {
        return Err(Damage::Bytes);
    }
    let entry = strict::canonical(body, parts)?;
    let Some(follows) = columns.and_then(|columns| columns.follows.as_ref()) else {
        return Err(Damage::Columns);
    };
    let payment = entry.event.payment().map(|payment| payment.bits().to_be_bytes());
    let agent_fits = match entry.event.agent().map(|agent| agent.bits().to_be_bytes()) {
        // Format 1 repeated the agent of a payment's first entry in its later ones.
        None => payment.is_some() || follows.agent.is_none(),
        own => own == follows.agent,
    };
    let fits = follows.at_ms == entry.at_ms.as_millis()
        && batch.kind(follows) == entry.event.kind()
        && follows.payment == payment
        && agent_fits;
    if fits { Ok((entry, leaf)) } else { Err(Damage::Columns) }
}

/// Checks the live log as [`verify_export`] checks an export, in one snapshot, and that what is
/// kept beside the entries follows from them.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_ledger<S: LogSource>(
    source: &S,
    visit: Visit<'_>,
) -> Result<VerifyReport, VerifyError> {
    let view = source.view();
    let _snapshot = view.snapshot()?;
    let head = view.head()?;
    let stored = VerifierKey::parse(&head.vkey).map_err(VerifyError::Key)?;
    let vkey = source.trusted().unwrap_or(&stored);
    if *vkey != stored || head.origin != stored.name() {
        return Err(VerifyError::OtherKey);
    }
    let signed = Checkpoint::verify(&head.checkpoint, vkey).map_err(VerifyError::Checkpoint)?;

    let failed = |error| VerifyError::from(view.failed(error));
    let sql = "SELECT seq, leaf, body, at_ms, kind, agent, payment FROM entries ORDER BY seq";
    let mut statement = view.conn.prepare(sql).map_err(failed)?;
    let mut rows = RowReader::new(view, statement.query([]).map_err(failed)?, 0, true);
    let mut course = Course::of(signed.size, visit);
    let work = |batch: Batch| batch::check(&batch, &check_row);
    let wrong = |seq, damage| LedgerError::Damaged { seq, damage }.into();
    let next = &mut || rows.next().map_err(VerifyError::from);
    parallel::in_order(next, &work, &mut |checked| {
        course.pass(checked, Damage::Uncovered, Damage::Time, &wrong, &mut |_| ())
    })?;
    if course.frontier.size() < signed.size {
        let seq = course.frontier.size();
        return Err(LedgerError::Damaged { seq, damage: Damage::Missing }.into());
    }
    if course.frontier != head.frontier || course.frontier.root() != signed.root {
        return Err(LedgerError::Head.into());
    }
    let Checkpoint { origin, size, root } = signed;
    let trusted = source.trusted().is_some();
    Ok(VerifyReport { origin, size, root, vkey: vkey.to_string(), trusted })
}
