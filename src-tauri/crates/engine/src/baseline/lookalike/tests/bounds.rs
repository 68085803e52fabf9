//! How much is kept, what is written, hostile texts, and how much is compared.

use super::super::{Asked, DirectoryError, Found, Look, Print, Resemblance, Row, distance, name};
use super::{Directory, at, directory, look_alike_host, named, payee};
use proptest::{option, prelude::*};
use purser_domain::{Account, Claim, Host, Payee};
use unicode_security::confusable_detection::skeleton;

fn bytes(directory: &Directory) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    serde::Serialize::serialize(directory, &mut serializer).unwrap();
    bytes
}

fn numbered(n: usize) -> Payee {
    named(&format!("Vendor {n}"))
}

#[test]
fn the_one_paid_longest_ago_leaves_first() {
    let mut full = directory(&(0..Directory::MAX).map(numbered).collect::<Vec<_>>());
    full.paid(&numbered(0), at(2_000));
    full.paid(&named("Newcomer"), at(2_001));
    let knows = |full: &Directory, payee: &Payee| full.find(&payee.key()).is_ok();
    assert_eq!(full.entries.len(), Directory::MAX);
    assert_eq!(full.prints.len(), Directory::MAX);
    assert!(knows(&full, &numbered(0)) && !knows(&full, &numbered(1)));
    assert!(knows(&full, &numbered(2)) && knows(&full, &named("newcomer")));
    // A clock that was set back makes nobody older.
    full.paid(&numbered(2), at(1));
    full.paid(&named("Another"), at(2_002));
    assert!(!knows(&full, &numbered(2)) && knows(&full, &numbered(3)));
}

#[test]
fn who_stays_is_found_after_another_has_left() {
    let shop = |n: usize| payee(&format!("Vendor {n}"), &format!("market-{n}a.example"), "");
    let mut full = directory(&(0..Directory::MAX).map(shop).collect::<Vec<_>>());
    full.paid(&named("Newcomer"), at(2_000));
    let held = |n: usize| payee("Somebody", &format!("market-{n}a-example.com.evil.net"), "");
    assert_eq!(full.compare(&held(0)), []);
    for stays in [1, 255, Directory::MAX - 1] {
        let known = format!("market-{stays}a.example");
        assert_eq!(full.compare(&held(stays)), look_alike_host(&known), "{stays}");
        assert_eq!(full.compare(&shop(stays)), []);
    }
    let Resemblance::LookAlikeName { known } = &full.compare(&named("Newc0mer"))[0] else {
        panic!("not told");
    };
    assert_eq!(known.raw(), "Newcomer");
}

#[test]
fn another_payment_counts_and_renames_nobody() {
    let account = "acct_1032D82eZvKYlo2C";
    let mut known = directory(&[payee("Acme", "", account)]);
    known.paid(&payee("PayPal", "acme.com", account), at(7));
    known.paid(&payee("", "evil.com", account), at(5));
    let Row(name, _, host, last, times) = &known.entries[0].row;
    assert_eq!((name.raw(), *last, *times), ("Acme", at(7), 3));
    assert_eq!(host.as_ref().map(Host::as_str), Some("acme.com"));
    assert_eq!(known.compare(&payee("", "acne.com", "")).len(), 1);
    assert_eq!(known.compare(&payee("PayPa1", "", "")), []);
    known.entries[0].row.4 = u32::MAX;
    known.paid(&payee("Acme", "", account), at(8));
    assert_eq!(known.entries[0].row.4, u32::MAX);
}

#[test]
fn what_is_written_is_small_and_comes_back() {
    let payee = |n: usize| payee(&format!("Vendor {n}"), &format!("v{n}.example"), "");
    let known = directory(&(0..Directory::MAX).map(payee).collect::<Vec<_>>());
    let written = bytes(&known);
    assert!(written.len() < 50 * Directory::MAX, "{} bytes", written.len());
    assert_eq!(rmp_serde::from_slice::<Directory>(&written).unwrap(), known);
    let json = serde_json::to_string(&known).unwrap();
    assert_eq!(serde_json::from_str::<Directory>(&json).unwrap(), known);
    let rows: Vec<Row> = known.into();
    let reversed: Vec<Row> = rows.iter().rev().cloned().collect();
    assert_eq!(Directory::try_from(reversed), Err(DirectoryError::Order));
    let same = vec![rows[0].clone(), rows[0].clone()];
    assert_eq!(Directory::try_from(same), Err(DirectoryError::Order));
    let twice = [rows.clone(), rows].concat();
    assert_eq!(Directory::try_from(twice), Err(DirectoryError::TooMany(1024)));
}

#[test]
fn the_fast_skeleton_of_ascii_is_that_of_the_table() {
    for c in (0x20u8..0x7F).map(char::from).filter(|c| *c != '%') {
        // Any other character takes the long way; this one has no letters and adds nothing.
        let long_way = name::skeleton_units(&format!("{c}\u{2603}"));
        assert_eq!(name::skeleton_units(&c.to_string()), long_way, "{c:?}");
    }
    assert_eq!(skeleton("1I|l0Om").collect::<String>(), "llllOOrn");
    assert_eq!(name::skeleton_units("100 %\u{2603}"), distance::units("loo"));
}

