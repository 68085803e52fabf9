//! Which requests are up as notifications, and what a pressed button means. Pure: the inbox, what
//! was pressed and the time come in.

use super::press::{Button, Pressed, Shown};
use purser_domain::{Digest, PaymentId};
use purser_wallet::view::InboxItem;
use std::collections::BTreeMap;
use std::time::Duration;

/// A button pressed sooner was not meant: something else was under the pointer.
pub const ARMED_AFTER: Duration = Duration::from_millis(700);
/// Notifications with buttons at a time; the others wait in the inbox until there is room.
pub const SHOWN_MAX: usize = 5;

/// What is up.
#[derive(Default)]
pub struct Board {
    known: BTreeMap<PaymentId, Known>,
    /// That there are more than fit was told.
    overflow_told: bool,
}

enum Known {
    /// Up, with what was shown.
    Up(Box<Up>),
    /// Was up, or was seen in the inbox.
    Seen,
}

struct Up {
    item: InboxItem,
    shown: Shown,
    at: Duration,
}

/// What to do so that the screen is right.
#[derive(Default)]
pub struct Plan {
    /// Take these down.
    pub close: Vec<Shown>,
    /// Put these up.
    pub show: Vec<InboxItem>,
    /// Tell once that not all fit.
    pub more_than_fit: bool,
}

/// What a pressed button means.
#[derive(Debug, PartialEq, Eq)]
pub enum Press {
    /// Nothing: it is of something that is not up.
    Nothing,
    /// It came before anybody could read; the service has taken the notification down.
    TooEarly(Box<InboxItem>),
    /// Open the window.
    Open,
    /// Approve what was shown.
    Approve {
        /// Which.
        payment: PaymentId,
        /// As it was shown.
        digest: Digest,
    },
    /// Decline.
    Deny {
        /// Which.
        payment: PaymentId,
    },
}

impl Board {
    /// Compares what is up with what waits.
    pub fn plan(&mut self, inbox: &[InboxItem]) -> Plan {
        let waiting: BTreeMap<PaymentId, &InboxItem> =
            inbox.iter().filter_map(|item| Some((item.payment.parse().ok()?, item))).collect();
        let mut plan = Plan::default();
        let gone: Vec<PaymentId> =
            self.known.keys().filter(|id| !waiting.contains_key(id)).copied().collect();
        for payment in gone {
            if let Some(Known::Up(up)) = self.known.remove(&payment) {
                plan.close.push(up.shown);
            }
        }
        let room = SHOWN_MAX.saturating_sub(self.up().count());
        let new = inbox.iter().filter(|item| {
            item.payment.parse().is_ok_and(|payment| !self.known.contains_key(&payment))
        });
        let mut new = new.cloned();
        plan.show.extend(new.by_ref().take(room));
        let full = new.next().is_some();
        plan.more_than_fit = full && !std::mem::replace(&mut self.overflow_told, full);
        plan
    }

    /// A request is on the screen now.
    pub fn put_up(&mut self, item: &InboxItem, shown: Shown, now: Duration) {
        if let Ok(payment) = item.payment.parse() {
            let up = Up { item: item.clone(), shown, at: now };
            self.known.insert(payment, Known::Up(Box::new(up)));
        }
    }

    /// These need no notification any more.
    pub fn take_as_known(&mut self, inbox: &[InboxItem]) {
        let seen = inbox.iter().filter_map(|item| item.payment.parse().ok());
        self.known.extend(seen.map(|payment| (payment, Known::Seen)));
    }

    /// Whether this payment was up or seen.
    pub fn knows(&self, payment: PaymentId) -> bool {
        self.known.contains_key(&payment)
    }

    /// Forgets everything; what was up is to be taken down.
    pub fn clear(&mut self) -> Vec<Shown> {
        let known = std::mem::take(self).known.into_values();
        known
            .filter_map(|known| if let Known::Up(up) = known { Some(up.shown) } else { None })
            .collect()
    }

    /// What a press means. The service takes a notification down when a button of it is pressed.
    pub fn press(&mut self, pressed: &Pressed, now: Duration) -> Press {
        let found = self.up().find(|(_, up)| up.shown == pressed.shown);
        let Some((payment, up)) = found else { return Press::Nothing };
        let armed = now.saturating_sub(up.at) >= ARMED_AFTER;
        let meant = match pressed.button {
            Button::Closed => Press::Nothing,
            Button::Open => Press::Open,
            Button::Approve | Button::Deny if !armed => Press::TooEarly(Box::new(up.item.clone())),
            Button::Approve => match Digest::from_hex(&up.item.digest) {
                Some(digest) => Press::Approve { payment, digest },
                None => Press::Open,
            },
            Button::Deny => Press::Deny { payment },
        };
        self.known.insert(payment, Known::Seen);
        meant
    }

