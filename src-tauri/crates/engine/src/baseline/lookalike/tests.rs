//! Pairs that must be told and pairs that must not.

#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

mod bounds;
mod honest;

use super::{Directory, Resemblance};
use purser_domain::{Account, Claim, Host, Payee, Timestamp};

const DAY_MS: i64 = 86_400_000;

fn payee(name: &str, host: &str, account: &str) -> Payee {
    Payee {
        name: Claim::new(name, Claim::MAX_NAME_BYTES).unwrap(),
        account: (!account.is_empty()).then(|| Account::new(account).unwrap()),
        host: (!host.is_empty()).then(|| Host::new(host).unwrap()),
        country: None,
    }
}

fn named(name: &str) -> Payee {
    payee(name, "", "")
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(day * DAY_MS)
}

fn directory(payees: &[Payee]) -> Directory {
    let mut directory = Directory::default();
    for (day, payee) in (1..).zip(payees) {
        directory.paid(payee, at(day));
    }
    directory
}

/// What `asked` resembles when only `known` was paid.
fn resembled(known: &Payee, asked: &Payee) -> Vec<Resemblance> {
    directory(std::slice::from_ref(known)).compare(asked)
}

fn look_alike_name(known: &str) -> Vec<Resemblance> {
    vec![Resemblance::LookAlikeName { known: named(known).name }]
}

fn look_alike_host(known: &str) -> Vec<Resemblance> {
    vec![Resemblance::LookAlikeHost { known: known.to_owned() }]
}

fn look_alike_account(known: &str) -> Vec<Resemblance> {
    vec![Resemblance::LookAlikeAccount { known: known.to_owned() }]
}

#[test]
fn names_that_look_like_a_known_one_are_told() {
    for (known, asked) in [
        // The same skeleton.
        ("PayPal", "\u{440}\u{430}\u{443}\u{440}\u{430}l"),
        ("PayPal", "PAYPA1"),
        ("PayPal", "paypaI"),
        ("PayPal", "PayPa|"),
        ("PayPal", "Pay Pal"),
        ("PayPal", "Pay\u{200b}Pal"),
        ("PayPal", "\u{202e}PayPal\u{202c}"),
        ("PayPal", "\u{ff30}\u{ff41}\u{ff59}\u{ff30}\u{ff41}\u{ff4c}"),
        ("PayPal", "\u{1d40f}\u{1d41a}\u{1d432}\u{1d40f}\u{1d41a}\u{1d425}"),
        ("PayPal", "P\u{334}a\u{334}y\u{334}P\u{334}a\u{334}l\u{334}"),
        ("Acme GmbH", "Acrne GmbH"),
        ("Microsoft", "rnicrosoft"),
        ("Microsoft", "Micr0s0ft"),
        ("Google", "G00gle"),
        ("OVH", "0VH"),
        ("Wise", "VVise"),
        ("Store 10", "Store 1O"),
        ("Müller GmbH", "Muller GmbH"),
        ("Сбербанк", "C6epбaнк"),
        // One edit.
        ("Stripe", "Stripee"),
        ("Stripe", "Sttripe"),
        ("Adobe", "Adboe"),
        ("Amazon", "Amazom"),
        ("Lyft", "Lyfft"),
        ("PayPal", "PayPal1"),
        ("北京电力公司", "北京电刀公司"),
        // Two edits.
        ("Cloudflare", "Cloubflarre"),
        ("Deutsche Telekom", "Deutche Telecom"),
        ("PayPal Europe", "<b>PayPal Europe"),
        ("Gate A 12", "GateA 13"),
    ] {
        let told = resembled(&named(known), &named(asked));
        assert_eq!(told, look_alike_name(known), "{known} {asked}");
    }
}

