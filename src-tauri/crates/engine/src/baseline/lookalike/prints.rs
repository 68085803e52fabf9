//! What tells fast that two payees have nothing in common. Nearly all that are known have nothing
//! in common with a new one, and all of them are gone through for it, so what each is told by
//! stands in rows of one kind, which a processor goes through many at a time.

use super::distance::{Unit, pair_parity};
use super::host::HostLook;
use super::{Look, fingerprint};

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
}

/// What says that two texts are far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Shape {
    /// Which characters it has an odd number of.
    mask: u64,
    /// Which pairs of neighbours.
    pairs: u64,
    /// Characters; 0 for no text.
    length: u8,
}

impl Shape {
    fn new(mask: u64, units: &[Unit]) -> Self {
        let length = u8::try_from(units.len()).unwrap_or(u8::MAX);
        Self { mask, pairs: pair_parity(units), length }
    }

    /// Whether two texts can be at most two edits apart.
    const fn may_be_near(self, other: Self) -> bool {
        self.may_be_near_by((other.mask, other.length))
            && (self.pairs ^ other.pairs).count_ones() <= 12
    }

    /// The same by what other characters there are: an edit changes two bits at most. Without a
    /// branch, and without counting bits, which old processors can't.
    const fn may_be_near_by(self, (mask, length): (u64, u8)) -> bool {
        let mut apart = self.mask ^ mask;
        apart &= apart.wrapping_sub(1);
        apart &= apart.wrapping_sub(1);
        apart &= apart.wrapping_sub(1);
        apart &= apart.wrapping_sub(1);
        let lengths = self.length.abs_diff(length) <= 2;
        (apart == 0) & lengths & (self.length != 0) & (length != 0)
    }
}

impl Print {
    pub fn of(look: &Look) -> Self {
        let mut print = Self {
            name: Shape::new(look.name.mask, &look.name.units),
            fold: half(look.name.fingerprint()),
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

/// What a host holds, as fingerprints of runs of its words.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    /// Sorted, as all of these.
    brands: Vec<u64>,
    domains: Vec<u64>,
    /// One bit for each.
    brand_bits: u64,
    domain_bits: u64,
}

impl Runs {
    pub fn new(mut brands: Vec<u64>, mut domains: Vec<u64>) -> Self {
        brands.sort_unstable();
        domains.sort_unstable();
        let bits = |runs: &[u64]| runs.iter().fold(0, |bits, run| bits | bit(half(*run)));
        let (brand_bits, domain_bits) = (bits(&brands), bits(&domains));
        Self { brands, domains, brand_bits, domain_bits }
    }

    /// Whether the brand or the domain of a host is among them.
    pub fn hold(&self, host: &HostLook) -> bool {
        self.brands.binary_search(&host.brand).is_ok()
            || self.domains.binary_search(&host.dashed).is_ok()
    }

    /// Whether one with such a print may be: by a bit of each first, which tells most.
    pub fn may_hold(&self, print: &Print) -> bool {
        let bits = (bit(print.brand) & self.brand_bits) | (bit(print.dashed) & self.domain_bits);
        let has = |runs: &[u64], run: u32| run != 0 && runs.iter().any(|held| half(*held) == run);
        bits != 0 && (has(&self.brands, print.brand) || has(&self.domains, print.dashed))
    }
}

/// One bit for a half of a fingerprint, of which some are held at once; none for nothing.
const fn bit(run: u32) -> u64 {
    if run == 0 { 0 } else { 1u64.rotate_left(run & 63) }
}

/// The shapes of one kind of text.
#[derive(Debug, Clone, PartialEq, Default)]
struct Shapes {
    masks: Vec<u64>,
    lengths: Vec<u8>,
}

impl Shapes {
    fn insert(&mut self, place: usize, shape: Shape) {
        self.masks.insert(place, shape.mask);
        self.lengths.insert(place, shape.length);
    }

    fn remove(&mut self, place: usize) {
        self.masks.remove(place);
        self.lengths.remove(place);
    }

    fn near(&self, asked: Shape, hits: &mut [bool]) {
        if asked.length == 0 {
            return;
        }
        for ((hit, mask), length) in hits.iter_mut().zip(&self.masks).zip(&self.lengths) {
            *hit |= asked.may_be_near_by((*mask, *length));
        }
    }
}

/// The prints of a directory, at the places of its entries.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Prints {
    all: Vec<Print>,
    names: Shapes,
    hosts: Shapes,
    accounts: Shapes,
    folds: Vec<u32>,
    domains: Vec<u32>,
    brand_bits: Vec<u64>,
    dashed_bits: Vec<u64>,
    ends: Vec<u32>,
}

impl Prints {
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn insert(&mut self, place: usize, print: Print) {
        self.all.insert(place, print);
        self.names.insert(place, print.name);
        self.hosts.insert(place, print.host);
        self.accounts.insert(place, print.account);
        self.folds.insert(place, print.fold);
        self.domains.insert(place, print.domain);
        self.brand_bits.insert(place, bit(print.brand));
        self.dashed_bits.insert(place, bit(print.dashed));
        self.ends.insert(place, print.ends);
    }

    pub fn remove(&mut self, place: usize) {
        self.all.remove(place);
        self.names.remove(place);
        self.hosts.remove(place);
        self.accounts.remove(place);
        self.folds.remove(place);
        self.domains.remove(place);
        self.brand_bits.remove(place);
        self.dashed_bits.remove(place);
        self.ends.remove(place);
    }

    /// The places and prints of those that may have something in common with a payee whose host
    /// holds these runs.
    pub fn candidates<'a>(
        &'a self,
        asked: &'a Print,
        runs: &'a Runs,
    ) -> impl Iterator<Item = (usize, &'a Print)> {
        let mut hits = vec![false; self.all.len()];
        same(asked.fold, &self.folds, &mut hits);
        same(asked.domain, &self.domains, &mut hits);
        same(asked.ends, &self.ends, &mut hits);
        self.names.near(asked.name, &mut hits);
        self.hosts.near(asked.host, &mut hits);
        self.accounts.near(asked.account, &mut hits);
        held(runs.brand_bits, &self.brand_bits, &mut hits);
        held(runs.domain_bits, &self.dashed_bits, &mut hits);
        let hits = hits.into_iter().zip(&self.all).enumerate();
        let shares = |hit: bool, print: &Print| hit && print.may_share(asked, runs);
        hits.filter_map(move |(place, (hit, print))| shares(hit, print).then_some((place, print)))
    }
}

fn same(asked: u32, known: &[u32], hits: &mut [bool]) {
    if asked == 0 {
        return;
    }
    for (hit, known) in hits.iter_mut().zip(known) {
        *hit |= asked == *known;
    }
}

fn held(bits: u64, known: &[u64], hits: &mut [bool]) {
    if bits == 0 {
        return;
    }
    for (hit, known) in hits.iter_mut().zip(known) {
        *hit |= bits & known != 0;
    }
}
