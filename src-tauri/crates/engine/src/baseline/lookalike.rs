//! Does a payee look like one that this wallet paid before, or is it a known name with another
//! account?
//!
//! Guarantees: pure and deterministic; at most [`Directory::MAX`] payees are kept, and whatever a
//! name, a host or an account holds, a comparison takes bounded time and does not panic. A payee
//! that is known by its key resembles nobody. Only what was paid is compared with, so that asking
//! teaches nothing.
//!
//! Does not guarantee: that a payee without resemblance is honest, or that one with it is not. Two
//! honest shops can be two letters apart; a person looks at both. Not seen are: names that mean the
//! same (`PayPal Europe`), a brand within a longer word (`paypalsecure.com`), domains that differ
//! in numbers only, the case of an EVM address as its checksum, and a known name whose host alone
//! is another.
//!
//! Skeletons follow the Unicode tables of this version, so they are worked out again whenever a
//! directory is read, and never written.

mod account;
mod distance;
mod host;
mod name;
mod prints;
#[cfg(test)]
mod tests;

use account::AccountLook;
use distance::Unit;
use host::HostLook;
use name::NameLook;
use prints::{Print, Prints, Runs};
use purser_domain::{Account, Claim, Host, Payee, PayeeKey, Timestamp};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::cmp::Reverse;

/// What a payee that nobody paid yet resembles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resemblance {
    /// Its name is not the same as a known one, and looks like it.
    LookAlikeName { known: Claim },
    /// Its host is of another domain than the known one, and looks like it or holds its name.
    LookAlikeHost { known: String },
    /// Its account is another than the known one, and near it or with the same beginning and end.
    LookAlikeAccount { known: String },
    /// It has the name of a known payee, whose account of the same scheme is another.
    ChangedAccount { name: Claim, known: String },
    /// Its account has the form of an IBAN and can't be one.
    BadChecksum { account: String },
}

/// The payees that an agent of this wallet paid.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(into = "Vec<Row>", try_from = "Vec<Row>")]
pub(crate) struct Directory {
    /// By key.
    entries: Vec<Entry>,
    /// Of each entry at the same place, what tells fast that it resembles nothing.
    prints: Prints,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    row: Row,
    look: Look,
}

/// A payee as it is written: name, account, host, when it was paid last, how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row(Claim, Option<Account>, Option<Host>, Timestamp, u32);

#[derive(Debug, Clone, PartialEq)]
struct Look {
    key: PayeeKey,
    name: NameLook,
    host: Option<HostLook>,
    account: Option<AccountLook>,
}

/// Why rows are no directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DirectoryError {
    #[error("{0} payees are more than a directory keeps; replay the log")]
    TooMany(usize),
    #[error("the payees of a directory are not in the order of their keys; replay the log")]
    Order,
}

impl Directory {
    /// Payees kept; the one whose last payment is the longest ago leaves first.
    pub(crate) const MAX: usize = 512;

    /// Learns that a payment to `payee` succeeded. A payee keeps the name it had when it was paid
    /// first: what comparing stands on can't be renamed by a later claim.
    pub(crate) fn paid(&mut self, payee: &Payee, at: Timestamp) {
        let name = cut(&payee.name);
        let key = key_of(payee, &name);
        let place = match self.find(&key) {
            Ok(place) => return self.paid_again(place, payee, at),
            Err(place) if self.entries.len() < Self::MAX => place,
            Err(_) => {
                self.forget_oldest();
                self.find(&key).unwrap_or_else(|place| place)
            }
        };
        let look = Look::of(payee);
        let row = Row(name, payee.account.clone(), payee.host.clone(), at, 1);
        self.prints.insert(place, Print::of(&look));
        self.entries.insert(place, Entry { row, look });
    }

    /// Another payment to a known payee. It can fill in what was not known, and replace nothing.
    fn paid_again(&mut self, place: usize, payee: &Payee, at: Timestamp) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        let Row(name, _, host, last, times) = &mut entry.row;
        *last = (*last).max(at);
        *times = times.saturating_add(1);
        if (!name.is_empty() || payee.name.is_empty()) && (host.is_some() || payee.host.is_none()) {
            return;
        }
        if name.is_empty() {
            *name = cut(&payee.name);
        }
        *host = host.take().or_else(|| payee.host.clone());
        entry.look = Look::of(&entry.row.payee());
        self.prints.remove(place);
        self.prints.insert(place, Print::of(&entry.look));
    }

    fn forget_oldest(&mut self) {
        let ages = self.entries.iter().enumerate().map(|(place, entry)| (entry.row.3, place));
        if let Some((_, place)) = ages.min() {
            self.entries.remove(place);
            self.prints.remove(place);
        }
    }

    fn find(&self, key: &PayeeKey) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.look.key.cmp(key))
    }

    /// What `payee` resembles, at most one of each kind: the nearest, and among those as near the
    /// one paid last. Nothing when the payee is known itself.
    pub(crate) fn compare(&self, payee: &Payee) -> Vec<Resemblance> {
        let key = key_of(payee, &cut(&payee.name));
        if self.prints.may_know(prints::key_print(&key)) && self.find(&key).is_ok() {
            return Vec::new();
        }
        let look = Look::of(payee);
        let asked = Asked::new(payee, &look, &self.entries);
        let mut found = Found::default();
        for (place, print) in self.prints.candidates(&asked.print, &asked.held) {
            if let Some(entry) = self.entries.get(place) {
                asked.weigh(place, print, entry, &mut found);
            }
        }
        let mut resemblances = found.told(&self.entries);
        if let Some(account) = payee.account.as_ref().filter(|_| look.has_bad_account()) {
            resemblances.push(Resemblance::BadChecksum { account: account.to_string() });
        }
        resemblances
    }
}