#[test]
fn names_that_people_tell_apart_are_not_told() {
    for (known, asked) in [
        ("Amazon", "Amazon Web Services"),
        ("Delta", "Delta Air Lines"),
        ("Shell 1", "Shell 2"),
        ("Shell", "Shell 2"),
        ("Store 12", "Store 14"),
        ("Store #0012", "Store #4"),
        ("Gate A12", "Gate A13"),
        ("Barton LLC", "Barton Ltd"),
        ("Rowan Foods", "Rowan Books"),
        ("Bank of US", "Bank of UK"),
        ("Canvas", "Canva"),
        ("Ola", "Ora"),
        ("KPN", "KLM"),
        ("Costa", "Costco"),
        ("Target", "Garnet"),
        ("Avis", "Aws"),
        ("Ova", "Ava"),
        ("ACME inc", "acme  INC"),
        ("Café Nero", "Cafe\u{301} nero"),
        ("", "  "),
        ("", "Acme"),
        ("!!!", "???"),
        ("\u{1f355}\u{1f355}\u{1f355}", "\u{1f363}\u{1f363}\u{1f363}"),
    ] {
        assert_eq!(resembled(&named(known), &named(asked)), [], "{known} {asked}");
        assert_eq!(resembled(&named(asked), &named(known)), [], "{asked} {known}");
    }
}

#[test]
fn a_word_that_other_payees_have_is_no_slip() {
    let by_host = |name: &str, host: &str| payee(name, host, "");
    let amber = by_host("Amber Leather", "amber-leather.example");
    let umber = by_host("Umber Leather", "umber-leather.example");
    let alone = directory(std::slice::from_ref(&amber)).compare(&umber);
    assert_eq!(alone.len(), 2, "name and host: {alone:?}");
    let others = [amber.clone(), by_host("Umber Books", "umber-books.example")];
    assert_eq!(directory(&others).compare(&umber), []);
    // A look-alike letter is no such word, and neither is a slip beside one.
    for name in ["Umbеr Leather", "Ambar Leather", "Amber Leathor"] {
        let fake = by_host(name, "elsewhere.example");
        assert_ne!(directory(&others).compare(&fake), [], "{name}");
    }
    // Each text is judged by its own word: the name is a slip, and the host is none.
    let half = by_host("Ambar Leather", "umber-leather.example");
    assert_eq!(directory(&others).compare(&half), look_alike_name("Amber Leather"));
    // A part of another's word is no word, and neither is the whole name or one slip of two.
    let part = [amber.clone(), named("Lumber Yard")];
    assert_eq!(directory(&part).compare(&umber).len(), 2);
    let whole = [named("Cloudflare"), named("Cloudflarre Partners")];
    let told = directory(&whole).compare(&named("Cloudflarre"));
    assert_eq!(told, look_alike_name("Cloudflare"));
    let two = [named("Amber Feather Shop"), named("Leather House")];
    let told = directory(&two).compare(&named("Umber Leather Shop"));
    assert_eq!(told, look_alike_name("Amber Feather Shop"));
    // What can't be told apart when read is no other word, whoever has it.
    let read_alike = [named("Amber Tools"), named("Arnber Books")];
    let told = directory(&read_alike).compare(&named("Arnber Tools"));
    assert_eq!(told, look_alike_name("Amber Tools"));
}

#[test]
fn a_plural_is_told_only_when_the_money_goes_somewhere_that_is_named() {
    let known = payee("Canva", "canva.com", "");
    assert_eq!(resembled(&known, &named("Canvas")), []);
    let elsewhere = payee("Canvas", "drawing.io", "");
    assert_eq!(resembled(&known, &elsewhere), look_alike_name("Canva"));
}

#[test]
fn another_spelling_from_the_same_domain_or_account_is_none() {
    let known = payee("Acme Tools", "acme.com", "");
    assert_eq!(resembled(&known, &payee("Acme-Tools", "www.acme.com", "")), []);
    // Addresses have no domain that two of them could share.
    for (known, asked) in [("10.0.0.1", "192.168.0.1"), ("[::1]:80", "[::2]:80")] {
        let told = resembled(&payee("Acme Tools", known, ""), &payee("Acme-Tools", asked, ""));
        assert_eq!(told, look_alike_name("Acme Tools"), "{known} {asked}");
    }
    // A host beside an account is a claim, and clears nothing.
    let claims = payee("Acme-Tools", "acme.com", "acct_9876543210");
    assert_eq!(resembled(&known, &claims), look_alike_name("Acme Tools"));
    let address = "0x52908400098527886e0f7030069857d2e4169ee7";
    let base = payee("Acme Tools", "", &format!("eip155:8453:{address}"));
    let mainnet = payee("Acme-Tools", "", &format!("eip155:1:{address}"));
    assert_eq!(resembled(&base, &mainnet), []);
}

