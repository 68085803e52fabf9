//! Places where a test makes the process die, to prove that a crash there loses nothing. Compiled
//! into debug builds only: in a release build [`reach`] is empty.

/// A step of a payment after which the process may be made to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A request came in, nothing is decided.
    Asked,
    /// Its worth is reserved.
    Reserved,
    /// It may be submitted.
    Cleared,
    /// The submission is in the log, the rail was not asked.
    Submitted,
    /// The rail was asked, its answer is not in the log.
    Answered,
    /// The outcome is in the log.
    Settled,
}

impl Step {
    #[cfg(debug_assertions)]
    const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Reserved => "reserved",
            Self::Cleared => "cleared",
            Self::Submitted => "submitted",
            Self::Answered => "answered",
            Self::Settled => "settled",
        }
    }
}

/// Dies here, at once and without cleaning up, when `PURSER_DIE_AT` names this step.
#[cfg(debug_assertions)]
pub fn reach(step: Step) {
    if std::env::var_os("PURSER_DIE_AT").is_some_and(|at| at == step.name()) {
        std::process::abort();
    }
}

/// Nothing, in a release build.
#[cfg(not(debug_assertions))]
pub const fn reach(_step: Step) {}
