//! What a step's numbers choose from. Amounts lie around the limits, and limits are small, so that
//! limits are met.

use purser_domain::{
    AgentId, AgentPolicy, ApproverId, Category, Claim, Currency, Digest, Label, Rate, Scope,
    Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// The owner.
pub const OWNER: ApproverId = ApproverId::from_random(1);
/// Somebody else.
pub const STRANGER: ApproverId = ApproverId::from_random(2);

/// Amounts to ask for.
pub const AMOUNTS: [&str; 20] = [
    "5",
    "1",
    "9.99",
    "10",
    "10.01",
    "20",
    "25",
    "33.33",
    "49.99",
    "50",
    "50.01",
    "60",
    "60.01",
    "0.01",
    "100",
    "0.333333333333",
    "150.5",
    "500.01",
    "5000.01",
    "1000000000000",
];

/// Currencies: one's own, one at par, one whose rate ages, one without a rate, one at an odd rate.
pub const CURRENCIES: [&str; 6] = ["USD", "USDC", "EUR", "CHF", "JPY", "USD"];

/// Zones with every oddity that clocks have.
pub const ZONES: [&str; 13] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
    "Pacific/Kiritimati",
    "Africa/Cairo",
    "Moon/Crater",
];

/// When lives begin: before changes of clocks, ends of months, leap days, a skipped day.
pub const STARTS: [&str; 10] = [
    "2026-03-02T12:00:00Z",
    "2026-03-28T20:00:00Z",
    "2026-10-24T21:30:00Z",
    "2026-03-07T22:00:00Z",
    "2026-10-31T23:00:00Z",
    "2028-02-28T21:00:00Z",
    "2026-12-31T20:00:00Z",
    "2011-12-29T08:00:00Z",
    "2026-01-31T23:59:00Z",
    "1999-12-31T22:59:59Z",
];

/// Lengths of time, in milliseconds.
pub const WAITS: [i64; 16] = [
    1_000,
    20_000,
    59_999,
    60_000,
    300_000,
    840_000,
    900_000,
    960_000,
    3_600_000,
    25_200_000,
    86_400_000,
    90_000_000,
    259_200_000,
    777_600_000,
    -3_600_000,
    -86_400_000,
];

const POLICIES: [&str; 14] = [
    r#"{"per_transaction":"60","per_session":"100","daily":"150"}"#,
    r#"{"per_transaction":"10000","per_session":"100000","daily":"100000",
        "rate_limit_per_minute":1000}"#,
    r#"{"per_transaction":"500","per_session":"1000","daily":"1000","spending_limits":[
        {"amount":"120","interval":"daily","window":"rolling"},
        {"amount":"300","interval":"weekly"},
        {"amount":"300","interval":"weekly","window":"rolling"},
        {"amount":"700","interval":"monthly"},
        {"amount":"700","interval":"monthly","window":"rolling"},
        {"amount":"2000","interval":"all_time"}],"team":"blue","project":"p1",
        "cost_rules":[{"workflows":["w1"],"split":[{"cost_center":"a","percent":"33.3"},
        {"cost_center":"b","percent":"66.7"}]},{"projects":["p2"],"payees":["host:shop0.example"],
        "split":[{"cost_center":"c","percent":"100"}]}]}"#,
    r#"{"per_transaction":"500","per_session":"1000","daily":"1000","spending_limits":[
        {"amount":"60","interval":"daily","each_payee":true},
        {"amount":"100","interval":"weekly","each_category":true,"window":"rolling"},
        {"amount":"80","interval":"session","categories":["books","travel"]},
        {"amount":"90","interval":"monthly","payees":["host:shop1.example","name:corner shop"]},
        {"amount":"50","interval":"all_time","actions":["tool_call"],"each_payee":true},
        {"amount":"30","interval":"per_transaction","categories":["books"]}]}"#,
    r#"{"per_transaction":"200","per_session":"400","daily":"400","review_above":"20",
        "allowed_payees":["host:shop0.example","account:acct-1","name:Corner  SHOP"],
        "allowed_categories":["books","travel"]}"#,
    r#"{"per_transaction":"200","per_session":"400","daily":"400",
        "blocked_payees":["host:shop2.example","account:acct-2"],
        "blocked_categories":["travel"]}"#,
    r#"{"per_transaction":"200","per_session":"400","daily":"400","allowed_rails":["sandbox"],
        "allowed_actions":["purchase"],"allowed_currencies":["USD","EUR"]}"#,
    r#"{"rate_limit_per_minute":3,"allow_bearer":true,"require_session":true}"#,
    r#"{"rate_limit_per_minute":20,"credential_minutes":5,"review_above":"9.99",
        "signals":{"new_payee":"review","unusual_amount":"deny","unusual_run":"note",
        "many_payments":"multi_party","hidden_characters":"deny"}}"#,
    r#"{"per_transaction":"10","per_session":"15","daily":"20","allow_bearer":true,
        "sessions_per_day":2,
        "credential_minutes":1440,"breakers":{"spend_rate_multiple":"2"}}"#,
    r#"{"per_transaction":"1000000000000","per_session":"1000000000000","daily":"1000000000000",
        "spending_limits":[{"amount":"0.333333333333","interval":"daily","each_payee":true,
        "each_category":true}]}"#,
    r#"{"per_transaction":"60","per_session":"100","daily":"150","spending_limits":[
        {"amount":"100","interval":"session","each_category":true},
        {"amount":"60","interval":"session","each_payee":true},
        {"amount":"40","interval":"daily","window":"rolling","each_payee":true},
        {"amount":"50","interval":"weekly","each_task":true},
        {"amount":"30","interval":"monthly","workflows":["w1"]},
        {"amount":"70","interval":"daily","each_workflow":true}]}"#,
    r#"{"per_transaction":"1000","per_session":"1000","daily":"100",
        "breakers":{"refusals":5,"repeated_failures":1},"payee_rules":[
        {"payee":"host:shop0.example","up_to":"60"},{"payee":"account:acct-1","up_to":"1000"}],
        "review_above":"5","conditions":[
        {"name":"book","categories":["books"],"unit_price_above":"10"},
        {"name":"night","categories":["travel","books"],"unit":"night","unit_price_above":"25",
        "effect":"deny"},
        {"name":"shop1","payees":["host:shop1.example"],"unit_price_above":"9.99"}]}"#,
    r#"{"daily":"0"}"#,
];