#[test]
fn hostile_texts_take_their_time_and_no_more() {
    let marks = format!("P{}ayPal", "\u{344}".repeat(120));
    let texts = [
        "\u{300}".repeat(128),
        marks,
        "\u{fdfa}".repeat(85),
        "\u{202e}\u{2066}".repeat(42),
        "<script>".repeat(32),
        "m".repeat(256),
        "\u{1f468}\u{200d}".repeat(36),
        "\u{10FFFF}".repeat(64),
        "\u{1d40c}".repeat(64),
        "\u{130}".repeat(128),
        "-".repeat(256),
        " ".repeat(256),
        "a.".repeat(128),
    ];
    let known = directory(&texts.iter().map(|text| named(text)).collect::<Vec<_>>());
    for text in &texts {
        assert_eq!(known.compare(&named(text)), []);
        let elsewhere = payee(text, &format!("{}com", "a-b.".repeat(62)), "");
        assert_eq!(known.compare(&elsewhere), known.compare(&elsewhere));
    }
    let pal = directory(&[named("PayPal")]);
    assert_eq!(pal.compare(&named(&texts[1])).len(), 1);
    // Longer than requests may hold: cut the same way each time.
    let long = |end: &str| Payee {
        name: Claim::new(&format!("{}{end}", "é".repeat(200)), Claim::MAX_BYTES).unwrap(),
        ..named("")
    };
    assert_eq!(directory(&[long("a")]).compare(&long("a")), []);
}

fn any_payee() -> impl Strategy<Value = Payee> {
    let name = prop_oneof![
        any::<String>(),
        "[a-cA-C1-3 .\u{300}\u{430}-\u{433}]{0,12}",
        "(PayPal|Acme GmbH|Store [0-9])[a-z]?",
    ];
    let host = prop_oneof![
        "[a-c1]{1,4}(-[a-c]{1,3})?(\\.(com|co\\.uk|vercel\\.app|xn--[a-z0-9-]{1,8}))?(:80)?",
        "[a-z0-9._:\\[\\]-]{1,30}",
    ];
    let account = prop_oneof![
        "DE[0-9]{18,24}",
        "eip155:[0-9]{1,3}:0x[0-9a-fA-F]{38,42}",
        "[!-~]{1,40}",
        "acct_[ab]{6,9}",
    ];
    (name, option::of(host), option::of(account)).prop_map(|(name, host, account)| Payee {
        name: Claim::new(&name.replace('\0', ""), Claim::MAX_BYTES).unwrap_or_default(),
        host: host.and_then(|host| Host::new(&host).ok()),
        account: account.and_then(|account| Account::new(&account).ok()),
        country: None,
    })
}

/// What a payee resembles when each that is known is looked at closely, but for its checksum.
fn all_looked_at(known: &Directory, asked: &Payee) -> Vec<Resemblance> {
    let look = Look::of(asked);
    let asked = Asked::new(asked, &look, &known.entries);
    let mut found = Found::default();
    for (place, entry) in known.entries.iter().enumerate() {
        asked.weigh(place, &Print::of(&entry.look), entry, &mut found);
    }
    found.told(&known.entries)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn known_payees_resemble_nobody_and_what_is_written_comes_back(
        paid in proptest::collection::vec(any_payee(), 0..20),
        asked in any_payee(),
    ) {
        let known = directory(&paid);
        for payee in &paid {
            prop_assert_eq!(known.compare(payee), vec![]);
        }
        let told = known.compare(&asked);
        prop_assert!(told.len() <= 5);
        if known.find(&Look::of(&asked).key).is_err() {
            let alike = told.iter().filter(|t| !matches!(t, Resemblance::BadChecksum { .. }));
            prop_assert!(alike.eq(&all_looked_at(&known, &asked)));
        }
        let again: Directory = rmp_serde::from_slice(&bytes(&known)).unwrap();
        prop_assert_eq!(again.compare(&asked), known.compare(&asked));
        prop_assert_eq!(again, known);
    }
}

/// Of how many that are known something is compared for a payee, on average.
fn looked_at(known: &Directory, asked: &[Payee]) -> usize {
    let closely = |asked: &Payee| {
        let look = Look::of(asked);
        let asked = Asked::new(asked, &look, &known.entries);
        known.prints.candidates(&asked.print, &asked.held).len()
    };
    asked.iter().map(closely).sum::<usize>() / asked.len()
}

#[test]
fn few_of_the_known_are_looked_at_closely() {
    // Deterministic letters: names, hosts and addresses of as many kinds as there are of each.
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut word = |length: u64| -> String {
        (0..length).map(|_| char::from(b"etaoinshrdlucmfwypvbgkq"[next(23) as usize])).collect()
    };
    let mut usual = |n: u64| {
        let (name, host) = (format!("{} {}", word(4 + n % 6), word(3 + n % 7)), word(5 + n % 8));
        let hex = |c: char| char::from_digit(u32::from(c) % 16, 16).unwrap();
        let address: String = word(40).chars().map(hex).collect();
        payee(&name, &format!("api.{host}.com"), &format!("eip155:8453:0x{address}"))
    };
    let known: Vec<Payee> = (0..512).map(&mut usual).collect();
    let asked: Vec<Payee> = (512..712).map(&mut usual).collect();
    let usual = looked_at(&directory(&known), &asked);
    assert!(usual < 16, "{usual}");
    // Numbers of one series are all near each other, and so are letters that were swapped.
    let numbered: Vec<Payee> = (0..712).map(numbered).collect();
    let (known, asked) = numbered.split_at(512);
    assert!(looked_at(&directory(known), asked) > 256);
}
