//! One cap or envelope, and what counts against it.

use super::calendar::{Moment, Span};
use super::few::Few;
use super::intern::Id;
use super::rolling::{QUARTERS_A_DAY, Series, quarter, quarter_start};
use super::{BudgetKind, Cell, OutOfRange, Totals};
use purser_domain::{Action, Interval, Timestamp, Window};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;

/// Which payments a meter counts, and whether payees, categories, workflows or tasks have the
/// amount each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Lists {
    pub categories: Vec<Id>,
    pub payees: Vec<Id>,
    pub actions: Vec<Action>,
    pub workflows: Vec<Id>,
    pub tasks: Vec<Id>,
    pub each_payee: bool,
    pub each_category: bool,
    pub each_workflow: bool,
    pub each_task: bool,
}

/// Everything, and nothing splits it.
static ALL: Lists = Lists {
    categories: Vec::new(),
    payees: Vec::new(),
    actions: Vec::new(),
    workflows: Vec::new(),
    tasks: Vec::new(),
    each_payee: false,
    each_category: false,
    each_workflow: false,
    each_task: false,
};

impl Lists {
    fn passes(&self, cell: &Cell) -> bool {
        let listed = |list: &[Id], id: Id| list.is_empty() || list.contains(&id);
        listed(&self.categories, cell.category)
            && (listed(&self.payees, cell.payee) || listed(&self.payees, cell.host))
            && listed(&self.workflows, cell.workflow)
            && listed(&self.tasks, cell.task)
            && (self.actions.is_empty() || self.actions.contains(&cell.action))
    }

    /// Whether something has the amount each.
    pub const fn is_split(&self) -> bool {
        self.each_payee || self.each_category || self.each_workflow || self.each_task
    }
}

/// The lists of a meter, kept apart where there are any: most meters count everything, and agents
/// have many. In a snapshot it is as its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter(Option<Box<Lists>>);

impl From<Lists> for Filter {
    fn from(lists: Lists) -> Self {
        Self((lists != ALL).then(|| Box::new(lists)))
    }
}

impl Deref for Filter {
    type Target = Lists;

    fn deref(&self) -> &Lists {
        self.0.as_deref().unwrap_or(&ALL)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Lists::deserialize(deserializer).map(Self::from)
    }
}

/// What shares one amount within a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "ShareIds", into = "ShareIds")]
pub(crate) struct Share {
    /// The session; [`Id::NONE`] for the day's implicit one, or when sessions don't matter.
    pub session: Id,
    /// The first moment of the day of an implicit session.
    pub day: Timestamp,
    /// The payee, where each has the amount for itself.
    pub payee: Id,
    /// The category, where each has the amount for itself.
    pub category: Id,
    /// The workflow, where each has the amount for itself.
    pub workflow: Id,
    /// The task, where each has the amount for itself.
    pub task: Id,
}

/// A share as it stands in a snapshot, where there are many: without the names of its fields.
type ShareIds = ([Id; 5], Timestamp);

impl From<ShareIds> for Share {
    fn from(([session, payee, category, workflow, task], day): ShareIds) -> Self {
        Self { session, day, payee, category, workflow, task }
    }
}

impl From<Share> for ShareIds {
    fn from(share: Share) -> Self {
        let Share { session, day, payee, category, workflow, task } = share;
        ([session, payee, category, workflow, task], day)
    }
}

impl Share {
    /// The whole amount of a meter that nothing splits.
    pub const ALL: Self = Self {
        session: Id::NONE,
        day: Timestamp::from_millis(0),
        payee: Id::NONE,
        category: Id::NONE,
        workflow: Id::NONE,
        task: Id::NONE,
    };
}

/// A change of what a cell has used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge {
    pub cell: Cell,
    /// When it was reserved: the time that decides its window.
    pub at: Timestamp,
    /// The first moment of that day.
    pub day: Timestamp,
    pub delta: Totals,
}

