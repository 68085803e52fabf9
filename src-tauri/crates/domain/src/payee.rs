//! Whom a payment goes to. A payee *is* its account and its host as the wallet saw them; its name
//! is a claim.

use crate::read::{checked_text, from_text};
use crate::text::Claim;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Why a text is not an account, a host or a country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayeeError {
    /// Not an account reference.
    #[error("an account is 1 to 128 visible ASCII characters without spaces, quotes or markup")]
    Account,
    /// Not a host name.
    #[error("a host is a lower-case DNS name or an IP address, with an optional port")]
    Host,
    /// Not a country.
    #[error("a country is an ISO 3166-1 code of two capitals")]
    Country,
    /// Neither account, host nor name.
    #[error("a payee needs an account, a URL or a name")]
    Empty,
}

checked_text!(
    Account,
    PayeeError,
    |text| {
        let valid = (1..=128).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'`<>\\".contains(&b));
        valid.then_some(()).ok_or(PayeeError::Account)
    },
    "An account reference: CAIP-10 (`eip155:8453:0x…`, addresses in lower case), an IBAN, or what \
     a rail uses."
);
checked_text!(
    Host,
    PayeeError,
    |text| {
        let valid = (1..=253).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._:[]".contains(&b))
            && !text.starts_with(['.', '-'])
            // With a dot at its end it would be a second name of the same host.
            && !text.ends_with('.')
            && !text.contains(".:");
        valid.then_some(()).ok_or(PayeeError::Host)
    },
    "A host in lower case (internationalised names in their `xn--` form), with its port when that \
     is not the scheme's own."
);
checked_text!(
    Country,
    PayeeError,
    |text| {
        let valid = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        valid.then_some(()).ok_or(PayeeError::Country)
    },
    "A country, ISO 3166-1 alpha-2."
);

impl Account {
    /// Reads an account in any spelling that people paste. An EVM address has one spelling, so that
    /// changing its case makes no other payee of it.
    ///
    /// # Errors
    /// As [`Account::new`].
    pub fn in_one_spelling(text: &str) -> Result<Self, PayeeError> {
        Self::new(text).map(|account| account.spelled())
    }

    fn spelled(&self) -> Self {
        let prefix = self.0.get(..7);
        let evm = prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("eip155:"));
        Self(if evm { self.0.to_ascii_lowercase() } else { self.0.clone() })
    }
}

/// Whom a payment goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// What it is called. A claim, whoever says it.
    pub name: Claim,
    /// Where the money goes, when the rail or the agent names an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The host that asked for the money: as the wallet connected to it where the request carries
    /// terms, otherwise as the agent names it, which is a claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// Where it is, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
}

impl Payee {
    /// The key under which this payee is counted, allowed and blocked: its account, else its host,
    /// else its name with case and spacing folded.
    #[must_use]
    pub fn key(&self) -> PayeeKey {
        if let Some(account) = &self.account {
            return PayeeKey(format!("account:{}", account.spelled()));
        }
        if let Some(host) = &self.host {
            return PayeeKey(format!("host:{host}"));
        }
        PayeeKey(format!("name:{}", folded(self.name.raw())))
    }

    /// Every key that a rule may name this payee by, its own [`Payee::key`] first. The name is a
    /// key only when there is neither an account nor a host: a claim never opens an allow list.
    #[must_use]
    pub fn keys(&self) -> Vec<PayeeKey> {
        let mut keys = vec![self.key()];
        if let (Some(_), Some(host)) = (&self.account, &self.host) {
            keys.push(PayeeKey(format!("host:{host}")));
        }
        keys
    }
}

/// Longest folded name: lower case can have more bytes than what it stands for, but not twice as
/// many. A key that a name may come to must be one that can be read again.
const MAX_FOLDED_BYTES: usize = 2 * Claim::MAX_NAME_BYTES;

