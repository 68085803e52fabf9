//! Creating, restoring, unlocking and locking the wallet.

use crate::dto::{CommandError, CreateBegin, Typed};
use purser_keys::{KeysError, Passphrase, Phrase, PhraseLength};
use purser_wallet::view::WalletView;
use purser_wallet::{Host, Phase};
use std::sync::{Mutex, PoisonError};
use tauri::State;
use zeroize::Zeroizing;

/// How many words of the phrase are asked for.
const CHECKED: usize = 3;

/// A wallet that is being made: its phrase was shown and is not yet confirmed. Nothing of it is on
/// the disk; it is wiped when it is replaced, confirmed or dropped.
#[derive(Default)]
pub struct Beginning(Mutex<Option<Begun>>);

struct Begun {
    phrase: Phrase,
    passphrase: Passphrase,
    /// Positions from 1, ascending.
    check: Vec<usize>,
}

impl Beginning {
    fn put(&self, begun: Begun) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
    }

    /// Takes the beginning out when the answers are right; leaves it when they are not.
    fn take_confirmed(&self, answers: &[Zeroizing<String>]) -> Result<Begun, CommandError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(begun) = kept.as_ref() else {
            let message = "no new wallet was begun";
            return Err(CommandError::new("not_begun", message, "begin again with a passphrase"));
        };
        if !begun.is_answered_by(answers) {
            let message = "these are not the words at these places";
            let what_to_do = "look at your paper and type the words again";
            return Err(CommandError::new("wrong_words", message, what_to_do));
        }
        kept.take().ok_or_else(|| CommandError::bad_argument("answers"))
    }
}

impl Begun {
    fn is_answered_by(&self, answers: &[Zeroizing<String>]) -> bool {
        let words: Vec<&str> = self.phrase.expose_words().split_whitespace().collect();
        let right = |(position, answer): (&usize, &Zeroizing<String>)| {
            let word = words.get(position.saturating_sub(1));
            word.is_some_and(|word| answer.trim().to_lowercase() == *word)
        };
        answers.len() == self.check.len() && self.check.iter().zip(answers).all(right)
    }
}

/// Different positions from 1 to `count`, ascending.
fn positions(count: usize, wanted: usize) -> Result<Vec<usize>, CommandError> {
    let mut chosen = Vec::new();
    while chosen.len() < wanted.min(count) {
        let mut byte = [0u8; 1];
        getrandom::fill(&mut byte).map_err(|_| KeysError::Randomness)?;
        // The highest values are drawn again, so that every position is as likely as the others.
        let [drawn] = byte.map(usize::from);
        let rounds = 256usize.checked_div(count).unwrap_or(0);
        if drawn >= rounds.saturating_mul(count) {
            continue;
        }
        let position = drawn.checked_rem(count).unwrap_or(0).saturating_add(1);
        if !chosen.contains(&position) {
            chosen.push(position);
        }
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// What the window shows.
#[tauri::command]
pub async fn wallet_view(host: State<'_, Host>) -> Result<WalletView, CommandError> {
    Ok(host.view().await)
}

/// Begins a new wallet: draws its phrase, which the answer shows once.
#[tauri::command]
pub async fn create_begin(
    host: State<'_, Host>,
    beginning: State<'_, Beginning>,
    passphrase: Typed,
) -> Result<CreateBegin, CommandError> {
    if host.phase() != Phase::Absent {
        return Err(purser_wallet::HostError::Exists.into());
    }
    let passphrase = Passphrase::new(passphrase.into_inner());
    passphrase.check_policy()?;
    let phrase = Phrase::generate(PhraseLength::Words12)?;
    let words: Vec<Zeroizing<String>> = phrase
        .expose_words()
        .split_whitespace()
        .map(|word| Zeroizing::new(word.to_owned()))
        .collect();
    let check = positions(words.len(), CHECKED)?;
    beginning.put(Begun { phrase, passphrase, check: check.clone() });
    Ok(CreateBegin { words, check })
}

/// Finishes the new wallet when the asked words are right.
#[tauri::command]
pub async fn create_confirm(
    host: State<'_, Host>,
    beginning: State<'_, Beginning>,
    answers: Vec<Typed>,
) -> Result<(), CommandError> {
    let answers: Vec<Zeroizing<String>> = answers.into_iter().map(Typed::into_inner).collect();
    let begun = beginning.take_confirmed(&answers)?;
    Ok(host.create(begun.phrase, begun.passphrase).await?)
}

/// Makes the wallet again from its phrase.
#[tauri::command]
pub async fn restore(
    host: State<'_, Host>,
    phrase: Typed,
    passphrase: Typed,
) -> Result<(), CommandError> {
    let phrase = Phrase::parse(&phrase.into_inner())?;
    Ok(host.create(phrase, Passphrase::new(passphrase.into_inner())).await?)
}

/// Unlocks.
#[tauri::command]
pub async fn unlock(host: State<'_, Host>, passphrase: Typed) -> Result<(), CommandError> {
    Ok(host.unlock(Passphrase::new(passphrase.into_inner())).await?)
}

/// Locks.
#[tauri::command]
pub async fn lock(host: State<'_, Host>) -> Result<(), CommandError> {
    host.lock().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank \
                         yellow";

    fn beginning() -> Beginning {
        let begun = Begun {
            phrase: Phrase::parse(WORDS).unwrap(),
            passphrase: Passphrase::from("correct horse"),
            check: vec![2, 6, 12],
        };
        Beginning(Mutex::new(Some(begun)))
    }

    fn answers(words: &[&str]) -> Vec<Zeroizing<String>> {
        words.iter().map(|word| Zeroizing::new((*word).to_owned())).collect()
    }

    #[test]
    fn right_words_are_taken_whatever_their_case_and_space() {
        let begun = beginning();
        assert!(begun.take_confirmed(&answers(&[" Winner", "SAUSAGE ", "yellow"])).is_ok());
        let again = begun.take_confirmed(&answers(&["winner", "sausage", "yellow"]));
        assert_eq!(again.err().unwrap().code, "not_begun");
    }

    #[test]
    fn wrong_words_are_refused_and_the_beginning_stays() {
        let begun = beginning();
        for wrong in [
            &["winner", "sausage", "thank"][..],
            &["sausage", "winner", "yellow"],
            &["winner", "sausage"],
            &["winner", "sausage", "yellow", "yellow"],
            &[],
        ] {
            let refused = begun.take_confirmed(&answers(wrong));
            assert_eq!(refused.err().unwrap().code, "wrong_words", "{wrong:?}");
        }
        assert!(begun.take_confirmed(&answers(&["winner", "sausage", "yellow"])).is_ok());
    }

    #[test]
    fn positions_differ_rise_and_reach_both_ends() {
        let drawn: Vec<Vec<usize>> = (0..400).map(|_| positions(12, 3).unwrap()).collect();
        for chosen in &drawn {
            let [a, b, c] = chosen.as_slice() else { panic!("three positions") };
            assert!(1 <= *a && a < b && b < c && *c <= 12, "{chosen:?}");
        }
        for end in [1, 12] {
            assert!(drawn.iter().any(|chosen| chosen.contains(&end)), "{end} never came");
        }
    }
}
