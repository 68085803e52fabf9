//! What a host looks like.

use super::distance::{Unit, parity, unit, units, within_two};
use super::fingerprint;
use super::name::skeleton_units;
use super::prints::Runs;
use purser_domain::Host;
use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

/// Second labels under which countries let people register: `co.uk`, `com.au`.
const COUNTRY_SECOND: [&str; 18] = [
    "ac", "co", "com", "edu", "gen", "go", "gob", "gov", "ltd", "me", "mil", "ne", "net", "nom",
    "or", "org", "plc", "sch",
];

/// Domains under which anybody gets a name. Not all there are: under another one, two tenants count
/// as one party, so that one of them does not look like the other.
const SHARED: [&str; 22] = [
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "deno.dev",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "hf.space",
    "myshopify.com",
    "netlify.app",
    "ngrok.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "railway.app",
    "run.app",
    "vercel.app",
    "web.app",
    "wixsite.com",
    "workers.dev",
];

/// Labels that are no brand: many domains have such a word beside others.
const COMMON: [&str; 58] = [
    "account",
    "agent",
    "agents",
    "bank",
    "billing",
    "business",
    "checkout",
    "city",
    "cloud",
    "code",
    "credit",
    "data",
    "demo",
    "digital",
    "energy",
    "example",
    "food",
    "free",
    "games",
    "global",
    "group",
    "health",
    "help",
    "home",
    "hotel",
    "house",
    "invoice",
    "labs",
    "login",
    "mail",
    "market",
    "media",
    "music",
    "news",
    "online",
    "open",
    "paid",
    "payment",
    "payments",
    "search",
    "secure",
    "server",
    "service",
    "services",
    "shop",
    "smart",
    "software",
    "solutions",
    "store",
    "support",
    "tech",
    "test",
    "travel",
    "video",
    "water",
    "weather",
    "work",
    "world",
];

/// Words of a host that are looked at for brands.
const MAX_WORDS: usize = 48;
/// Words of one brand.
const MAX_BRAND_WORDS: usize = 4;

/// A host, prepared for comparing. An address of the Internet Protocol has no look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostLook {
    /// What somebody registered: `acme.co.uk` of `api.acme.co.uk:8443`.
    pub domain: String,
    /// Its first label as it is shown, with `#` for each number.
    pub label: String,
    series: String,
    /// The domain after that label: `co.uk`.
    suffix: String,
    /// The skeleton of the label.
    pub units: Vec<Unit>,
    pub mask: u32,
    /// What another host may hold so as to pass for this one, as fingerprints; 0 is none: the
    /// label, and the domain with its dots as hyphens.
    pub brand: u64,
    pub dashed: u64,
}

impl HostLook {
    pub(super) fn of(host: &Host) -> Option<Self> {
        let labels = labels(host)?;
        let begin = labels.len().saturating_sub(suffix_length(&labels).saturating_add(1));
        let own = labels.get(begin..)?;
        let (first, suffix) = own.split_first()?;
        let label = shown(first);
        let mut domain_words = words(&[first]);
        let brand_words = domain_words.len();
        domain_words.extend(words(suffix));
        domain_words.truncate(MAX_WORDS);
        let is_brand = label.chars().count() >= 4
            && (1..=MAX_BRAND_WORDS).contains(&brand_words)
            && !COMMON.contains(&label.as_ref());
        let units = skeleton_units(&label);
        Some(Self {
            domain: own.join("."),
            series: series(&label),
            suffix: suffix.join("."),
            mask: parity(&units),
            brand: if is_brand {
                run_fingerprint('b', domain_words.get(..brand_words).unwrap_or(&domain_words))
            } else {
                0
            },
            dashed: if suffix.is_empty() || brand_words == 0 {
                0
            } else {
                run_fingerprint('d', &domain_words)
            },
            units,
            label: label.into_owned(),
        })
    }

    /// How many edits lie between the registered labels of two domains that are not the same, when
    /// that makes one look like the other. Numbered domains don't, and neither does the same label
    /// under another country.
    pub(super) fn near(&self, known: &Self) -> Option<u8> {
        if self.units.is_empty() || known.units.is_empty() {
            return None;
        }
        // First, since nearly all end here, and each other text has to come from memory.
        let edits = within_two(&self.units, &known.units)?;
        if self.label == known.label {
            let squats = is_shared(&self.suffix) && !is_shared(&known.suffix) && known.brand != 0;
            return (squats || is_mistyped(&self.suffix, &known.suffix)).then_some(0);
        }
        if self.series == known.series {
            return None;
        }
        let length_min = match edits {
            0 => 0,
            1 => 4,
            _ => 6,
        };
        (self.units.len().min(known.units.len()) >= length_min).then_some(edits)
    }

