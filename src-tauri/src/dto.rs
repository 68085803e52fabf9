//! What goes over to the window beside the view: answers of commands, and why one was refused.
//! The TypeScript side is `ui/src/lib/backend/types.ts`.

use purser_domain::{AgentPolicy, Category, Interval, SpendingLimit};
use purser_keys::KeysError;
use purser_wallet::view::Tone;
use purser_wallet::{AgentLimits, HostError, OwnerError, sentence};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Why a command was refused. The window branches on the code only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandError {
    /// Stable code.
    pub code: String,
    /// What is the matter, a sentence.
    pub message: String,
    /// What to do about it, a sentence.
    pub what_to_do: String,
}

impl CommandError {
    /// An error of the shell itself.
    pub fn new(code: &str, message: &str, what_to_do: &str) -> Self {
        Self { code: code.to_owned(), message: sentence(message), what_to_do: sentence(what_to_do) }
    }

    /// An argument that the window never sends.
    pub fn bad_argument(name: &str) -> Self {
        let message = format!("the window sent no usable `{name}`");
        Self::new("bad_argument", &message, "nothing was done; try again")
    }

    /// The wallet's messages say what to do after a semicolon. The window has a place for that.
    fn told(code: &str, message: &str, what_to_do: Option<&str>) -> Self {
        let (message, advice) = match message.split_once("; ") {
            Some((message, advice)) => (message, Some(advice)),
            None => (message, None),
        };
        let what_to_do = what_to_do.or(advice).unwrap_or("try again");
        Self::new(code, message, what_to_do)
    }
}

impl From<HostError> for CommandError {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Keys(KeysError::WrongPassphrase) => {
                Self::told(error.code(), &error.to_string(), Some(error.what_to_do()))
            }
            HostError::Keys(error) => error.into(),
            error => Self::told(error.code(), &error.to_string(), Some(error.what_to_do())),
        }
    }
}

impl From<KeysError> for CommandError {
    fn from(error: KeysError) -> Self {
        let code = match error {
            KeysError::PassphraseShort { .. } => "passphrase_short",
            KeysError::PhraseLength { .. }
            | KeysError::PhraseWord { .. }
            | KeysError::PhraseChecksum => "bad_phrase",
            KeysError::NoKeystore | KeysError::KeystoreRefused | KeysError::DeviceSecretMissing => {
                "keystore"
            }
            _ => "vault",
        };
        Self::told(code, &error.to_string(), None)
    }
}

impl From<OwnerError> for CommandError {
    fn from(error: OwnerError) -> Self {
        Self::told(error.code(), &error.to_string(), Some(error.what_to_do()))
    }
}

/// What a decision did, in the wallet's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Colour.
    pub tone: Tone,
    /// What was done.
    pub title: String,
    /// What that means.
    pub detail: String,
}

impl Outcome {
    /// Puts one together.
    pub fn new(tone: Tone, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { tone, title: title.into(), detail: detail.into() }
    }
}

/// A new wallet's phrase, to be shown once, and the words that will be asked for.
#[derive(Serialize)]
pub struct CreateBegin {
    /// The words in order.
    pub words: Vec<Zeroizing<String>>,
    /// Positions, from 1, ascending.
    pub check: Vec<usize>,
}

/// Something that a person typed and that is wiped after use.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Typed(Zeroizing<String>);

impl Typed {
    /// Takes it out.
    pub fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

impl From<String> for Typed {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// A new agent's limits as the form has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentDraft {
    /// Its name.
    pub name: String,
    /// Cap for one payment.
    pub per_transaction: String,
    /// Cap for one session.
    pub per_session: String,
    /// Cap for a day.
    pub daily: String,
    /// Limit for a calendar week.
    pub weekly: Option<String>,
    /// Limit for a calendar month.
    pub monthly: Option<String>,
    /// Payments above this ask the owner.
    pub review_above: Option<String>,
    /// Category ids; empty allows all.
    pub allowed_categories: Vec<String>,
}

impl AgentDraft {
    /// The policy that the form describes. The engine checks it as a whole.
    pub fn policy(&self) -> Result<AgentPolicy, CommandError> {
        let spent_over = |typed: &Option<String>, interval| {
            let typed = typed.as_deref().map(amount).transpose()?;
            Ok::<_, CommandError>(typed.map(|amount| SpendingLimit::new(amount, interval)))
        };
        let weekly = spent_over(&self.weekly, Interval::Weekly)?;
        let monthly = spent_over(&self.monthly, Interval::Monthly)?;
        let categories = self.allowed_categories.iter().map(|id| Category::new(id));
        Ok(AgentPolicy {
            per_transaction: amount(&self.per_transaction)?,
            per_session: amount(&self.per_session)?,
            daily: amount(&self.daily)?,
            spending_limits: weekly.into_iter().chain(monthly).collect(),
            review_above: self.review_above.as_deref().map(amount).transpose()?,
            allowed_categories: categories
                .collect::<Result<_, _>>()
                .map_err(|_| CommandError::bad_argument("allowed_categories"))?,
            ..AgentPolicy::default()
        })
    }
}

/// An agent's limits as the form has them when it changes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsDraft {
    /// Cap for one payment.
    pub per_transaction: String,
    /// Cap for one session.
    pub per_session: String,
    /// Cap for a day.
    pub daily: String,
    /// Limit for a calendar week.
    pub weekly: Option<String>,
    /// Limit for a calendar month.
    pub monthly: Option<String>,
    /// Payments above this ask the owner.
    pub review_above: Option<String>,
}