impl Row {
    fn payee(&self) -> Payee {
        let Self(name, account, host, ..) = self.clone();
        Payee { name, account, host, country: None }
    }
}

impl From<Directory> for Vec<Row> {
    fn from(directory: Directory) -> Self {
        directory.entries.into_iter().map(|entry| entry.row).collect()
    }
}

impl TryFrom<Vec<Row>> for Directory {
    type Error = DirectoryError;

    fn try_from(rows: Vec<Row>) -> Result<Self, DirectoryError> {
        if rows.len() > Self::MAX {
            return Err(DirectoryError::TooMany(rows.len()));
        }
        let entry = |row: Row| Entry { look: Look::of(&row.payee()), row };
        let entries: Vec<_> = rows.into_iter().map(entry).collect();
        if !entries.is_sorted_by(|a, b| a.look.key < b.look.key) {
            return Err(DirectoryError::Order);
        }
        let mut prints = Prints::default();
        for (place, entry) in entries.iter().enumerate() {
            prints.insert(place, Print::of(&entry.look));
        }
        Ok(Self { entries, prints })
    }
}

impl Look {
    fn of(payee: &Payee) -> Self {
        let name = cut(&payee.name);
        Self {
            key: key_of(payee, &name),
            name: NameLook::of(name.raw()),
            host: payee.host.as_ref().and_then(HostLook::of),
            account: payee.account.as_ref().map(AccountLook::of),
        }
    }

    fn has_domain_of(&self, other: &Self) -> bool {
        self.host.as_ref().zip(other.host.as_ref()).is_some_and(|(a, b)| a.domain == b.domain)
    }

    fn has_bad_account(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.is_bad)
    }
}

/// The key of a payee with the name cut.
fn key_of(payee: &Payee, name: &Claim) -> PayeeKey {
    if *name == payee.name {
        payee.key()
    } else {
        Payee { name: name.clone(), ..payee.clone() }.key()
    }
}

/// The name, as long as the name of a payee may be. Requests hold none longer.
fn cut(name: &Claim) -> Claim {
    let end = name.raw().floor_char_boundary(Claim::MAX_NAME_BYTES);
    let text = name.raw().get(..end).unwrap_or_default();
    Claim::new(text, Claim::MAX_NAME_BYTES).unwrap_or_default()
}

