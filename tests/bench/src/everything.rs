//! Requests that give the wallet everything to look at: agents whose habits it knows, in a wallet
//! with as many payees as look-alikes are sought among, with the owner's task and the agent's
//! reason. One in ten goes to a new payee, so that the slowest of a hundred is one of those.

use crate::deciding::{World, at};
use crate::report::Report;
use purser_domain::{
    Account, Category, Claim, Country, Host, Label, Money, Payee, SpendRequest, Task, TaskOrigin,
};
use rust_decimal::Decimal;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Payees that look-alikes are sought among, and those of one agent.
const PAYEES: u64 = 512;
const OF_AN_AGENT: u64 = 8;
/// One request in so many goes to a new payee.
const NEW_IN: u64 = 10;

const FIRST: [&str; 32] = [
    "Alder", "Amber", "Anchor", "Aspen", "Birch", "Bright", "Cedar", "Cobalt", "Copper", "Delta",
    "Eagle", "Ember", "Falcon", "Flint", "Forge", "Garnet", "Harbor", "Hazel", "Indigo", "Ivory",
    "Juniper", "Kestrel", "Linden", "Maple", "Nimbus", "Olive", "Onyx", "Quartz", "Raven",
    "Sierra", "Summit", "Willow",
];
const SECOND: [&str; 16] = [
    "Analytics",
    "Books",
    "Cargo",
    "Design",
    "Energy",
    "Freight",
    "Hosting",
    "Insights",
    "Labs",
    "Metrics",
    "Networks",
    "Papers",
    "Robotics",
    "Software",
    "Travel",
    "Works",
];
const REASON: &str = "Reorder of the usual supplies for the team in Lyon: the stock counted on \
    Monday was below ten, and the delivery takes four days. Cost centre 4410, invoice to follow.";

/// How long deciding takes with everything on. Two wallets with one history take turns, so that
/// each decision is taken twice out of cold memory: what only one of the two waits for is the
/// machine's.
pub fn measure(entries: u64, report: &mut Report) {
    report.part("decide with everything on");
    let mut worlds = [(); 2].map(|()| {
        let mut world = World::new_dressed(1000, dress);
        world.fill(200_000.min(entries), &mut |_| {});
        world
    });
    let first = worlds[0].asked();
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..80 {
        for (world, took) in worlds.iter_mut().zip(&mut took) {
            took.extend(world.sample(250));
        }
    }
    let [took, other] = took;
    let lower: Vec<Duration> = took.iter().zip(&other).map(|(a, b)| *a.min(b)).collect();
    tell("the lower of two", &lower, first, report);
    let (median, slow) = tell("as measured", &took, first, report);
    let beside = loop_of(median, took.len());
    report.figure(&format!("a loop that takes {median:.1} us: p99 {beside:.1} us"));
    report.at_most("p99 with everything on, in microseconds", slow, 20.0);
}

/// Shows the samples by what their payees are, and gives the median and the 99th percentile of all
/// in microseconds.
fn tell(what: &str, took: &[Duration], first: u64, report: &Report) -> (f64, f64) {
    for (name, new) in [("a payee of its own", false), ("a new payee", true)] {
        let these = took.iter().zip(first..).filter(|(_, number)| is_new(*number) == new);
        let mut these: Vec<Duration> = these.map(|(took, _)| *took).collect();
        let (median, slow) = (at(&mut these, 500), at(&mut these, 990));
        report.figure(&format!("{what}, {name}: p50 {median:.1} us, p99 {slow:.1} us"));
    }
    let mut took = took.to_vec();
    let (median, slow) = (at(&mut took, 500), at(&mut took, 990));
    report.figure(&format!("{what}, together: p50 {median:.1} us, p99 {slow:.1} us"));
    (median, slow)
}

/// How long the slowest hundredth of as many runs takes, in microseconds, of a loop that needs no
/// memory and takes so long at the median: what the machine itself adds.
fn loop_of(median: f64, runs: usize) -> f64 {
    let timed = |rounds: u64| {
        let begin = Instant::now();
        let mixed = |sum: u64, round| black_box(sum.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ round);
        black_box((0..rounds).fold(1, mixed));
        begin.elapsed()
    };
    let mut rounds = 100;
    let mut sample: Vec<Duration> = vec![Duration::ZERO];
    while at(&mut sample, 500) < median {
        rounds += 100;
        sample = (0..25).map(|_| timed(rounds)).collect();
    }
    let mut sample: Vec<Duration> = (0..runs).map(|_| timed(rounds)).collect();
    at(&mut sample, 990)
}

const fn is_new(number: u64) -> bool {
    number.is_multiple_of(NEW_IN)
}

fn dress(request: &mut SpendRequest, number: u64, agent: u64) {
    let known = (agent * OF_AN_AGENT + number % OF_AN_AGENT) % PAYEES;
    request.payee = payee(if is_new(number) { PAYEES + number } else { known });
    let amount = Decimal::new(i64::try_from(500 + number * 37 % 2000).unwrap(), 2);
    request.amount = Money::new(amount, request.amount.currency()).unwrap();
    let kinds = ["office_supplies", "cloud", "data", "travel", "services"];
    let kind = kinds[usize::try_from(agent % 5).unwrap()];
    request.category = Some(Category::new(kind).unwrap());
    request.context = Some(Claim::new(REASON, Claim::MAX_BYTES).unwrap());
    let text = format!(
        "Order what the team in Lyon needs this week from {}, at most 500 USD in all. Ask for an \
         invoice in our name, have it delivered to the office and tell me when it arrives.",
        request.payee.name.raw(),
    );
    let text = Claim::new(&text, Claim::MAX_BYTES).unwrap();
    let id = Label::new("supplies").unwrap();
    request.task = Some(Task { id, text, origin: TaskOrigin::Owner });
}

fn payee(number: u64) -> Payee {
    let pick = |words: &[&str], at: u64| {
        let count = u64::try_from(words.len()).unwrap();
        words[usize::try_from(at % count).unwrap()].to_owned()
    };
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let second = if number < PAYEES { pick(&SECOND, number / 32) } else { word(mixed) };
    let (first, hex) = (pick(&FIRST, number), format!("{mixed:016x}{number:024x}"));
    let host = format!("api.{first}-{second}.example").to_lowercase();
    let account = match number % 3 {
        0 => None,
        1 => Some(format!("eip155:8453:0x{hex}")),
        _ => Some(format!("acct_{mixed:016x}")),
    };
    Payee {
        name: Claim::new(&format!("{first} {second}"), Claim::MAX_NAME_BYTES).unwrap(),
        account: account.map(|account| Account::new(&account).unwrap()),
        host: Some(Host::new(&host).unwrap()),
        country: Some(Country::new("FR").unwrap()),
    }
}

/// A word of six to nine letters that no list has.
fn word(bits: u64) -> String {
    let (consonants, vowels) = (b"bdfgklmnprstvz", b"aeiou");
    let letter = |place: u64| {
        let letters: &[u8] = if place.is_multiple_of(2) { consonants } else { vowels };
        let at = (bits >> (5 * place)) % u64::try_from(letters.len()).unwrap();
        char::from(letters[usize::try_from(at).unwrap()])
    };
    (0..6 + bits % 4).map(letter).collect()
}
