//! What tells fast that two payees have nothing in common. Nearly all that are known have nothing
//! in common with a new one, and all of them are gone through for it, so what each is told by
//! stands in rows of one kind, 32 bits each, which a processor goes through many at a time.

use super::distance::{Unit, pair_parity};
use super::host::HostLook;
use super::{Directory, Look, fingerprint};
use purser_domain::PayeeKey;

/// What one payee is told by. Fingerprints are 0 where there is nothing; two that are the same by
/// chance, or by somebody's skill, only cost a closer look or a needless question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Print {
    name: Shape,
    host: Shape,
    account: Shape,
    pub fold: u32,
    pub domain: u32,
    pub brand: u32,
    pub dashed: u32,
    pub scheme: u32,
    pub ends: u32,
    /// Of its key.
    pub key: u32,
}

/// What says that two texts are far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Shape {
    /// Which characters it has an odd number of, and roughly how many.
    mask: u32,
    /// Which pairs of neighbours.
    pairs: u64,
    /// Characters; 0 for no text.
    length: u8,
}

impl Shape {
    fn new(mask: u32, units: &[Unit]) -> Self {
        let length = u8::try_from(units.len()).unwrap_or(u8::MAX);
        Self { mask, pairs: pair_parity(units), length }
    }

    /// Whether two texts can be at most two edits apart.
    const fn may_be_near(self, other: Self) -> bool {
        is_near_by_mask(self.mask, other.mask)
            && self.length.abs_diff(other.length) <= 2
            && (self.pairs ^ other.pairs).count_ones() <= 12
            && self.length != 0
            && other.length != 0
    }
}

/// The same by the masks alone: an edit changes two bits at most. Without a branch, and without
/// counting bits, which old processors can't.
const fn is_near_by_mask(asked: u32, known: u32) -> bool {
    let mut apart = asked ^ known;
    apart &= apart.wrapping_sub(1);
    apart &= apart.wrapping_sub(1);
    apart &= apart.wrapping_sub(1);
    apart &= apart.wrapping_sub(1);
    apart == 0
}

impl Print {
    pub fn of(look: &Look) -> Self {
        let mut print = Self {
            name: Shape::new(look.name.mask, &look.name.units),
            fold: half(look.name.fingerprint()),
            key: key_print(&look.key),
            ..Self::default()
        };
        if let Some(host) = &look.host {
            print.host = Shape::new(host.mask, &host.units);
            print.domain = half(fingerprint(host.domain.bytes().map(Unit::from)));
            (print.brand, print.dashed) = (half(host.brand), half(host.dashed));
        }
        if let Some(account) = &look.account {
            print.account = Shape::new(account.mask, &account.units);
            (print.scheme, print.ends) = (half(account.scheme), half(account.ends));
        }
        print
    }

    pub const fn name_may_be_near(&self, other: &Self) -> bool {
        self.name.may_be_near(other.name)
    }

    pub const fn host_may_be_near(&self, other: &Self) -> bool {
        self.host.may_be_near(other.host)
    }

    pub const fn account_may_be_near(&self, other: &Self) -> bool {
        self.account.may_be_near(other.account)
    }

    /// Whether two payees may have something in common, where these are the runs of the other's
    /// host.
    fn may_share(&self, asked: &Self, runs: &Runs) -> bool {
        (self.fold == asked.fold && self.fold != 0)
            || (self.domain == asked.domain && self.domain != 0)
            || (self.ends == asked.ends && self.ends != 0)
            || asked.name_may_be_near(self)
            || asked.host_may_be_near(self)
            || asked.account_may_be_near(self)
            || runs.may_hold(self)
    }
}

/// The lower half of a fingerprint.
pub(super) fn half(fingerprint: u64) -> u32 {
    let low = u32::try_from(fingerprint & u64::from(u32::MAX)).unwrap_or_default();
    if fingerprint == 0 { 0 } else { low.max(1) }
}

/// Of a payee's key, for telling fast that nobody with it was paid.
pub(super) fn key_print(key: &PayeeKey) -> u32 {
    half(fingerprint(key.as_str().bytes().map(Unit::from)))
}

/// What a host holds, as fingerprints of runs of its words.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    /// Sorted, as all of these.
    brands: Vec<u64>,
    domains: Vec<u64>,
}

impl Runs {
    pub fn new(mut brands: Vec<u64>, mut domains: Vec<u64>) -> Self {
        brands.sort_unstable();
        domains.sort_unstable();
        Self { brands, domains }
    }

    /// Whether the brand or the domain of a host is among them.
    pub fn hold(&self, host: &HostLook) -> bool {
        self.brands.binary_search(&host.brand).is_ok()
            || self.domains.binary_search(&host.dashed).is_ok()
    }

    /// Whether one with such a print may be.
    pub fn may_hold(&self, print: &Print) -> bool {
        let has = |runs: &[u64], run: u32| run != 0 && runs.iter().any(|held| half(*held) == run);
        has(&self.brands, print.brand) || has(&self.domains, print.dashed)
    }
}

