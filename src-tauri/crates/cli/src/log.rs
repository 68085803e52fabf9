//! `purser log verify`: an export checked without the wallet.

use crate::arguments::Verify;
use crate::failure::{Failure, UNVERIFIED};
use crate::output;
use purser_engine::State;

pub fn verify(verify: &Verify, json: bool) -> Result<u8, Failure> {
    let mut state = State::default();
    let report = purser_ledger::verify_export(
        &verify.dir,
        verify.vkey.as_deref(),
        &mut |entry: &purser_domain::Entry| state.apply(entry).map_err(|error| error.to_string()),
    );
    let report = report.map_err(|error| {
        let what_to_do = "don't trust this export; ask for another, and for the verifier key";
        Failure::new(UNVERIFIED, "log_unverified", error, what_to_do)
    })?;
    let trusted = verify.vkey.is_some();
    let value = serde_json::json!({
        "verified": true,
        "entries": report.size,
        "origin": report.origin,
        "root": report.root.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "key_trusted": trusted,
    });
    output::print(json, &value, |value| {
        let key = if trusted {
            "The key is the one you gave."
        } else {
            "The key came with the export: compare log.vkey with one you got elsewhere."
        };
        format!(
            "Verified: {} entries of {}, root {}. The entries replay.\n{key}",
            report.size,
            report.origin,
            output::text(value, "/root"),
        )
    });
    Ok(0)
}