const WALLETS: [&str; 6] = [
    r#"{}"#,
    r#"{"tiers":{"autonomous_below":"5","envelope_up_to":"20","approver_up_to":"60"}}"#,
    r#"{"tiers":{"autonomous_below":"1","envelope_up_to":"9.99","approver_up_to":"10",
        "approver_window_minutes":15,"quorum_window_minutes":1,"quorum":3}}"#,
    r#"{"tiers":{"autonomous_below":"50","envelope_up_to":"50","approver_up_to":"50","quorum":1},
        "spending_limits":[{"amount":"200","interval":"daily"},
        {"amount":"90","interval":"weekly","window":"rolling","each_payee":true},
        {"amount":"60","interval":"monthly","categories":["travel"]},
        {"amount":"120","interval":"all_time","each_workflow":true,"tasks":["t1","t2"]}],
        "cost_rules":[{"tasks":["t1"],"split":[{"cost_center":"x","percent":"0.000000000001"},
        {"cost_center":"y","percent":"99.999999999999"}]}]}"#,
    r#"{"currency":"EUR","rates":{"USD":"0.9","USDC":"0.9","JPY":"0.0061"}}"#,
    r#"{"tiers":{"envelope_up_to":"5"}}"#,
];

const SCOPES: [&str; 12] = [
    "{}",
    r#"{"payees":["host:shop0.example","account:acct-1"]}"#,
    r#"{"categories":["books"]}"#,
    r#"{"actions":["tool_call"]}"#,
    r#"{"rails":["x402"]}"#,
    r#"{"currencies":["USDC"]}"#,
    r#"{"tasks":["t1"]}"#,
    r#"{"per_transaction":"10"}"#,
    r#"{"not_before":1772456400000}"#,
    r#"{"not_after":1772460000000}"#,
    r#"{"per_transaction":"25","categories":["books","travel"]}"#,
    r#"{"payees":["name:corner shop"],"per_transaction":"50"}"#,
];

static PARSED: LazyLock<Vec<AgentPolicy>> = LazyLock::new(|| parse(&POLICIES));
static WALLETS_PARSED: LazyLock<Vec<WalletPolicy>> = LazyLock::new(|| parse(&WALLETS));
static SCOPES_PARSED: LazyLock<Vec<Scope>> = LazyLock::new(|| parse(&SCOPES));

fn parse<T: serde::de::DeserializeOwned>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// One of a table, whatever the number.
pub fn one<T: Clone>(table: &[T], number: u16) -> T {
    table[usize::from(number) % table.len()].clone()
}

/// An agent's policy.
#[must_use]
pub fn policy(number: u16) -> AgentPolicy {
    one(&PARSED, number)
}

/// A wallet's policy, in a zone. A euro's rate ages a day after `now`, rounded to hours.
#[must_use]
pub fn wallet(number: u16, zone: u16, now: i64) -> WalletPolicy {
    let mut policy = one(&WALLETS_PARSED, number);
    policy.time_zone = one(&ZONES, zone).to_owned();
    let jpy = "JPY".parse().unwrap();
    policy.rates.entry(jpy).or_insert(Rate::fixed(decimal("0.006666666666")));
    let hour = now / 3_600_000 * 3_600_000;
    let (as_of, max_age_hours) = (Some(Timestamp::from_millis(hour)), Some(24));
    policy.rates.insert(Currency::EUR, Rate { worth: decimal("1.1"), as_of, max_age_hours });
    policy
}

/// What a credential is narrowed to.
#[must_use]
pub fn scope(number: u16) -> Scope {
    one(&SCOPES_PARSED, number)
}

/// A number from its text.
#[must_use]
pub fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// A text of somebody outside.
#[must_use]
pub fn claim(text: &str) -> Claim {
    Claim::new(text, Claim::MAX_BYTES).unwrap()
}

/// A label; 0 is none.
#[must_use]
pub fn label(prefix: &str, number: u16) -> Option<Label> {
    (number > 0).then(|| Label::new(&format!("{prefix}{number}")).unwrap())
}

/// A category; 0 is none.
#[must_use]
pub fn category(number: u16) -> Option<Category> {
    let names = [None, Some("books"), Some("travel"), Some("games")];
    one(&names, number).map(|name| Category::new(name).unwrap())
}

/// The agent of a place.
#[must_use]
pub const fn agent(place: u16) -> AgentId {
    AgentId::from_random(place as u128 + 10)
}

/// A key that is nobody's.
#[must_use]
pub fn holder_key(place: u16) -> Digest {
    Digest::of_bytes(&place.to_be_bytes())
}