#[test]
fn a_name_that_is_known_under_another_key_looks_like_none() {
    let directory = directory(&[payee("Acme GmbH", "acme.de", ""), named("Acrne GmbH")]);
    assert_eq!(directory.compare(&payee("ACME GmbH", "acme.shop", "")), []);
}

#[test]
fn hosts_that_look_like_a_known_one_are_told() {
    for (known, asked) in [
        ("paypal.com", "paypa1.com"),
        ("paypal.com", "xn--pypal-4ve.com"),
        ("paypal.com", "www.paypall.com"),
        ("paypal.com", "pay-pal.com"),
        ("paypal.com", "paypal-secure.com"),
        ("paypal.com", "paypal-com.net"),
        ("paypal.com", "my-paypal.net"),
        ("paypal.com", "paypal.com.evil.net"),
        ("paypal.com", "www.paypal-com.evil.net"),
        ("paypal.com", "paypal.vercel.app"),
        ("paypal.com", "paypal.co"),
        ("paypal.com", "paypal.cm:8443"),
        ("api.microsoft.com", "rnicrosoft.com"),
        ("known.example", "known.example.evil.com"),
        ("shop.acme-corp.co.uk", "acme-corp-billing.co.uk"),
        ("acmebank.co.uk", "acmebnak.co.uk"),
        ("acmebank.de", "www.acmebnak.de"),
        ("acmepay.com", "acmepay1.com"),
        ("ikea.de", "1kea.shop"),
        ("alice-tools.vercel.app", "alice-toools.vercel.app"),
        ("xn--mller-kva.de", "muller.de"),
    ] {
        let (known, asked) = (payee("A", known, ""), payee("Zebra Fish", asked, ""));
        let expected = look_alike_host(known.host.as_ref().unwrap().as_str());
        assert_eq!(resembled(&known, &asked), expected, "{known:?} {asked:?}");
    }
}

#[test]
fn hosts_that_are_one_party_or_nothing_alike_are_not_told() {
    for (known, asked) in [
        ("api.acme.com", "www.acme.com"),
        ("acme.com", "acme.com:8443"),
        ("api.acme.co.uk", "acme.co.uk"),
        ("amazon.com", "amazon.de"),
        ("ikea.de", "ikea.dk"),
        ("acme.com", "acme.zendesk.com"),
        ("acme.co.uk", "other.co.uk"),
        ("alice.vercel.app", "bobby.vercel.app"),
        ("vendor-12.example", "vendor-14.example"),
        ("10.0.0.1", "10.0.0.2"),
        ("[::1]:80", "[::2]:80"),
        ("localhost", "localhost:3000"),
        ("cloud.com", "cloud-tools.com"),
        ("api.com", "api-payments.com"),
        ("xn--a.com", "xn--b.com"),
        ("com", "co.uk"),
        ("github.io", "vercel.app"),
    ] {
        let (known, asked) = (payee("A", known, ""), payee("Zebra Fish", asked, ""));
        assert_eq!(resembled(&known, &asked), [], "{known:?} {asked:?}");
        assert_eq!(resembled(&asked, &known), [], "{asked:?} {known:?}");
    }
}

#[test]
fn a_domain_that_was_paid_looks_like_none() {
    let known = [payee("A", "paypal.com", ""), payee("B", "paypall.com", "")];
    assert_eq!(directory(&known).compare(&payee("C", "www.paypall.com", "")), []);
}

#[test]
fn accounts_that_look_like_a_known_one_are_told() {
    for (known, asked) in [
        // Two edits that keep the checksum, and the same beginning and end.
        ("DE89370400440532013000", "DE62370400440532013001"),
        ("DE89370400440532013000", "DE88370400440532013000"),
        ("DE89370400440532013000", "DE8937040044532013000"),
        ("DE89370400440532013000", "DE89370400446289933000"),
        ("GB29NWBK60161331926819", "gb56nwbk60161331926818"),
        (
            "eip155:8453:0x52908400098527886e0f7030069857d2e4169ee7",
            "eip155:8453:0x5290aaaabbbbccccddddeeeeffff000011119ee7",
        ),
        // Nothing else in common.
        (
            "eip155:8453:0x52908400098527886e0f7030069857d2e4169ee7",
            "eip155:8453:0x529079d89a0da0c41aebb8f010b8e9a5b5ab9ee7",
        ),
        (
            "eip155:8453:0x52908400098527886e0f7030069857d2e4169ee7",
            "eip155:1:0x52908400098527886e0f7030069857d2e4196ee7",
        ),
        ("acct_1032D82eZvKYlo2C", "acct_1032D82eZvKYIo2C"),
        ("12345678", "12345687"),
        ("solana:5eykt4:7EcDhSYGxXyscszYEp35KHN8v", "solana:5eykt4:7EcDhSYGxXyscszYEp35KHM8v"),
    ] {
        let told = resembled(&payee("A", "acme.com", known), &payee("Zebra Fish", "", asked));
        let told: Vec<_> = told
            .into_iter()
            .filter(|told| !matches!(told, Resemblance::BadChecksum { .. }))
            .collect();
        assert_eq!(told, look_alike_account(known), "{known} {asked}");
    }
}

