//! What is unusual about a request, in stable codes: what fired, against what usual value (F3).

use crate::money::Currency;
use crate::text::Claim;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a signal may do by itself, in rising order.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalEffect {
    /// It is shown, and changes nothing.
    Note,
    /// A person is asked.
    Review,
    /// As many people as the highest tier needs are asked.
    MultiParty,
    /// The request is refused. Only by the owner's policy.
    Deny,
}

impl SignalEffect {
    /// The name in entries and policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Review => "review",
            Self::MultiParty => "multi_party",
            Self::Deny => "deny",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $code:literal, $effect:ident;)+) => {
        /// The kinds of signals. Their codes are stable.
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum SignalCode { $($(#[$doc])+ $name,)+ }

        impl SignalCode {
            /// All of them, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What it does unless a policy says otherwise.
            #[must_use]
            pub const fn effect(self) -> SignalEffect {
                match self { $(Self::$name => SignalEffect::$effect),+ }
            }
        }
    };
}

codes! {
    /// The payee, its host or its account resembles one that was paid before, and is another.
    LookAlikePayee = "look_alike_payee", Review;
    /// A payee that was paid before, with another account.
    ChangedAccount = "changed_account", Review;
    /// The account has the form of an IBAN and a checksum that is wrong.
    BadChecksum = "bad_checksum", Review;
    /// A text speaks to the wallet or to whoever approves, instead of saying what is bought.
    InstructionsInText = "instructions_in_text", Review;
    /// A payee that is neither known to this agent nor named in what the human asked.
    PayeeNotInTask = "payee_not_in_task", Review;
    /// What the human asked says nothing of paying.
    TaskDoesNotPay = "task_does_not_pay", Review;
    /// More than the human named.
    AmountAboveTask = "amount_above_task", Review;
    /// A new payee, of an agent that has long paid none.
    UnexpectedPayee = "unexpected_payee", Review;
    /// Far more than this agent usually pays, by itself or for this category.
    UnusualAmount = "unusual_amount", Review;
    /// One of several payments of late that are each more than usual.
    UnusualRun = "unusual_run", Review;
    /// Amounts have crept up over weeks.
    DriftingAmounts = "drifting_amounts", Review;
    /// Far more spent in a day than this agent ever does.
    FastSpending = "fast_spending", Review;
    /// Far more payments in an hour or a day than this agent ever makes.
    ManyPayments = "many_payments", Review;
    /// Several payments just under the amount from which a person is asked.
    NearThreshold = "near_threshold", Review;
    /// The same amount to the same payee, again and again.
    RepeatedCharge = "repeated_charge", Review;
    /// What was refused in one piece, asked in smaller ones.
    SplitAfterRefusal = "split_after_refusal", Review;
    /// This agent never had a payment to this payee succeed by this rail.
    NewPayee = "new_payee", Note;
    /// A text holds characters that hide or reorder others.
    HiddenCharacters = "hidden_characters", Note;
    /// A country that this agent has not paid into.
    NewCountry = "new_country", Note;
    /// An hour at which this agent does not pay.
    UnusualHour = "unusual_hour", Note;
    /// Another currency than the human named.
    CurrencyNotInTask = "currency_not_in_task", Note;
    /// A risky kind of purchase that the human did not ask for.
    CategoryNotInTask = "category_not_in_task", Note;
    /// A reason in other words than this agent's reasons.
    UnusualReason = "unusual_reason", Note;
}

impl fmt::Display for SignalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One signal about a request: what was observed, and what is usual or was expected.
///
/// The values are numbers and texts for people, in the wallet's own form; what others wrote in
/// them (the name of a payee) stays a claim.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signal {
    /// What fired.
    pub code: SignalCode,
    /// What was observed, where that says more than the code.
    pub observed: Option<Claim>,
    /// What is usual, or what it was held against.
    pub usual: Option<Claim>,
}

impl From<SignalCode> for Signal {
    fn from(code: SignalCode) -> Self {
        Self { code, observed: None, usual: None }
    }
}

/// With values it is an object, without them just its code, as it always was in the log.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Code(SignalCode),
    #[serde(rename_all = "snake_case")]
    Full {
        code: SignalCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        observed: Option<Claim>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usual: Option<Claim>,
    },
}

