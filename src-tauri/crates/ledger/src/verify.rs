//! Checking a whole log: an export that someone handed over, or the live database. Every error
//! names the first entry that is wrong, as far as the log lets it be known.

use crate::canonical::canonical_entry;
use crate::checkpoint::Checkpoint;
use crate::error::{Damage, LedgerError, LineProblem, VerifyError};
use crate::export::{CHECKPOINT_FILE, ENTRIES_FILE, VKEY_FILE};
use crate::note::VerifierKey;
use crate::parallel::{self, CHUNK};
use crate::tree::{Frontier, Hash, leaf_hash};
use crate::view::{LogSource, to_u64};
use purser_domain::{Entry, Timestamp};
use rusqlite::Row;
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

/// Follows a sequence of entries: their places, their times and their hashes.
#[derive(Default)]
struct Course {
    frontier: Frontier,
    last_at_ms: Timestamp,
}

impl Course {
    /// Says whether the entry's place or its time is wrong, and goes past it if neither is.
    fn pass(&mut self, entry: &Entry, leaf: Hash) -> Result<(), Damage> {
        if entry.seq != self.frontier.size() {
            return Err(Damage::Place);
        }
        if entry.at_ms < self.last_at_ms {
            return Err(Damage::Time);
        }
        self.frontier.push(leaf);
        self.last_at_ms = entry.at_ms;
        Ok(())
    }
}

fn check_lines(path: &Path, size: u64, visit: Visit<'_>) -> Result<Frontier, VerifyError> {
    let failed = |source| VerifyError::Io { path: path.to_owned(), source };
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(failed)?);
    let mut course = Course::default();
    let mut next = || -> Result<_, VerifyError> {
        let lines = read_lines(&mut file).map_err(failed)?;
        Ok(if lines.is_empty() { None } else { Some(lines) })
    };
    parallel::in_order(&mut next, &check_line, &mut |checked| {
        let seq = course.frontier.size();
        let wrong = |problem| VerifyError::Line { line: seq.saturating_add(1), problem };
        let (entry, leaf) = checked.map_err(wrong)?;
        if seq >= size {
            return Err(wrong(LineProblem::Uncovered));
        }
        course.pass(&entry, leaf).map_err(|damage| match damage {
            Damage::Time => wrong(LineProblem::Time),
            _ => wrong(LineProblem::Place),
        })?;
        visit(&entry).map_err(|message| VerifyError::Replay { seq, message })
    })?;
    Ok(course.frontier)
}

/// The next lines, with their newlines. None at the end of the file.
fn read_lines(file: &mut BufReader<File>) -> io::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::with_capacity(CHUNK);
    while lines.len() < CHUNK {
        let mut line = Vec::new();
        if file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        lines.push(line);
    }
    Ok(lines)
}

pub(crate) fn check_line(line: Vec<u8>) -> Result<(Entry, Hash), LineProblem> {
    let body = line.strip_suffix(b"\n").ok_or(LineProblem::CutOff)?;
    if body.is_empty() {
        return Err(LineProblem::Blank);
    }
    let entry = read_canonical(body).map_err(|damage| match damage {
        Damage::NotCanonical => LineProblem::NotCanonical,
        _ => LineProblem::Form,
    })?;
    Ok((entry, leaf_hash(body)))
}

/// Reads an entry from the only bytes it may have. Fields that no version knows vanish when it is
/// written again, so they are refused too.
fn read_canonical(body: &[u8]) -> Result<Entry, Damage> {
    let entry: Entry = serde_json::from_slice(body).map_err(|_| Damage::Form)?;
    match canonical_entry(&entry) {
        Ok(canonical) if canonical == body => Ok(entry),
        _ => Err(Damage::NotCanonical),
    }
}

/// A row of the live log, with everything that should follow from its body.
struct FullRow {
    seq: u64,
    at_ms: i64,
    kind: String,
    agent: Option<[u8; 16]>,
    payment: Option<[u8; 16]>,
    leaf: Hash,
    body: Vec<u8>,
}

impl FullRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: to_u64(row.get(0)?),
            at_ms: row.get(1)?,
            kind: row.get(2)?,
            agent: row.get(3)?,
            payment: row.get(4)?,
            leaf: row.get(5)?,
            body: row.get(6)?,
        })
    }

    fn check(self) -> (u64, Result<(Entry, Hash), Damage>) {
        (self.seq, self.check_body())
    }

    fn check_body(&self) -> Result<(Entry, Hash), Damage> {
        if leaf_hash(&self.body) != self.leaf {
            return Err(Damage::Bytes);
        }
        let entry = read_canonical(&self.body)?;
        let payment = entry.event.payment().map(|payment| payment.bits().to_be_bytes());
        let agent = entry.event.agent().map(|agent| agent.bits().to_be_bytes());
        let agent_fits = match agent {
            // The agent of a payment's later events stands in its first one.
            None => payment.is_some() || self.agent.is_none(),
            own => own == self.agent,
        };
        let follows = self.at_ms == entry.at_ms.as_millis()
            && self.kind == entry.event.kind()
            && self.payment == payment
            && agent_fits;
        if follows { Ok((entry, self.leaf)) } else { Err(Damage::Columns) }
    }
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
    let sql = "SELECT seq, at_ms, kind, agent, payment, leaf, body FROM entries ORDER BY seq";
    let mut statement = view.conn.prepare(sql).map_err(failed)?;
    let mut rows = statement.query_map([], FullRow::read).map_err(failed)?;
    let mut course = Course::default();
    let mut next = || -> Result<Option<Vec<FullRow>>, VerifyError> {
        let chunk = rows.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        Ok(if chunk.is_empty() { None } else { Some(chunk) })
    };
    parallel::in_order(&mut next, &FullRow::check, &mut |(row, checked)| {
        let seq = course.frontier.size();
        let damaged = |damage| LedgerError::Damaged { seq, damage };
        if row != seq {
            return Err(damaged(Damage::Missing).into());
        }
        if seq >= signed.size {
            return Err(damaged(Damage::Uncovered).into());
        }
        let (entry, leaf) = checked.map_err(damaged)?;
        course.pass(&entry, leaf).map_err(damaged)?;
        visit(&entry).map_err(|message| VerifyError::Replay { seq, message })
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