    fn up(&self) -> impl Iterator<Item = (PaymentId, &Up)> {
        self.known.iter().filter_map(|(payment, known)| match known {
            Known::Up(up) => Some((*payment, up.as_ref())),
            Known::Seen => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(n: u128) -> InboxItem {
        let payment = PaymentId::from_random(n).to_string();
        InboxItem { payment, digest: format!("{n:064x}"), ..crate::sample::inbox_item() }
    }

    fn shown(id: u32) -> Shown {
        Shown { service: ":1.7".to_owned(), id }
    }

    fn pressed(id: u32, button: Button) -> Pressed {
        Pressed { shown: shown(id), button }
    }

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A board with request 1 up as notification 1 since the time 0.
    fn board() -> Board {
        let mut board = Board::default();
        assert_eq!(board.plan(&[item(1)]).show, [item(1)]);
        board.put_up(&item(1), shown(1), ms(0));
        board
    }

    #[test]
    fn a_press_decides_on_exactly_what_was_shown() {
        let approve = board().press(&pressed(1, Button::Approve), ms(700));
        let digest = Digest::from_hex(&format!("{:064x}", 1)).unwrap();
        let payment = PaymentId::from_random(1);
        assert_eq!(approve, Press::Approve { payment, digest });
        assert_eq!(board().press(&pressed(1, Button::Deny), ms(700)), Press::Deny { payment });
        assert_eq!(board().press(&pressed(1, Button::Open), ms(0)), Press::Open);
    }

    #[test]
    fn a_press_counts_once() {
        let mut board = board();
        board.press(&pressed(1, Button::Approve), ms(700));
        assert_eq!(board.press(&pressed(1, Button::Approve), ms(800)), Press::Nothing);
    }

    #[test]
    fn a_press_before_anybody_could_read_shows_the_request_again() {
        for button in [Button::Approve, Button::Deny] {
            let mut board = board();
            let again = board.press(&pressed(1, button), ms(699));
            assert_eq!(again, Press::TooEarly(Box::new(item(1))));
            board.put_up(&item(1), shown(2), ms(710));
            let early = board.press(&pressed(2, button), ms(1000));
            assert_eq!(early, Press::TooEarly(Box::new(item(1))));
        }
    }

    #[test]
    fn another_service_or_number_decides_nothing() {
        let other =
            Pressed { shown: Shown { service: ":1.8".to_owned(), id: 1 }, button: Button::Approve };
        let mut board = board();
        assert_eq!(board.press(&other, ms(9000)), Press::Nothing);
        assert_eq!(board.press(&pressed(2, Button::Approve), ms(9000)), Press::Nothing);
    }

    #[test]
    fn what_was_decided_elsewhere_is_taken_down() {
        let mut board = board();
        let plan = board.plan(&[item(2)]);
        assert_eq!((plan.close, plan.show), (vec![shown(1)], vec![item(2)]));
        assert!(!board.knows(PaymentId::from_random(1)));
    }

    #[test]
    fn what_was_dismissed_or_seen_does_not_come_back() {
        let mut board = board();
        assert_eq!(board.press(&pressed(1, Button::Closed), ms(9000)), Press::Nothing);
        board.take_as_known(&[item(2)]);
        let plan = board.plan(&[item(1), item(2)]);
        assert!(plan.show.is_empty() && plan.close.is_empty());
    }

    #[test]
    fn a_flood_fills_the_places_and_is_told_once() {
        let inbox: Vec<InboxItem> = (1..=20).map(item).collect();
        let mut board = Board::default();
        let plan = board.plan(&inbox);
        assert_eq!((plan.show.len(), plan.more_than_fit), (SHOWN_MAX, true));
        for (item, id) in plan.show.iter().zip(1..) {
            board.put_up(item, shown(id), ms(0));
        }
        let again = board.plan(&inbox);
        assert_eq!((again.show.len(), again.more_than_fit), (0, false));
        board.press(&pressed(1, Button::Closed), ms(9000));
        assert_eq!(board.plan(&inbox).show, [item(6)]);
        assert_eq!(board.clear().len(), SHOWN_MAX - 1);
    }
}