impl Serialize for Signal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { code, observed, usual } = self.clone();
        if observed.is_none() && usual.is_none() {
            return Written::Code(code).serialize(serializer);
        }
        Written::Full { code, observed, usual }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Code(code) => code.into(),
            Written::Full { code, observed, usual } => Self { code, observed, usual },
        })
    }
}

impl Signal {
    /// A signal with its values.
    #[must_use]
    pub fn of(code: SignalCode, observed: &str, usual: &str) -> Self {
        // Values are made by the wallet and short; what is too long is left out, not cut.
        let value = |text: &str| {
            let text = Claim::new(text, Claim::MAX_BYTES).ok();
            text.filter(|text| !text.is_empty())
        };
        Self { code, observed: value(observed), usual: value(usual) }
    }

    /// What fired, in a few words.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self.code {
            SignalCode::LookAlikePayee => "Looks like a payee you know, and is another",
            SignalCode::ChangedAccount => "Known payee, other account",
            SignalCode::BadChecksum => "The account number can't be right",
            SignalCode::InstructionsInText => "A text gives instructions to you or the wallet",
            SignalCode::PayeeNotInTask => "You did not name this payee",
            SignalCode::TaskDoesNotPay => "You did not ask for a payment",
            SignalCode::AmountAboveTask => "More than you said",
            SignalCode::UnexpectedPayee => "A new payee, which is rare for this agent",
            SignalCode::UnusualAmount => "Far more than usual",
            SignalCode::UnusualRun => "Several large payments in a short time",
            SignalCode::DriftingAmounts => "Amounts have crept up",
            SignalCode::FastSpending => "Spending faster than usual",
            SignalCode::ManyPayments => "Far more payments than usual",
            SignalCode::NearThreshold => "Several amounts just under your limit",
            SignalCode::RepeatedCharge => "The same charge again and again",
            SignalCode::SplitAfterRefusal => "What was refused, in smaller pieces",
            SignalCode::NewPayee => "First payment to this payee",
            SignalCode::HiddenCharacters => "Hidden characters in the text",
            SignalCode::NewCountry => "A country it has not paid into",
            SignalCode::UnusualHour => "Not its usual time",
            SignalCode::CurrencyNotInTask => "Another currency than you named",
            SignalCode::CategoryNotInTask => "A kind of purchase you did not ask for",
            SignalCode::UnusualReason => "Not its usual kind of reason",
        }
    }

    /// What fired and against what, in a sentence. Texts of others are made visible and short.
    /// `budget` is the currency that amounts are told in.
    #[must_use]
    pub fn sentence(&self, budget: Currency) -> String {
        let shown = |value: &Option<Claim>| {
            value.as_ref().map_or_else(|| "unknown".to_owned(), |value| value.visible(80))
        };
        let (observed, usual) = (shown(&self.observed), shown(&self.usual));
        match self.code {
            SignalCode::LookAlikePayee => {
                format!("`{observed}` is easily taken for `{usual}`, which was paid before.")
            }
            SignalCode::ChangedAccount => format!(
                "`{observed}` is another account than `{usual}`, which a payee of this name has."
            ),
            SignalCode::BadChecksum => {
                format!("`{observed}` has the form of an IBAN, but its check digits are wrong.")
            }
            SignalCode::InstructionsInText => {
                "Honest text says what is bought. Nothing in it changes what the wallet does."
                    .to_owned()
            }
            SignalCode::PayeeNotInTask => {
                format!("`{observed}` is new to this agent and not in the task: `{usual}`.")
            }
            SignalCode::TaskDoesNotPay => {
                format!("The task says nothing of paying: `{usual}`.")
            }
            SignalCode::AmountAboveTask => {
                format!("It asks for {observed}; the task names {usual}.")
            }
            SignalCode::UnexpectedPayee => {
                format!("Of its last {usual} payments, {observed} went to a new payee.")
            }
            _ => self.habit_sentence(&observed, &usual, budget),
        }
    }

    /// The sentence of what departs from the agent's own habits.
    fn habit_sentence(&self, observed: &str, usual: &str, budget: Currency) -> String {
        match self.code {
            SignalCode::UnusualAmount => format!(
                "{observed} {budget}; nearly all of its payments are within {usual} {budget}."
            ),
            SignalCode::UnusualRun => format!(
                "{observed} {budget}, and others before it today; nearly all of its payments are \
                 within {usual} {budget}."
            ),
            SignalCode::DriftingAmounts => format!(
                "Its recent payments are around {observed} {budget}; they used to be around \
                 {usual} {budget}."
            ),
            SignalCode::FastSpending => format!(
                "About {observed} {budget} within a day; it rarely passes {usual} {budget}."
            ),
            SignalCode::ManyPayments => format!("{observed}; it rarely passes {usual}."),
            SignalCode::NearThreshold => {
                format!("{observed} payments of late come close to {usual} {budget} from below.")
            }
            SignalCode::RepeatedCharge => {
                format!("{observed} nearly equal charges within a day; usually at most {usual}.")
            }
            SignalCode::SplitAfterRefusal => {
                format!("{usual} {budget} was refused; this is piece {observed} of less.")
            }
            SignalCode::NewPayee => "This agent has not paid this account before.".to_owned(),
            SignalCode::HiddenCharacters => {
                "They are marked below. Honest text has none.".to_owned()
            }
            SignalCode::NewCountry => {
                format!("It pays into {usual}, and never before into {observed}.")
            }
            SignalCode::UnusualHour => {
                format!("It is {observed}; this agent usually pays {usual}.")
            }
            SignalCode::CurrencyNotInTask => {
                format!("It asks for {observed}; the task names {usual}.")
            }
            SignalCode::CategoryNotInTask => {
                format!("`{observed}` is not what the task asks for: `{usual}`.")
            }
            SignalCode::UnusualReason => {
                format!("{observed} % of the words are new for it.")
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_without_values_is_its_code_in_the_log() {
        for (signal, json) in [
            (Signal::from(SignalCode::NewPayee), r#""new_payee""#.to_owned()),
            (
                Signal::of(SignalCode::UnusualAmount, "2000", "5 to 50"),
                r#"{"code":"unusual_amount","observed":"2000","usual":"5 to 50"}"#.to_owned(),
            ),
        ] {
            assert_eq!(serde_json::to_string(&signal).unwrap(), json);
            assert_eq!(serde_json::from_str::<Signal>(&json).unwrap(), signal);
        }
        assert!(serde_json::from_str::<Signal>("\"other\"").is_err());
    }

    #[test]
    fn every_code_is_its_own_and_only_policy_denies() {
        let mut codes: Vec<_> = SignalCode::ALL.iter().map(|code| code.as_str()).collect();
        for code in SignalCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(code.effect() < SignalEffect::Deny);
            let signal = Signal::of(*code, "1", "2");
            assert!(signal.sentence(Currency::EUR).ends_with('.'), "{code}");
            assert!(!signal.title().ends_with('.'));
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), SignalCode::ALL.len());
    }

    #[test]
    fn hostile_values_are_made_visible_and_short() {
        let long = format!("evil\u{202e}{}", "x".repeat(5000));
        let signal = Signal::of(SignalCode::LookAlikePayee, &long, "Acme");
        let sentence = signal.sentence(Currency::EUR);
        assert!(sentence.contains("<U+202E>") && sentence.chars().count() < 200, "{sentence}");
        assert_eq!(Signal::of(SignalCode::NewPayee, "a\0b", "").observed, None);
    }
}
