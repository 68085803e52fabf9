//! Money: an exact decimal and a currency. Never a float.
//!
//! An amount that comes from outside is positive, at most 10^12 units, with at most 12 decimals.
//! These bounds keep every sum that the engine forms inside the 28 digits of [`Decimal`], so that
//! no addition ever rounds.

use crate::read::from_text;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an amount or a currency of this wallet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("an amount is a decimal string such as \"12.50\", without sign, spaces or exponent")]
    NotANumber,
    /// Zero or below.
    #[error("an amount must be above zero")]
    NotPositive,
    /// Above 10^12.
    #[error("an amount may be at most 1000000000000")]
    TooLarge,
    /// More than 12 decimals.
    #[error("an amount may have at most 12 decimals")]
    TooPrecise,
    /// Not a currency that the wallet knows.
    #[error("unknown currency; use an ISO 4217 code or one of USDC, EURC, USDT, PYUSD")]
    UnknownCurrency,
}

/// Largest amount of one request, in units of its currency.
const MAX: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0); // 10^12
const MAX_DECIMALS: u32 = 12;

/// ISO 4217 codes in use (2026), and the stablecoins that rails here can move.
const KNOWN: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB \
    BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB \
    EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD \
    JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP \
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON \
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
    TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG \
    EURC PYUSD USDC USDT";

/// A currency code in capitals, ISO 4217 or a known stablecoin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 5]);

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(*b"USD\0\0");
    /// USD Coin.
    pub const USDC: Self = Self(*b"USDC\0");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR\0\0");

    /// The code, three to five capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(self.0.len());
        self.0.get(..end).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        // Most entries name one of these.
        for common in [Self::USD, Self::EUR, Self::USDC] {
            if common.as_str() == text {
                return Ok(common);
            }
        }
        if !KNOWN.split_ascii_whitespace().any(|code| code == text) {
            return Err(MoneyError::UnknownCurrency);
        }
        let mut code = [0; 5];
        for (slot, byte) in code.iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
        Ok(Self(code))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, str::parse)
    }
}

/// A positive amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    #[serde(with = "amount_text")]
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount from its decimal and currency.
    ///
    /// # Errors
    /// When the amount is not positive, above 10^12, or has more than 12 decimals.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let amount = amount.normalize();
        if amount <= Decimal::ZERO {
            Err(MoneyError::NotPositive)
        } else if amount > MAX {
            Err(MoneyError::TooLarge)
        } else if amount.scale() > MAX_DECIMALS {
            Err(MoneyError::TooPrecise)
        } else {
            Ok(Self { amount, currency })
        }
    }

    /// An amount from the two texts in which agents and files give it.
    ///
    /// # Errors
    /// As [`Money::new`], and when a text is not a plain decimal or not a known currency.
    pub fn parse(amount: &str, currency: &str) -> Result<Self, MoneyError> {
        Self::new(parse_decimal(amount)?, currency.parse()?)
    }

    /// The amount from an integer count of the smallest unit, `decimals` of them to a unit; finer
    /// units than 12 decimals are rounded up, so that a budget never counts too little.
    ///
    /// # Errors
    /// As [`Money::new`], and when `atomic` is not a plain integer.
    pub fn from_atomic(
        atomic: &str,
        decimals: u32,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let plain = !atomic.is_empty() && atomic.bytes().all(|b| b.is_ascii_digit());
        if !plain {
            return Err(MoneyError::NotANumber);
        }
        let mantissa: i128 = atomic.parse().map_err(|_| MoneyError::TooLarge)?;
        let value = Decimal::try_from_i128_with_scale(mantissa, decimals)
            .map_err(|_| MoneyError::TooLarge)?;
        Self::new(round_up(value), currency)
    }

    /// The amount in units of the currency.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What this is worth at `rate` units of the budget currency for one unit of this one, rounded
    /// up to 12 decimals so that a budget never counts too little; `None` when out of range.
    #[must_use]
    pub fn converted(&self, rate: Decimal) -> Option<Decimal> {
        let worth = round_up(self.amount.checked_mul(rate)?);
        (worth > Decimal::ZERO && worth <= MAX).then(|| worth.normalize())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.amount.scale() < 2 {
            let mut two = self.amount;
            two.rescale(2);
            two
        } else {
            self.amount
        };
        write!(f, "{shown} {}", self.currency)
    }
}

fn round_up(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(MAX_DECIMALS, RoundingStrategy::AwayFromZero)
}

