//! Exports and proofs, and what changing them leads to.

use crate::support::*;
use purser_domain::{Entry, canonical_json};
use purser_ledger::{
    Damage, LedgerError, LineProblem, NoteError, VerifyError, export, prove, verify_export,
    verify_ledger, verify_proof,
};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// More than travel together between threads.
const SIZE: u64 = 700;

struct Export {
    dir: TempDir,
    vkey: String,
}

impl Export {
    fn new() -> Self {
        Self::of(&entries(0..SIZE))
    }

    fn of(entries: &[Entry]) -> Self {
        let (dir, path) = place();
        let mut ledger = create(&path);
        ledger.append(entries).unwrap();
        verify_ledger(&ledger, &mut |_| Ok(())).unwrap();
        export(&ledger, &dir.path().join("out")).unwrap();
        Self { vkey: ledger.vkey(), dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("out").join(name)
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("entries.jsonl")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        use std::io::Write as _;
        fs::File::create(self.path(name)).unwrap().write_all(bytes.as_ref()).unwrap();
    }

    fn verify(&self) -> Result<u64, VerifyError> {
        let dir = self.dir.path().join("out");
        let mut next = 0;
        let report = verify_export(&dir, Some(&self.vkey), &mut |entry| {
            assert_eq!(entry.seq, next);
            next += 1;
            Ok(())
        })?;
        assert!(report.trusted);
        Ok(report.size)
    }

    /// What verifying says once the lines are these.
    fn with_lines(&self, change: impl Fn(&mut Vec<String>)) -> Result<u64, VerifyError> {
        let whole = self.lines();
        let mut lines = whole.clone();
        change(&mut lines);
        self.write("entries.jsonl", lines.join("\n") + "\n");
        let verified = self.verify();
        self.write("entries.jsonl", whole.join("\n") + "\n");
        verified
    }
}

#[track_caller]
fn is_line(verified: Result<u64, VerifyError>, line: u64, problem: LineProblem) {
    match verified {
        Err(VerifyError::Line { line: l, problem: p }) => assert_eq!((l, p), (line, problem)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_holds_the_canonical_entries_and_verifies() {
    let export = Export::new();
    assert_eq!(export.verify().unwrap(), SIZE);
    let lines = export.lines();
    assert_eq!(lines.len(), 700);
    assert_eq!(lines[5].as_bytes(), canonical_json(&entry(5)).unwrap());
    let vkey = fs::read_to_string(export.path("log.vkey")).unwrap();
    assert_eq!(vkey, format!("{}\n", export.vkey));
}

#[test]
fn without_a_key_from_elsewhere_the_report_says_so() {
    let export = Export::new();
    let report = verify_export(&export.dir.path().join("out"), None, &mut no_visit).unwrap();
    assert_eq!((report.trusted, report.vkey), (false, export.vkey.clone()));
}

#[test]
fn an_empty_log_exports_and_verifies() {
    let (dir, path) = place();
    let out = dir.path().join("a/b/out");
    export(&create(&path), &out).unwrap();
    assert_eq!(verify_export(&out, None, &mut no_visit).unwrap().size, 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_an_export() {
    use std::os::unix::fs::PermissionsExt as _;
    let export = Export::new();
    for name in ["", "entries.jsonl", "checkpoint", "log.vkey"] {
        let mode = fs::metadata(export.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn a_later_export_replaces_an_earlier_one_of_the_same_log_only() {
    let (dir, path) = place();
    let out = dir.path().join("out");
    let mut ledger = filled(&path, 3);
    export(&ledger, &out).unwrap();
    ledger.append(&entries(3..9)).unwrap();
    export(&ledger.reader().unwrap(), &out).unwrap();
    assert_eq!(verify_export(&out, Some(&ledger.vkey()), &mut no_visit).unwrap().size, 9);

    let (_other_dir, other_path) = place();
    let other = purser_ledger::Ledger::create(&other_path, &KEY, ORIGIN, signer(2)).unwrap();
    assert!(matches!(export(&other, &out), Err(LedgerError::ForeignDirectory { .. })));
    fs::File::create(out.join("notes.txt")).unwrap();
    assert!(matches!(export(&ledger, &out), Err(LedgerError::ForeignDirectory { .. })));
}

#[test]
fn a_directory_whose_key_is_gone_or_unreadable_is_not_written_over() {
    let exported = Export::new();
    let out = exported.dir.path().join("out");
    let ledger = open(&exported.dir.path().join("ledger.db")).unwrap();
    let lines = exported.lines();
    fs::remove_file(exported.path("log.vkey")).unwrap();
    let error = export(&ledger, &out).unwrap_err();
    assert!(matches!(error, LedgerError::ForeignDirectory { .. }), "{error:?}");
    fs::create_dir(exported.path("log.vkey")).unwrap();
    let error = export(&ledger, &out).unwrap_err();
    assert!(matches!(error, LedgerError::Io { .. }), "{error:?}");
    assert_eq!(exported.lines(), lines);
}

#[test]
fn a_log_whose_last_entries_are_gone_is_not_exported() {
    let (dir, path) = place();
    let ledger = filled(&path, 40);
    let sql = "DROP TRIGGER entries_never_go; DELETE FROM entries WHERE seq >= 38";
    database(&path).execute_batch(sql).unwrap();
    let error = export(&ledger, &dir.path().join("out")).unwrap_err();
    let missing = Damage::Missing;
    assert!(
        matches!(error, LedgerError::Damaged { seq: 38, damage } if damage == missing),
        "{error:?}"
    );
}

#[test]
fn leftovers_of_an_export_that_was_cut_off_are_replaced() {
    let (dir, path) = place();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::File::create(out.join("entries.jsonl.partial")).unwrap();
    export(&filled(&path, 3), &out).unwrap();
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    assert_eq!(verify_export(&out, None, &mut no_visit).unwrap().size, 3);
}

#[test]
fn changed_lines_are_found_and_named() {
    let export = Export::new();
    let number = "\"seq\":300";
    is_line(export.with_lines(|l| l.swap(300, 304)), 301, LineProblem::Place);
    is_line(export.with_lines(|l| drop(l.remove(300))), 301, LineProblem::Place);
    is_line(export.with_lines(|l| l.insert(300, String::new())), 301, LineProblem::Blank);
    is_line(export.with_lines(|l| l.push(l[699].clone())), 701, LineProblem::Uncovered);
    is_line(export.with_lines(|l| l[300].insert(1, ' ')), 301, LineProblem::NotCanonical);
    is_line(export.with_lines(|l| l[300].push('\r')), 301, LineProblem::NotCanonical);
    is_line(
        export.with_lines(|l| l[300] = l[300].replace(number, "\"seq\":300,\"x\":1")),
        301,
        LineProblem::Form,
    );
    is_line(
        export.with_lines(|l| l[303] = l[303].replace("{\"type\"", "{\"a\":1,\"type\"")),
        304,
        LineProblem::NotCanonical,
    );
    is_line(export.with_lines(|l| l[300] = "{}".to_owned()), 301, LineProblem::Form);
    let earlier = |l: &mut Vec<String>| l[300] = l[300].replace("180000000", "170000000");
    is_line(export.with_lines(earlier), 301, LineProblem::Time);
    let first_of_a_batch = |l: &mut Vec<String>| l[256] = l[256].replace("180000000", "170000000");
    is_line(export.with_lines(first_of_a_batch), 257, LineProblem::Time);
    // Several are wrong: the first is named.
    let both = |l: &mut Vec<String>| {
        l[650].clear();
        l[10].clear();
    };
    is_line(export.with_lines(both), 11, LineProblem::Blank);
    assert_eq!(export.verify().unwrap(), SIZE);
}

#[test]
fn entries_of_one_time_are_in_order_wherever_they_are_cut() {
    let first = entry(0).at_ms;
    let same: Vec<_> =
        entries(0..SIZE).into_iter().map(|entry| Entry { at_ms: first, ..entry }).collect();
    assert_eq!(Export::of(&same).verify().unwrap(), SIZE);
}

#[test]
fn what_was_added_behind_the_last_signed_entry_is_uncovered_whatever_its_time() {
    let export = Export::of(&entries(0..512));
    let early = Entry { at_ms: entry(0).at_ms, ..entry(512) };
    let line = String::from_utf8(canonical_json(&early).unwrap()).unwrap();
    is_line(export.with_lines(|l| l.push(line.clone())), 513, LineProblem::Uncovered);
}

#[test]
fn a_change_that_stays_well_formed_is_found() {
    let export = Export::new();
    let changed = export.with_lines(|l| l[300] = l[300].replace("12.34", "12.35"));
    assert!(matches!(changed, Err(VerifyError::Root { size: SIZE })), "{changed:?}");
}

#[test]
fn a_cut_is_found_and_named() {
    let export = Export::new();
    let removed = export.with_lines(|l| drop(l.pop()));
    assert!(matches!(removed, Err(VerifyError::Short { found: 699, size: SIZE })), "{removed:?}");
    let bytes = fs::read(export.path("entries.jsonl")).unwrap();
    export.write("entries.jsonl", &bytes[..bytes.len() - 1]);
    is_line(export.verify(), 700, LineProblem::CutOff);
    export.write("entries.jsonl", "");
    assert!(matches!(export.verify(), Err(VerifyError::Short { found: 0, .. })));
    fs::remove_file(export.path("entries.jsonl")).unwrap();
    assert!(matches!(export.verify(), Err(VerifyError::Io { .. })));
}

#[test]
fn an_edited_checkpoint_and_another_key_are_refused() {
    let export = Export::new();
    let note = fs::read_to_string(export.path("checkpoint")).unwrap();
    export.write("checkpoint", note.replace("\n700\n", "\n699\n"));
    let edited = export.verify();
    assert!(matches!(edited, Err(VerifyError::Checkpoint(NoteError::Signature))), "{edited:?}");
    export.write("checkpoint", &note);

    // The same entries, signed by someone else.
    let (_dir, path) = place();
    let other = purser_ledger::Ledger::create(&path, &KEY, ORIGIN, signer(2)).unwrap();
    export.write("checkpoint", other.checkpoint());
    let unsigned = export.verify();
    assert!(matches!(unsigned, Err(VerifyError::Checkpoint(NoteError::Unsigned))));
    export.write("log.vkey", other.vkey());
    assert!(matches!(export.verify(), Err(VerifyError::OtherKey)));
    export.write("log.vkey", "nonsense");
    assert!(matches!(export.verify(), Err(VerifyError::Key(_))));
}

#[test]
fn every_entry_is_proven_and_no_other() {
    let (_dir, path) = place();
    let ledger = filled(&path, 21);
    let vkey = ledger.vkey();
    for seq in 0..21 {
        let proof = prove(&ledger, seq).unwrap();
        let body = canonical_json(&entry(seq)).unwrap();
        assert_eq!(verify_proof(&proof, &body, &vkey).unwrap().size, 21);
        let other = canonical_json(&entry((seq + 1) % 21)).unwrap();
        let refused = verify_proof(&proof, &other, &vkey);
        assert!(matches!(refused, Err(VerifyError::NotIncluded { index }) if index == seq));
        let moved = proof.replace(&format!("index {seq}\n"), &format!("index {}\n", seq + 1));
        assert!(verify_proof(&moved, &body, &vkey).is_err());
    }
    assert!(matches!(prove(&ledger, 21), Err(LedgerError::NoSuchEntry { seq: 21, size: 21 })));
    let proof = prove(&ledger.reader().unwrap(), 0).unwrap();
    let body = canonical_json(&entry(0)).unwrap();
    assert!(matches!(verify_proof("", &body, &vkey), Err(VerifyError::Proof(_))));
    assert!(matches!(verify_proof(&proof, &body, "x"), Err(VerifyError::Key(_))));
    let edited = proof.replace("\n21\n", "\n20\n");
    assert!(matches!(verify_proof(&edited, &body, &vkey), Err(VerifyError::Checkpoint(_))));
}