/// FNV-1a, and never 0.
fn fingerprint(units: impl Iterator<Item = Unit>) -> u64 {
    let hash = units.fold(0xcbf2_9ce4_8422_2325u64, |hash, unit| {
        (hash ^ u64::from(unit)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.max(1)
}

/// The payee that is asked about.
struct Asked<'a> {
    look: &'a Look,
    print: Print,
    /// What its host holds.
    held: Runs,
    known: &'a [Entry],
    /// Words of its name, and whether other payees have them.
    words: RefCell<Vec<(String, bool)>>,
}

/// The nearest of one kind: edits, when it was paid, and its place.
type Best = Option<(u8, Reverse<Timestamp>, usize)>;

#[derive(Default)]
struct Found {
    name: Best,
    host: Best,
    account: Best,
    changed: Best,
    /// The name, the domain or the account is known under another key.
    has_name: bool,
    has_domain: bool,
    has_account: bool,
    /// One of this name was paid on this account.
    has_named_account: bool,
}

impl<'a> Asked<'a> {
    fn new(payee: &Payee, look: &'a Look, known: &'a [Entry]) -> Self {
        let host = payee.host.as_ref().zip(look.host.as_ref());
        let held = host.map(|(host, look)| look.runs(host)).unwrap_or_default();
        Self { look, print: Print::of(look), held, known, words: RefCell::default() }
    }

    fn weigh(&self, place: usize, print: &Print, entry: &Entry, found: &mut Found) {
        let at = |edits| Some((edits, Reverse(entry.row.3), place));
        let asked = &self.print;
        if asked.fold == print.fold && self.look.name.is(&entry.look.name) {
            found.has_name = true;
            let changed = self.has_other_account(entry);
            found.has_named_account |= changed == Some(false);
            if changed == Some(true) {
                keep(&mut found.changed, at(0));
            }
        } else if asked.name_may_be_near(print) {
            keep(&mut found.name, self.name_edits(entry).and_then(at));
        }
        if asked.domain != 0 && print.domain != 0 {
            if asked.domain == print.domain && self.look.has_domain_of(&entry.look) {
                found.has_domain = true;
            } else if self.holds_host_of(print, entry) {
                keep(&mut found.host, at(0));
            } else if asked.host_may_be_near(print) {
                keep(&mut found.host, self.host_edits(entry).and_then(at));
            }
        }
        if asked.scheme != 0
            && asked.scheme == print.scheme
            && ((asked.ends != 0 && asked.ends == print.ends) || asked.account_may_be_near(print))
            && let (Some(asked), Some(known)) = (&self.look.account, &entry.look.account)
        {
            found.has_account |= asked.is(known);
            keep(&mut found.account, asked.near(known).and_then(at));
        }
    }

    /// Whether the account is another one than that of `entry`; `None` where they can't be
    /// compared.
    fn has_other_account(&self, entry: &Entry) -> Option<bool> {
        let (asked, known) = (self.look.account.as_ref()?, entry.look.account.as_ref()?);
        (asked.scheme == known.scheme).then(|| !asked.is(known))
    }

    fn name_edits(&self, entry: &Entry) -> Option<u8> {
        let edits = self.look.name.near(&entry.look.name)?;
        if edits > 0 && self.is_another_word(&self.look.name.fold, &entry.look.name.fold) {
            return None;
        }
        // The money goes to whom it went before, whatever the name: to the same account or, without
        // one, to the same domain. A host beside an account is a claim and clears nothing.
        let same = self.look.account.is_none() && self.look.has_domain_of(&entry.look);
        if same || self.has_other_account(entry) == Some(false) {
            return None;
        }
        // Two spellings of one name, unless the money goes somewhere that is named.
        let bare = self.look.account.is_none() && self.look.host.is_none();
        (!bare || !self.look.name.is_plural_of(&entry.look.name)).then_some(edits)
    }

    fn host_edits(&self, entry: &Entry) -> Option<u8> {
        let (host, known) = (self.look.host.as_ref()?, entry.look.host.as_ref()?);
        let edits = host.near(known)?;
        (edits == 0 || !self.is_another_word(&host.label, &known.label)).then_some(edits)
    }

    /// Whether two texts differ in one word of several, and that word is one that payees have:
    /// `Umber Tools` is no slip of `Amber Tools` where `Umber Books` was paid.
    fn is_another_word(&self, text: &str, known: &str) -> bool {
        let Some((word, _)) = name::other_word(text, known).filter(|(word, _)| word.len() > 2)
        else {
            return false;
        };
        let mut words = self.words.borrow_mut();
        if let Some((_, is_known)) = words.iter().find(|(other, _)| other == word) {
            return *is_known;
        }
        let is_known = self.known.iter().any(|entry| name::has_word(&entry.look.name.fold, word));
        words.push((word.to_owned(), is_known));
        is_known
    }

    /// Whether its host holds the brand or the domain of another.
    fn holds_host_of(&self, print: &Print, entry: &Entry) -> bool {
        let holds = |host: &HostLook| self.held.hold(host);
        self.held.may_hold(print) && entry.look.host.as_ref().is_some_and(holds)
    }
}

fn keep(best: &mut Best, new: Best) {
    if new.is_some() && (best.is_none() || new < *best) {
        *best = new;
    }
}

impl Found {
    fn told(&self, entries: &[Entry]) -> Vec<Resemblance> {
        let row = |best: Best| best.and_then(|(.., place)| entries.get(place)).map(|e| &e.row);
        let account = |row: &Row| row.1.as_ref().map(Account::to_string).unwrap_or_default();
        let host = |row: &Row| row.2.as_ref().map(Host::to_string).unwrap_or_default();
        let mut told = Vec::new();
        if let (Some(row), false) = (row(self.name), self.has_name) {
            told.push(Resemblance::LookAlikeName { known: row.0.clone() });
        }
        if let (Some(row), false) = (row(self.host), self.has_domain) {
            told.push(Resemblance::LookAlikeHost { known: host(row) });
        }
        if let (Some(row), false) = (row(self.account), self.has_account) {
            told.push(Resemblance::LookAlikeAccount { known: account(row) });
        }
        if let (Some(row), false) = (row(self.changed), self.has_named_account) {
            told.push(Resemblance::ChangedAccount { name: row.0.clone(), known: account(row) });
        }
        told
    }
}
