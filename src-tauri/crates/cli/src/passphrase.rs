//! Asking for the passphrase on the terminal.
//!
//! Guarantees (I1): it is read from the terminal and from nowhere else: not from standard input,
//! an argument, the environment or a file, so that an agent's shell can't pass one along unseen.

use crate::failure::{Failure, PASSPHRASE};
use zeroize::Zeroizing;

/// Asks for a secret without showing it.
pub fn ask(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
        Failure::new(
            PASSPHRASE,
            "no_terminal",
            format!("can't ask for the passphrase: {error}"),
            "run this on a terminal; owner commands take the passphrase from nowhere else",
        )
    })
}

/// Asks for a new passphrase twice.
pub fn ask_new() -> Result<Zeroizing<String>, Failure> {
    let first = ask("New passphrase (at least 8 characters): ")?;
    let second = ask("The same again: ")?;
    if *first != *second {
        let what_to_do = "start again and type the same passphrase twice";
        return Err(Failure::new(PASSPHRASE, "passphrases_differ", "they differ", what_to_do));
    }
    Ok(first)
}