type Shares = Few<Share, Totals>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Tally {
    /// Each payment by itself: nothing to count.
    Single,
    Session(Shares),
    Calendar {
        interval: Interval,
        span: Span,
        shares: Shares,
    },
    Rolling {
        quarters: i64,
        series: Few<Share, Series>,
    },
    AllTime(Shares),
}

/// One cap or envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meter {
    pub kind: BudgetKind,
    pub limit: Decimal,
    pub filter: Filter,
    tally: Tally,
}

impl Meter {
    /// A meter that has counted nothing.
    pub fn new(kind: BudgetKind, limit: Decimal, filter: Filter) -> Self {
        let (interval, window) = kind.interval();
        let days = match interval {
            Interval::Weekly => 7,
            Interval::Monthly => 30,
            _ => 1,
        };
        let tally = match (interval, window) {
            (Interval::PerTransaction, _) => Tally::Single,
            (Interval::Session, _) => Tally::Session(Shares::default()),
            (Interval::AllTime, _) => Tally::AllTime(Shares::default()),
            (_, Window::Rolling) => Tally::Rolling {
                quarters: QUARTERS_A_DAY.saturating_mul(days),
                series: Few::default(),
            },
            (_, Window::Calendar) => {
                Tally::Calendar { interval, span: Span::default(), shares: Shares::default() }
            }
        };
        Self { kind, limit, filter, tally }
    }

    /// Whether a cell counts here.
    pub fn counts(&self, cell: &Cell) -> bool {
        let forgotten = self.by_session() && cell.session == Id::FORGOTTEN;
        !forgotten && self.filter.passes(cell)
    }

    const fn by_session(&self) -> bool {
        matches!(self.tally, Tally::Session(_))
    }

    /// Whether payments of agents below count here: sessions are the agent's own.
    pub const fn counts_below(&self) -> bool {
        !self.by_session()
    }

    /// Whether a cell's payments add up here, not each for itself.
    pub fn fills(&self, cell: &Cell) -> bool {
        !matches!(self.tally, Tally::Single) && self.counts(cell)
    }

    /// The share of the amount that a cell uses.
    pub fn share(&self, cell: &Cell, day: Timestamp) -> Share {
        let by_session = self.by_session();
        let implicit = by_session && cell.session == Id::NONE;
        Share {
            session: if by_session { cell.session } else { Id::NONE },
            day: if implicit { day } else { Share::ALL.day },
            payee: if self.filter.each_payee { cell.payee } else { Id::NONE },
            category: if self.filter.each_category { cell.category } else { Id::NONE },
            workflow: if self.filter.each_workflow { cell.workflow } else { Id::NONE },
            task: if self.filter.each_task { cell.task } else { Id::NONE },
        }
    }

    /// What a share has used in the window around now.
    pub fn used(&self, share: &Share, now: &Moment<'_>) -> Result<Totals, OutOfRange> {
        let of = |shares: &Shares| shares.get(share).copied().unwrap_or_default();
        match &self.tally {
            Tally::Single => Ok(Totals::default()),
            Tally::Session(shares) | Tally::AllTime(shares) => Ok(of(shares)),
            Tally::Calendar { span, shares, .. } => {
                Ok(if span.contains(now.at) { of(shares) } else { Totals::default() })
            }
            Tally::Rolling { quarters, series } => series
                .get(share)
                .map_or(Ok(Totals::default()), |series| series.sum(now.at, *quarters)),
        }
    }

    /// What an opened session has used, in a meter that nothing else splits.
    pub fn used_in(&self, session: Id) -> Totals {
        let Tally::Session(shares) = &self.tally else { return Totals::default() };
        shares.get(&Share { session, ..Share::ALL }).copied().unwrap_or_default()
    }

    /// Forgets what a session has used.
    pub fn forget_session(&mut self, session: Id) {
        if let Tally::Session(shares) = &mut self.tally {
            shares.retain(|share| share.session != session);
        }
    }

    /// What a meter that nothing splits has used in the window around now.
    pub fn used_by_all(&self, now: &Moment<'_>) -> Result<Totals, OutOfRange> {
        self.used(&Share::ALL, now)
    }