/// Fingerprints of one kind, which a host may hold some of, and a filter (B. H. Bloom's, with one
/// hash) that says of nearly all others that they are not among them.
#[derive(Debug, Clone, PartialEq, Default)]
struct Filtered {
    prints: Vec<u32>,
    filter: Vec<u64>,
}

impl Filtered {
    /// Sixteen bits for each payee that a directory holds.
    const WORDS: usize = Directory::MAX / 4;

    fn insert(&mut self, place: usize, print: u32) {
        self.prints.insert(place, print);
        self.filter.resize(Self::WORDS, 0);
        self.note(print);
    }

    fn remove(&mut self, place: usize) {
        self.prints.remove(place);
        self.filter.fill(0);
        for at in 0..self.prints.len() {
            self.note(self.prints.get(at).copied().unwrap_or_default());
        }
    }

    fn note(&mut self, print: u32) {
        let (word, bit) = Self::bit(print);
        if let Some(held) = self.filter.get_mut(word).filter(|_| print != 0) {
            *held |= bit;
        }
    }

    fn bit(print: u32) -> (usize, u64) {
        let word = usize::try_from(print >> 6u32).unwrap_or_default() % Self::WORDS;
        (word, 1u64.rotate_left(print & 63))
    }

    /// Notes where one of these is.
    fn held(&self, runs: &[u64], hits: &mut [u32]) {
        for run in runs.iter().map(|run| half(*run)) {
            let (word, bit) = Self::bit(run);
            if self.filter.get(word).is_some_and(|held| held & bit != 0) {
                same(run, &self.prints, hits);
            }
        }
    }
}

/// Of each print one number, and which it is.
type Row<'a> = (&'a mut Vec<u32>, fn(&Print) -> u32);

/// The prints of a directory, at the places of its entries.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Prints {
    all: Vec<Print>,
    keys: Vec<u32>,
    names: Vec<u32>,
    hosts: Vec<u32>,
    accounts: Vec<u32>,
    folds: Vec<u32>,
    domains: Vec<u32>,
    ends: Vec<u32>,
    brands: Filtered,
    dashed: Filtered,
}

impl Prints {
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    fn rows(&mut self) -> [Row<'_>; 7] {
        [
            (&mut self.keys, |print| print.key),
            (&mut self.names, |print| print.name.mask),
            (&mut self.hosts, |print| print.host.mask),
            (&mut self.accounts, |print| print.account.mask),
            (&mut self.folds, |print| print.fold),
            (&mut self.domains, |print| print.domain),
            (&mut self.ends, |print| print.ends),
        ]
    }

    pub fn insert(&mut self, place: usize, print: Print) {
        for (row, of) in self.rows() {
            row.insert(place, of(&print));
        }
        self.brands.insert(place, print.brand);
        self.dashed.insert(place, print.dashed);
        self.all.insert(place, print);
    }

    pub fn remove(&mut self, place: usize) {
        for (row, _) in self.rows() {
            row.remove(place);
        }
        self.brands.remove(place);
        self.dashed.remove(place);
        self.all.remove(place);
    }

    /// Whether one with such a key may have been paid.
    pub fn may_know(&self, key: u32) -> bool {
        self.keys.contains(&key)
    }

    /// The places and prints of those that may have something in common with a payee whose host
    /// holds these runs.
    pub fn candidates(&self, asked: &Print, runs: &Runs) -> Vec<(usize, &Print)> {
        let mut hits = vec![0; self.all.len()];
        same(asked.fold, &self.folds, &mut hits);
        same(asked.domain, &self.domains, &mut hits);
        same(asked.ends, &self.ends, &mut hits);
        near(asked.name, &self.names, &mut hits);
        near(asked.host, &self.hosts, &mut hits);
        near(asked.account, &self.accounts, &mut hits);
        self.brands.held(&runs.brands, &mut hits);
        self.dashed.held(&runs.domains, &mut hits);
        let mut candidates = Vec::new();
        let prints = self.all.chunks(16).enumerate();
        for ((block, prints), hits) in prints.zip(hits.chunks(16)) {
            if hits.iter().fold(0, |any, hit| any | hit) == 0 {
                continue;
            }
            let places = block.saturating_mul(16)..;
            let hit = places.zip(prints).zip(hits).filter(|(_, hit)| **hit != 0);
            let shares = |(_, print): &(usize, &Print)| print.may_share(asked, runs);
            candidates.extend(hit.map(|(at, _)| at).filter(shares));
        }
        candidates
    }
}

fn same(asked: u32, known: &[u32], hits: &mut [u32]) {
    if asked == 0 {
        return;
    }
    for (hit, known) in hits.iter_mut().zip(known) {
        *hit |= u32::from(asked == *known);
    }
}

fn near(asked: Shape, known: &[u32], hits: &mut [u32]) {
    if asked.length == 0 {
        return;
    }
    for (hit, mask) in hits.iter_mut().zip(known) {
        *hit |= u32::from(is_near_by_mask(asked.mask, *mask));
    }
}