#[test]
fn accounts_that_are_the_same_or_of_another_scheme_are_not_told() {
    let address = "0x52908400098527886e0f7030069857d2e4169ee7";
    for (known, asked) in [
        (format!("eip155:8453:{address}"), format!("eip155:1:{address}")),
        (format!("eip155:8453:{address}"), format!("tron:1:{address}")),
        ("DE89370400440532013000".to_owned(), "de89370400440532013000".to_owned()),
        ("DE89370400440532013000".to_owned(), "DE75512108001245126199".to_owned()),
        ("acct-12".to_owned(), "acct-13".to_owned()),
    ] {
        let told = resembled(&payee("A", "", &known), &payee("B", "", &asked));
        assert_eq!(told, [], "{known} {asked}");
    }
}

#[test]
fn a_known_name_with_another_account_is_told() {
    let (known, other) = ("DE89370400440532013000", "DE75512108001245126199");
    let told = resembled(&payee("Acme GmbH", "", known), &payee("ACME  gmbh", "", other));
    let name = named("Acme GmbH").name;
    assert_eq!(told, [Resemblance::ChangedAccount { name, known: known.to_owned() }]);
    // Another scheme, or none, is no change of account.
    let by_card = payee("Acme GmbH", "", "acct_1032D82eZvKYlo2C");
    assert_eq!(resembled(&payee("Acme GmbH", "", known), &by_card), []);
    assert_eq!(resembled(&payee("Acme GmbH", "acme.de", ""), &by_card), []);
    // Nobody's account changed where there is no name.
    assert_eq!(resembled(&payee("", "", known), &payee("", "", other)), []);
    let near = "DE62370400440532013001";
    let told = resembled(&payee("", "", known), &payee("", "", near));
    assert_eq!(told, look_alike_account(known));
    // One of several accounts of that name, in another spelling.
    let both = directory(&[payee("Acme", "", known), payee("Acme", "", other)]);
    assert_eq!(both.compare(&payee("Acme", "", &other.to_lowercase())), []);
}

#[test]
fn a_payee_that_was_paid_without_a_name_is_known_by_the_next_one() {
    let account = "acct_1032D82eZvKYlo2C";
    let mut known = directory(&[payee("", "acme.com", account)]);
    assert_eq!(known.compare(&named("Acne Tools")), []);
    known.paid(&payee("Acme Tools", "acme.com", account), at(7));
    assert_eq!(known.compare(&named("Acne Tools")).len(), 1);
}

#[test]
fn an_account_that_was_paid_looks_like_none() {
    let (one, near) = ("DE89370400440532013000", "DE62370400440532013001");
    let both = directory(&[payee("A", "", one), payee("B", "", near)]);
    assert_eq!(both.compare(&payee("C", "", &one.to_lowercase())), []);
}

#[test]
fn an_iban_that_can_be_none_is_told_whoever_is_known() {
    let account = "DE89370400440532013001".to_owned();
    let told = Directory::default().compare(&payee("Acme", "", &account));
    assert_eq!(told, [Resemblance::BadChecksum { account }]);
}

#[test]
fn the_nearest_is_told_and_among_those_as_near_the_last() {
    let mut known = directory(&[named("Cloubflare"), named("Cloudflarre"), named("Claudflarr")]);
    assert_eq!(known.compare(&named("Cloudflare")), look_alike_name("Cloudflarre"));
    known.paid(&named("Cloubflare"), at(9));
    assert_eq!(known.compare(&named("Cloudflare")), look_alike_name("Cloubflare"));
}