/// A plain non-negative decimal: digits, and perhaps a point and more digits.
fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    if let Some(rest) = text.strip_prefix('-') {
        let number = rest.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        return Err(if number { MoneyError::NotPositive } else { MoneyError::NotANumber });
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(MoneyError::NotANumber);
    }
    if whole.trim_start_matches('0').len() > 13 {
        return Err(MoneyError::TooLarge);
    }
    if fraction.trim_end_matches('0').len() > 12 {
        return Err(MoneyError::TooPrecise);
    }
    // At most 25 digits, which both an i128 and a decimal hold.
    let fraction = fraction.trim_end_matches('0').as_bytes();
    let mantissa = whole.bytes().chain(fraction.iter().copied()).fold(0i128, |value, digit| {
        value.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0')))
    });
    let scale = u32::try_from(fraction.len()).map_err(|_| MoneyError::TooPrecise)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| MoneyError::NotANumber)
}

/// Decimals cross every boundary as strings (DESIGN: never floats).
mod amount_text {
    use super::{Decimal, Deserializer, Serializer, from_text, parse_decimal};

    pub fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&amount.normalize())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let read = |text: &str| super::Money::new(parse_decimal(text)?, super::Currency::USD);
        from_text(deserializer, read).map(|money| money.amount())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_amounts_parse_exactly_and_lose_trailing_zeros() {
        for (text, shown) in [
            ("12.50", "12.50 USD"),
            ("0.000001", "0.000001 USD"),
            ("0012", "12.00 USD"),
            ("1000000000000", "1000000000000.00 USD"),
            ("0.100000000000000000000000000000000000", "0.10 USD"),
        ] {
            assert_eq!(Money::parse(text, "USD").unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(Money::parse("12.5", "USD"), Money::parse("12.500", "USD"));
    }

    #[test]
    fn every_bad_amount_is_refused_by_name() {
        for (text, error) in [
            ("", MoneyError::NotANumber),
            ("abc", MoneyError::NotANumber),
            ("1e3", MoneyError::NotANumber),
            ("+1", MoneyError::NotANumber),
            (" 1", MoneyError::NotANumber),
            (".5", MoneyError::NotANumber),
            ("5.", MoneyError::NotANumber),
            ("1,000", MoneyError::NotANumber),
            ("١٢", MoneyError::NotANumber),
            ("NaN", MoneyError::NotANumber),
            ("--1", MoneyError::NotANumber),
            ("-1", MoneyError::NotPositive),
            ("0", MoneyError::NotPositive),
            ("0.000", MoneyError::NotPositive),
            ("1000000000000.000000000001", MoneyError::TooLarge),
            ("1000000000001", MoneyError::TooLarge),
            ("1234567890123456789012345678901234567890", MoneyError::TooLarge),
            ("0.0000000000001", MoneyError::TooPrecise),
        ] {
            assert_eq!(Money::parse(text, "USD"), Err(error), "{text}");
        }
    }

    #[test]
    fn the_bound_constant_is_ten_to_the_twelfth() {
        assert_eq!(MAX.to_string(), "1000000000000");
    }

    #[test]
    fn currencies_are_exact_codes() {
        assert_eq!("USDC".parse::<Currency>().unwrap().as_str(), "USDC");
        for bad in ["usd", "XXX", "", "USDX", "US D", "BTC", "USD EUR"] {
            assert_eq!(bad.parse::<Currency>(), Err(MoneyError::UnknownCurrency), "{bad}");
        }
    }

    #[test]
    fn atomic_units_convert_and_round_up() {
        let cent = Money::from_atomic("10000", 6, Currency::USDC).unwrap();
        assert_eq!(cent.to_string(), "0.01 USDC");
        let wei = Money::from_atomic("1", 18, Currency::USDC).unwrap();
        assert_eq!(wei.to_string(), "0.000000000001 USDC");
        for bad in ["", "-1", "1.5", "0x10", " 1"] {
            assert_eq!(Money::from_atomic(bad, 6, Currency::USDC), Err(MoneyError::NotANumber));
        }
        let huge = "9".repeat(78);
        assert_eq!(Money::from_atomic(&huge, 6, Currency::USDC), Err(MoneyError::TooLarge));
    }

    #[test]
    fn conversion_never_counts_too_little() {
        let yen = Money::parse("1", "JPY").unwrap();
        let third = Decimal::from_str_exact("0.0066666666666666").unwrap();
        assert_eq!(yen.converted(third).unwrap().to_string(), "0.006666666667");
    }

    #[test]
    fn json_carries_strings_and_refuses_numbers_and_unknown_fields() {
        let money = Money::parse("12.50", "EUR").unwrap();
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"amount":"12.5","currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        for bad in [
            r#"{"amount":12.5,"currency":"EUR"}"#,
            r#"{"amount":"12.5","currency":"EUR","x":1}"#,
            r#"{"amount":"-1","currency":"EUR"}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }
}