/// A name with its case and spacing folded.
fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a payee is counted, allowed and blocked by: `account:…`, `host:…` or `name:…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PayeeKey(String);

impl PayeeKey {
    /// Reads a key, in any spelling that people paste: a checksummed address, a name in capitals. A
    /// rule that kept it as typed would never match a request.
    ///
    /// # Errors
    /// When it has none of the three prefixes, or what follows is not of its form.
    pub fn new(text: &str) -> Result<Self, PayeeError> {
        let one_spelling = match text.split_once(':') {
            Some(("account", rest)) => format!("account:{}", Account::in_one_spelling(rest)?),
            Some(("host", rest)) => {
                let host = rest.to_ascii_lowercase();
                format!("host:{}", Host::new(host.trim_end_matches('.'))?)
            }
            Some(("name", rest)) => {
                let name = folded(rest);
                if !(1..=MAX_FOLDED_BYTES).contains(&name.len()) {
                    return Err(PayeeError::Empty);
                }
                format!("name:{name}")
            }
            _ => return Err(PayeeError::Empty),
        };
        Ok(Self(one_spelling))
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayeeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PayeeKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payee(name: &str, account: Option<&str>, host: Option<&str>) -> Payee {
        Payee {
            name: Claim::new(name, 256).unwrap(),
            account: account.map(|a| Account::new(a).unwrap()),
            host: host.map(|h| Host::new(h).unwrap()),
            country: None,
        }
    }

    #[test]
    fn account_beats_host_beats_name() {
        let all = payee("Acme", Some("eip155:8453:0xabc"), Some("acme.example"));
        assert_eq!(all.key().as_str(), "account:eip155:8453:0xabc");
        assert_eq!(all.keys().len(), 2);
        assert_eq!(payee("Acme", None, Some("acme.example")).key().as_str(), "host:acme.example");
        assert_eq!(payee("  ACME  Inc ", None, None).key().as_str(), "name:acme inc");
    }

    #[test]
    fn a_rule_matches_in_whatever_spelling_it_was_pasted() {
        let account = payee("x", Some("eip155:8453:0x3c44cd"), Some("shop.example"));
        let key = |text| PayeeKey::new(text).unwrap();
        assert!(account.keys().contains(&key("account:eip155:8453:0x3C44Cd")));
        assert!(account.keys().contains(&key("host:Shop.Example.")));
        assert_eq!(payee("Acme  Inc", None, None).key(), key("name: ACME inc"));
        let capitals = payee("x", Some("EIP155:8453:0x3C44CD"), None);
        assert_eq!(capitals.key(), key("account:eip155:8453:0x3c44cd"));
        // Other accounts may tell capitals apart.
        assert_ne!(key("account:acct-A"), key("account:acct-a"));
    }

    #[test]
    fn the_case_of_an_address_makes_no_other_account() {
        for (typed, spelled) in [
            ("EIP155:8453:0xABcd", "eip155:8453:0xabcd"),
            ("DE89370400440532013000", "DE89370400440532013000"),
        ] {
            assert_eq!(Account::in_one_spelling(typed).unwrap().as_str(), spelled);
        }
        assert_eq!(Account::in_one_spelling("a b"), Err(PayeeError::Account));
    }

    #[test]
    fn a_key_that_was_read_once_is_read_as_the_same_again() {
        let grows = format!("name:{}", "\u{130}".repeat(128));
        for text in ["name: A  b ", "host:A.example..", "name:\u{39f}\u{3a3} x", &grows] {
            let key = PayeeKey::new(text).unwrap();
            assert_eq!(PayeeKey::new(key.as_str()), Ok(key.clone()), "{text}");
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<PayeeKey>(&json).unwrap(), key);
        }
        for bad in ["name:", "name: ", "name:\u{3000}\t", "host:.", "host:a.:80"] {
            assert!(PayeeKey::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_key_of_the_longest_name_can_be_read_again() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let lower: usize = c.to_lowercase().map(char::len_utf8).sum();
            assert!(lower <= 2 * c.len_utf8(), "{c:?}");
        }
        let longest = payee(&"\u{130}".repeat(128), None, None).key();
        assert_eq!(PayeeKey::new(longest.as_str()), Ok(longest));
    }

    #[test]
    fn a_name_never_opens_an_allow_list_for_an_account() {
        let spoof = payee("host:good.example", Some("acct-1"), None);
        assert_eq!(spoof.keys(), [PayeeKey::new("account:acct-1").unwrap()]);
    }

    #[test]
    fn malformed_texts_are_refused() {
        for bad in ["", "a b", "<b>", "a\"b", "é"] {
            assert_eq!(Account::new(bad), Err(PayeeError::Account), "{bad}");
        }
        for bad in ["", "Acme.example", "a/b", "-a", "exa mple", "раураl.com"] {
            assert_eq!(Host::new(bad), Err(PayeeError::Host), "{bad}");
        }
        for bad in ["de", "DEU", ""] {
            assert_eq!(Country::new(bad), Err(PayeeError::Country), "{bad}");
        }
        for bad in ["", "x:y", "account:", "name:"] {
            assert!(PayeeKey::new(bad).is_err(), "{bad}");
        }
    }
}
