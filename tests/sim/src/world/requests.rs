//! Requests to spend, from a step's numbers.

use super::World;
use super::tables::{AMOUNTS, CURRENCIES, category, claim, label, one, scope};
use crate::model::MINUTE;
use crate::step::Step;
use purser_domain::{
    Account, Action, AgentId, Attribution, CredentialId, Digest, HolderProof, Host, IdempotencyKey,
    Label, LineItem, Money, Payee, PaymentId, Presented, RailId, SpendRequest, Task, TaskOrigin,
    Terms, Timestamp,
};
use rust_decimal::Decimal;

impl World {
    /// A number that was never drawn.
    pub(super) const fn fresh(&mut self) -> u128 {
        self.ids += 1;
        self.ids
    }

    /// The request of an `ask`, with the credential that comes with it.
    pub(super) fn request(&mut self, step: &Step) -> (SpendRequest, Option<Presented>) {
        let [who, amount, payee, kind, session, key, currency, task, rest, items] = step.numbers;
        let id = self.fresh();
        // Bits of the last number: rail, action, texts, terms, and what is presented.
        let flag = |bit: u16| rest & (1 << bit) != 0;
        let task = label("t", task).map(|id| Task {
            id,
            text: claim(if flag(2) { "buy\u{202e}skoob" } else { "buy books" }),
            origin: if flag(3) { TaskOrigin::Owner } else { TaskOrigin::Agent },
        });
        let terms = flag(4).then(|| Terms {
            method: "sandbox".to_owned(),
            fetches: None,
            description: Some(claim("a book")),
            instruction: "{}".to_owned(),
        });
        let (key, key_derived) = match key {
            0 => (format!("k{id}"), false),
            odd if odd % 2 == 1 => (format!("shared{odd}"), true),
            even => (format!("shared{even}"), false),
        };
        let money = Money::parse(one(&AMOUNTS, amount), one(&CURRENCIES, currency)).unwrap();
        let request = SpendRequest {
            payment: PaymentId::from_random(id),
            agent: self.agent(who),
            action: if flag(0) { Action::ToolCall } else { Action::Purchase },
            rail: if flag(1) { RailId::X402 } else { RailId::Sandbox },
            payee: payee_of(payee),
            amount: money,
            category: category(kind),
            session: label("s", session),
            task,
            subject: (rest % 7 == 6).then(|| Digest::of_bytes(b"subject")),
            context: flag(5).then(|| claim("because")),
            line_items: line_items(items, money.amount()),
            attribution: Attribution {
                workflow: label("w", rest % 5 / 2),
                project: label("p", rest % 3),
                initiator: label("i", rest % 4 / 3),
            },
            idempotency_key: IdempotencyKey::new(&key).unwrap(),
            key_derived,
            terms,
        };
        let presented = self.presented(request.agent, rest >> 6, rest & 15);
        (request, presented)
    }

    /// What an agent shows: nothing, its latest credential as it is or narrower, or another's.
    pub(super) fn presented(&self, who: AgentId, how: u16, more: u16) -> Option<Presented> {
        let now = Timestamp::from_millis(self.now);
        let own = self.model.credentials.iter().rev().find(|held| held.agent == who);
        let own = own.filter(|held| held.expires_at > now || more > 11).map(|held| held.id);
        let any = self.issued.first().copied();
        let (credential, narrow, life) = match (how, own) {
            (1, own) => (own?, 0, 24 * 60),
            (2, own) => (own?, more, 120),
            (3, Some(own)) if more.is_multiple_of(2) => (own, 0, u64::from(more) * 10),
            (3, _) if more > 12 => (any.unwrap_or(CredentialId::from_random(9)), 0, 120),
            _ => return None,
        };
        // An agent narrows its credential once, not for each request.
        let hour = now.as_millis() / (60 * MINUTE) * (60 * MINUTE);
        let expires_at = Timestamp::from_millis(hour).plus_seconds(life * 60);
        let bearer = self.model.credentials.iter().any(|held| held.id == credential && held.bearer);
        let unsigned = bearer || more == 15;
        let proof = if unsigned { HolderProof::Bearer } else { HolderProof::Signature };
        let handed_over = !unsigned && more == 14;
        Some(Presented { credential, scope: scope(narrow), expires_at, proof, handed_over })
    }

    /// A request as one before, perhaps with something changed.
    pub(super) fn once_more(
        &mut self,
        back: u16,
        change: u16,
    ) -> Option<(SpendRequest, Option<Presented>)> {
        let place = self.asked.len().checked_sub(usize::from(back) + 1)?;
        let (mut request, presented) = self.asked[place].clone();
        let id = self.fresh();
        if change != 1 {
            request.payment = PaymentId::from_random(id);
        }
        match change {
            2 => request.amount = Money::parse("7", "USD").unwrap(),
            3 => request.idempotency_key = IdempotencyKey::new(&format!("k{id}")).unwrap(),
            4 => request.context = Some(claim("another reason")),
            5 => request.subject = Some(Digest::of_bytes(b"another")),
            7 => request.session = label("s", back),
            6 => request.key_derived = !request.key_derived,
            _ => {}
        }
        Some((request, presented))
    }
}

/// Line items that add up to an amount, or do not.
fn line_items(how: u16, amount: Decimal) -> Vec<LineItem> {
    let item = |quantity: u32, unit: Option<&str>, kind: u16, unit_price: Decimal| LineItem {
        description: claim("an item"),
        category: category(kind),
        quantity,
        unit: unit.map(|unit| Label::new(unit).unwrap()),
        unit_price,
    };
    let half = amount / Decimal::TWO;
    let whole = half.round_dp(2);
    match how {
        0 => Vec::new(),
        1 => vec![item(1, Some("night"), 0, amount)],
        2 => vec![item(2, Some("night"), 2, half)],
        3 => vec![item(1, None, 1, whole), item(1, Some("seat"), 0, amount - whole)],
        4 => vec![item(1, None, 3, amount)],
        5 => vec![item(3, Some("night"), 1, amount)],
        6 => vec![item(0, None, 0, amount)],
        7 => vec![item(1, None, 1, Decimal::ZERO), item(1, Some("night"), 3, amount)],
        _ => vec![item(1, None, 0, amount); LineItem::MAX + 1],
    }
}

/// Some payees: hosts, an account, a host with an account, names.
pub(super) fn payee_of(number: u16) -> Payee {
    let (name, account, host) = match number % 8 {
        0 => ("Shop", None, Some("shop0.example")),
        1 => ("Shop", None, Some("shop1.example")),
        2 => ("Shop", None, Some("shop2.example")),
        3 => ("Bank", Some("acct-1"), None),
        4 => ("Bank", Some("acct-1"), Some("shop1.example")),
        5 => ("Bank", Some("acct-2"), Some("shop0.example")),
        6 => ("Corner Shop", None, None),
        _ => ("Corner\u{200b}Shop", None, None),
    };
    Payee {
        name: claim(name),
        account: account.map(|text| Account::new(text).unwrap()),
        host: host.map(|text| Host::new(text).unwrap()),
        country: None,
    }
}