    /// Counts a change in the window of its charge, if the meter still looks at that window.
    pub fn add(&mut self, charge: &Charge, now: &Moment<'_>) -> Result<(), OutOfRange> {
        if !self.counts(&charge.cell) {
            return Ok(());
        }
        let share = self.share(&charge.cell, charge.day);
        match &mut self.tally {
            Tally::Single => Ok(()),
            Tally::AllTime(shares) => add(shares, share, &charge.delta),
            Tally::Session(shares) => {
                if share.session == Id::NONE {
                    // Nothing asks about the sessions of days that are over.
                    if share.day != now.day.start {
                        return Ok(());
                    }
                    if shares.get(&share).is_none() {
                        shares.retain(|row| row.session != Id::NONE || row.day == share.day);
                    }
                }
                add(shares, share, &charge.delta)
            }
            Tally::Calendar { interval, span, shares } => {
                if !span.contains(now.at) {
                    *span = now.calendar.span(*interval, now.at)?;
                    *shares = Shares::default();
                }
                if span.contains(charge.at) {
                    add(shares, share, &charge.delta)?;
                }
                Ok(())
            }
            Tally::Rolling { quarters, series } => {
                let times = (charge.at, now.at);
                if series.get(&share).is_none() {
                    series.insert(share, Series::default());
                }
                let series = series.get_mut(&share).ok_or(OutOfRange)?;
                series.add(times, *quarters, &charge.delta)
            }
        }
    }

    /// Counts one row of the agent's history after a change of policy: the times of the last weeks
    /// come quarter by quarter (`recent`), what has no end comes from the sums of all time.
    pub fn recount(
        &mut self,
        charge: &Charge,
        now: &Moment<'_>,
        recent: bool,
    ) -> Result<(), OutOfRange> {
        let from_recent = match self.tally {
            Tally::Session(_) => charge.cell.session == Id::NONE,
            Tally::AllTime(_) => false,
            _ => true,
        };
        if from_recent == recent { self.add(charge, now) } else { Ok(()) }
    }

    /// The shares that have something counted, for showing them.
    pub fn shares(&self) -> Vec<Share> {
        match &self.tally {
            Tally::Single => Vec::new(),
            Tally::Session(shares) | Tally::AllTime(shares) | Tally::Calendar { shares, .. } => {
                shares.iter().map(|(share, _)| *share).collect()
            }
            Tally::Rolling { series, .. } => series.iter().map(|(share, _)| *share).collect(),
        }
    }

    /// Until when what is told of a share is not told again: until it is empty by the calendar,
    /// for the whole length of a rolling window, for longer than a session lasts.
    pub fn told_until(&self, share: &Share, now: &Moment<'_>) -> Option<Timestamp> {
        const SESSION_S: u64 = 2 * 24 * 60 * 60;
        match &self.tally {
            Tally::Rolling { quarters, .. } => {
                let length = quarter(now.at).saturating_add(*quarters).saturating_add(1);
                Some(quarter_start(length))
            }
            Tally::Session(_) if share.session != Id::NONE => Some(now.at.plus_seconds(SESSION_S)),
            _ => self.resets_at(share, now),
        }
    }

    /// When a share is empty again by the calendar alone.
    pub fn resets_at(&self, share: &Share, now: &Moment<'_>) -> Option<Timestamp> {
        match &self.tally {
            Tally::Calendar { interval, .. } => {
                now.calendar.span(*interval, now.at).ok().map(|span| span.end)
            }
            Tally::Session(_) if share.session == Id::NONE => Some(now.day.end),
            _ => None,
        }
    }
}

/// Adds to a row, and drops it when nothing is left in it.
fn add(shares: &mut Shares, share: Share, delta: &Totals) -> Result<(), OutOfRange> {
    let Some(row) = shares.get_mut(&share) else {
        if !delta.is_zero() {
            shares.insert(share, *delta);
        }
        return Ok(());
    };
    *row = row.plus(delta)?;
    if row.is_zero() {
        shares.remove(&share);
    }
    Ok(())
}
