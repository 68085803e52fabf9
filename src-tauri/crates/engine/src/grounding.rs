//! Whether a request is what the human asked for, and whether a text that the agent supplied
//! gives orders instead of describing a purchase.
//!
//! Guarantees: only a task text whose origin is not the agent is compared with; what only the
//! agent says changes nothing here, and nothing found here ever lowers a verdict. Pure, never
//! panics on any text, and takes time in proportion to its length. A look-alike letter makes
//! another name: `Spotify` with a Cyrillic letter is not named by a task that says Spotify.
//!
//! Does not guarantee: that the task's human meant this payee. A name is a claim, and whoever
//! takes over an agent may name an account as the task does; that is [`Naming::ByClaim`] and
//! [`Departure::PayeeNamedOnly`]. A payee that is named only inside a bill is not named. Where it
//! can't be told it errs to asking for payees, and to silence for everything else.

mod amounts;
mod lists;
mod numbers;
mod orders;
mod payee;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use orders::Order;

use purser_domain::{Claim, Currency, SpendRequest, Task, TaskOrigin};
use rust_decimal::Decimal;
use words::{Fold, Text};

/// How the task's text names the payee, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Naming {
    /// It has the account that the money goes to.
    ByAccount,
    /// It has the host, in full or by its registrable label. Only for a host that the wallet
    /// connected to, or that the payee is counted under.
    ByHost,
    /// It has only the name, which the agent says.
    ByClaim,
    /// It has none of them.
    NotNamed,
}

/// One way in which a request departs from what the human asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departure {
    /// The task does not name the payee, who is new.
    PayeeNotInTask,
    /// The task has the payee's name, but not the account or host that it is known by.
    PayeeNamedOnly,
    /// More than the largest amount of the task in this currency.
    AmountAboveTask {
        /// That amount, in the request's currency; 20 % more when the task says "about".
        named: Decimal,
    },
    /// The task names amounts, all in other currencies.
    CurrencyNotInTask {
        /// That of the largest amount named.
        named: Currency,
    },
    /// A risky kind of spending that the task does not speak of.
    CategoryNotInTask,
    /// Neither a word of paying, nor an amount, nor the payee. For a payee of the agent's history
    /// only where the task asks for something else: people who reorder say no more than what.
    TaskDoesNotPay,
}

/// How a request compares with the task that a human gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grounding {
    /// How the payee is named; `None` where that does not matter.
    pub(crate) payee: Option<Naming>,
    /// Every departure, in the order of [`Departure`].
    pub(crate) departures: Vec<Departure>,
}

/// How a request compares with its task; `None` when only the agent says what the task is. A payee
/// of the agent's history needs no naming.
pub(crate) fn ground(request: &SpendRequest, new_payee: bool) -> Option<Grounding> {
    let task = given(request.task.as_ref())?;
    let raw = beginning(task.text.raw());
    let text = Text::read(raw, Fold::Exact);
    let mentions = |class| text.words.iter().any(|word| lists::WORDS.of(*word) & class != 0);
    let amounts = amounts::read(&text, raw, request.amount.currency());
    let pays = !amounts.is_empty() || mentions(lists::PAYS);
    let asks = !pays && (mentions(lists::ASKS) || is_question(&text, raw));
    let payee = (new_payee || asks).then(|| payee::naming(&text, raw, request));
    let mut departures = Vec::new();
    match payee {
        Some(Naming::NotNamed) if new_payee => departures.push(Departure::PayeeNotInTask),
        Some(Naming::ByClaim)
            if request.payee.account.is_some() || request.payee.host.is_some() =>
        {
            departures.push(Departure::PayeeNamedOnly);
        }
        _ => {}
    }
    departures.extend(amounts::compare(&amounts, request));
    if let Some(risky) = risky(request)
        && !mentions(risky)
    {
        departures.push(Departure::CategoryNotInTask);
    }
    // Who asks a question may well use a word that a new payee has in its name.
    let named = payee.is_none_or(|payee| match payee {
        Naming::NotNamed => false,
        Naming::ByClaim => !(new_payee && asks),
        Naming::ByAccount | Naming::ByHost => true,
    });
    if !pays && !named {
        departures.push(Departure::TaskDoesNotPay);
    }
    Some(Grounding { payee, departures })
}

/// Whether the text asks something: by a question's word at its beginning or beside its sign, or
/// to find out.
fn is_question(text: &Text, raw: &str) -> bool {
    let asking = |word: &words::Word| lists::WORDS.of(*word) & lists::QUESTION != 0;
    let looking = |pair: &[words::Word]| match pair {
        [one, two] => matches!(
            (text.letters_of(*one), text.letters_of(*two)),
            (b"find", b"out") | (b"look", b"up") | (b"check" | b"see", b"if" | b"whether")
        ),
        _ => false,
    };
    text.words.first().is_some_and(asking)
        || (raw.contains('?') && text.words.iter().any(asking))
        || text.words.windows(2).any(looking)
}

/// Longest part of a task that is read, in bytes: what is named only after it counts as not named.
const READ: usize = 2048;

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(READ)).unwrap_or(text)
}

/// The task, when a human gave it.
fn given(task: Option<&Task>) -> Option<&Task> {
    task.filter(|task| match task.origin {
        TaskOrigin::Owner | TaskOrigin::HostHook | TaskOrigin::Mandate => true,
        TaskOrigin::Agent => false,
    })
}

/// The class of words that a task speaks of a risky category with.
fn risky(request: &SpendRequest) -> Option<u32> {
    let category = request.category.as_ref()?.as_str();
    let begins = |kind: &str| {
        category.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
    };
    lists::RISKY.iter().find(|(kind, _)| begins(kind)).map(|(_, class)| *class)
}

/// The first order found in texts that an agent or a merchant supplied: words to the wallet, the
/// approver or a model, where a description of a purchase belongs. All of each is read: who writes
/// an order also chooses what stands around it.
pub(crate) fn instructions<'a>(texts: impl Iterator<Item = &'a Claim>) -> Option<Order> {
    texts.into_iter().find_map(|claim| orders::find(claim.raw()))
}
