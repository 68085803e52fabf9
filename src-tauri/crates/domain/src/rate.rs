//! What one unit of a currency is worth, and how old that knowledge may be.

use crate::money::Currency;
use crate::time::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The worth of one unit of a currency in the budget currency. In JSON a decimal string, or an
/// object where it has a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Worth of one unit. Above 0.
    pub worth: Decimal,
    /// When it was looked up; `None` for a rate that does not age.
    pub as_of: Option<Timestamp>,
    /// How long it holds after that, in hours; `None` for ever.
    pub max_age_hours: Option<u32>,
}

impl Rate {
    /// A rate that does not age.
    #[must_use]
    pub const fn fixed(worth: Decimal) -> Self {
        Self { worth, as_of: None, max_age_hours: None }
    }

    /// Whether it holds at a time.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        let end = self
            .as_of
            .zip(self.max_age_hours)
            .map(|(as_of, hours)| as_of.plus_seconds(u64::from(hours).saturating_mul(3600)));
        end.is_none_or(|end| now < end)
    }

    pub(crate) fn is_valid(&self) -> bool {
        self.worth > Decimal::ZERO && (self.as_of.is_some() || self.max_age_hours.is_none())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    #[serde(with = "rust_decimal::serde::str")]
    worth: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of_ms: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_hours: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Fixed(#[serde(with = "rust_decimal::serde::str")] Decimal),
    Dated(Dated),
}

impl From<Rate> for Form {
    fn from(rate: Rate) -> Self {
        match rate {
            Rate { worth, as_of: None, max_age_hours: None } => Self::Fixed(worth),
            Rate { worth, as_of, max_age_hours } => {
                Self::Dated(Dated { worth, as_of_ms: as_of, max_age_hours })
            }
        }
    }
}

impl From<Form> for Rate {
    fn from(form: Form) -> Self {
        match form {
            Form::Fixed(worth) => Self::fixed(worth),
            Form::Dated(Dated { worth, as_of_ms, max_age_hours }) => {
                Self { worth, as_of: as_of_ms, max_age_hours }
            }
        }
    }
}

/// A map of currencies to rates.
pub(crate) mod rates_text {
    use super::{Currency, Form, Rate};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<S: Serializer>(
        rates: &BTreeMap<Currency, Rate>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(rates.iter().map(|(currency, rate)| (currency, Form::from(*rate))))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Currency, Rate>, D::Error> {
        let rates = BTreeMap::<Currency, Form>::deserialize(deserializer)?;
        Ok(rates.into_iter().map(|(currency, form)| (currency, form.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::WalletPolicy;
    use crate::time::Timestamp;

    #[test]
    fn a_dated_rate_ages_and_both_forms_round_trip() {
        let json = r#"{"rates":{"EUR":{"worth":"1.1","as_of_ms":1000,"max_age_hours":1},
            "USDC":"1"}}"#;
        let policy: WalletPolicy = serde_json::from_str(json).unwrap();
        policy.validate().unwrap();
        let euro = policy.rates.values().next().unwrap();
        assert!(euro.holds_at(Timestamp::from_millis(3_600_999)));
        assert!(!euro.holds_at(Timestamp::from_millis(3_601_000)));
        let again = serde_json::to_string(&policy).unwrap();
        assert!(again.contains(r#""USDC":"1""#), "{again}");
        assert_eq!(serde_json::from_str::<WalletPolicy>(&again).unwrap(), policy);
    }

    #[test]
    fn a_rate_with_an_age_and_no_date_is_refused() {
        let json = r#"{"rates":{"EUR":{"worth":"1.1","max_age_hours":1}}}"#;
        assert!(serde_json::from_str::<WalletPolicy>(json).unwrap().validate().is_err());
    }
}