impl LimitsDraft {
    /// The limits that the form describes. The engine checks them.
    pub fn limits(&self) -> Result<AgentLimits, CommandError> {
        let any = |typed: &Option<String>| typed.as_deref().map(amount).transpose();
        Ok(AgentLimits {
            per_transaction: amount(&self.per_transaction)?,
            per_session: amount(&self.per_session)?,
            daily: amount(&self.daily)?,
            weekly: any(&self.weekly)?,
            monthly: any(&self.monthly)?,
            review_above: any(&self.review_above)?,
        })
    }
}

fn amount(typed: &str) -> Result<Decimal, CommandError> {
    Decimal::from_str_exact(typed.trim()).map_err(|_| {
        let shown: String = typed.chars().take(32).collect();
        let message = format!("`{shown}` is not an amount");
        CommandError::new("bad_amount", &message, "write it like 1250 or 12.50")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::Window;

    fn draft() -> AgentDraft {
        AgentDraft {
            name: "Claude Code".to_owned(),
            per_transaction: "1000".to_owned(),
            per_session: "1500.50".to_owned(),
            daily: "2000".to_owned(),
            weekly: Some("5000".to_owned()),
            monthly: None,
            review_above: Some("250".to_owned()),
            allowed_categories: vec!["cloud_computing".to_owned()],
        }
    }

    #[test]
    fn a_form_becomes_a_policy_that_the_engine_takes() {
        let policy = draft().policy().unwrap();
        policy.validate().unwrap();
        assert_eq!(policy.per_session, Decimal::new(150_050, 2));
        assert_eq!(policy.review_above, Some(Decimal::from(250)));
        let [weekly] = policy.spending_limits.as_slice() else { panic!("one limit") };
        assert_eq!((weekly.interval, weekly.window), (Interval::Weekly, Window::Calendar));
    }

    #[test]
    fn a_wrong_amount_is_named_and_nothing_is_guessed() {
        for wrong in ["", "1,000", "1e3", "ten", "0x10"] {
            let bad = AgentDraft { daily: wrong.to_owned(), ..draft() };
            assert_eq!(bad.policy().unwrap_err().code, "bad_amount", "{wrong}");
        }
    }

    #[test]
    fn changed_limits_are_amounts_or_nothing() {
        let draft = LimitsDraft {
            per_transaction: "20".to_owned(),
            per_session: "100.50".to_owned(),
            daily: "80".to_owned(),
            weekly: None,
            monthly: Some("900".to_owned()),
            review_above: None,
        };
        let limits = draft.limits().unwrap();
        assert_eq!((limits.weekly, limits.monthly), (None, Some(Decimal::from(900))));
        let wrong = LimitsDraft { monthly: Some("1e9".to_owned()), ..draft };
        assert_eq!(wrong.limits().unwrap_err().code, "bad_amount");
    }

    #[test]
    fn messages_become_sentences_with_their_advice_apart() {
        let wrong = CommandError::from(HostError::Keys(KeysError::WrongPassphrase));
        assert_eq!(wrong.code, "wrong_passphrase");
        assert_eq!(wrong.message, "Wrong passphrase.");
        assert!(wrong.what_to_do.starts_with("Type it again; "), "{}", wrong.what_to_do);
        let short = CommandError::from(HostError::Keys(KeysError::PassphraseShort { minimum: 8 }));
        assert_eq!(short.code, "passphrase_short");
        assert_eq!(short.message, "A passphrase has at least 8 characters.");
        assert_eq!(short.what_to_do, "Choose a longer one.");
    }
}