    /// What of `host`, which this is the look of, could be the brand or the domain of another:
    /// `paypal` of `paypal-secure.com`, `paypal-com` of `paypal.com.evil.net`.
    pub(super) fn runs(&self, host: &Host) -> Runs {
        let labels = labels(host).unwrap_or_default();
        let own = labels.iter().rev().nth(suffix_length(&labels)).copied().unwrap_or_default();
        let own = words(&[own]);
        // The whole label is compared as a label, and a domain has two words or more.
        let brands = runs_of('b', &own, 1..=own.len().saturating_sub(1));
        let longest = MAX_BRAND_WORDS.saturating_add(2);
        Runs::new(brands, runs_of('d', &words(&labels), 2..=longest))
    }
}

/// The labels of a host without its port; none of an address of the Internet Protocol.
fn labels(host: &Host) -> Option<Vec<&str>> {
    let (name, _port) = host.as_str().split_once(':').unwrap_or((host.as_str(), ""));
    if host.as_str().starts_with('[') || name.is_empty() || name.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    Some(name.split('.').collect())
}

/// How many labels at the end nobody registers as their own.
fn suffix_length(labels: &[&str]) -> usize {
    match labels {
        [.., second, last] if is_shared_pair(second, last) => 2,
        [_, .., second, last] if last.len() == 2 && COUNTRY_SECOND.contains(second) => 2,
        [_, _, ..] => 1,
        _ => 0,
    }
    .min(labels.len().saturating_sub(1))
}

fn is_shared_pair(second: &str, last: &str) -> bool {
    // Labels hold no dot, and each of the domains one.
    let length = second.len().saturating_add(last.len()).saturating_add(1);
    let is = |domain: &&str| {
        domain.len() == length && domain.starts_with(second) && domain.ends_with(last)
    };
    SHARED.iter().any(is)
}

fn is_shared(suffix: &str) -> bool {
    SHARED.contains(&suffix)
}

/// Whether one suffix is a slip of the keys away from a worldwide one: `co`, `cm`, `con` and `com`.
fn is_mistyped(suffix: &str, known: &str) -> bool {
    let worldwide = ["com", "net", "org"].contains(&known);
    worldwide && within_two(&units(suffix), &units(known)) == Some(1)
}

/// A label as it is shown. One that is no Punycode stays as it is.
fn shown(label: &str) -> Cow<'_, str> {
    let decoded = label.strip_prefix("xn--").and_then(idna::punycode::decode_to_string);
    match decoded {
        Some(decoded) => decoded.to_lowercase().into(),
        None if label.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) => label.into(),
        None => label.to_lowercase().into(),
    }
}

fn series(label: &str) -> String {
    let mut series = String::with_capacity(label.len());
    for c in label.chars() {
        if !c.is_ascii_digit() {
            series.push(c);
        } else if !series.ends_with('#') {
            series.push('#');
        }
    }
    series
}

/// The skeletons of the words of labels.
fn words(labels: &[&str]) -> Vec<Vec<Unit>> {
    let mut words = Vec::new();
    for label in labels {
        let shown = shown(label);
        let skeletons = shown.split(['-', '_']).map(skeleton_units);
        words.extend(skeletons.filter(|word| !word.is_empty()));
    }
    words.truncate(MAX_WORDS);
    words
}

/// Fingerprints of the runs of so many words.
fn runs_of(kind: char, words: &[Vec<Unit>], lengths: RangeInclusive<usize>) -> Vec<u64> {
    let runs = lengths.flat_map(|length| words.windows(length.max(1)));
    runs.map(|run| run_fingerprint(kind, run)).collect()
}

fn run_fingerprint(kind: char, words: &[Vec<Unit>]) -> u64 {
    let units = words.iter().flat_map(|word| word.iter().copied().chain([u16::from(b'-')]));
    fingerprint([unit(kind)].into_iter().chain(units))
}
