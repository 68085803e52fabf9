//! Printing: words for people, JSON for programs.

use crate::failure::Failure;
use serde_json::Value;

/// Most characters of a claim that are printed.
const CLAIM_CHARS: usize = 1000;

/// Prints a failure: on standard error, or as JSON on standard output.
pub fn print_failure(failure: &Failure, json: bool) {
    let detail = &failure.detail;
    if json {
        println!("{}", serde_json::json!({ "error": detail }));
        return;
    }
    eprintln!("purser: {}", detail.message);
    if let (Some(limit), Some(observed)) = (&detail.limit, &detail.observed) {
        eprintln!("  limit {limit}, would be {observed}");
    }
    eprintln!("  {}", detail.what_to_do);
    eprintln!("  ({})", detail.code);
}

/// Prints an answer: as JSON, or in the words that `words` makes of it.
pub fn print(json: bool, value: &Value, words: impl FnOnce(&Value) -> String) {
    if json {
        println!("{value}");
    } else {
        println!("{}", words(value).trim_end());
    }
}

/// The text at a path of keys; empty when there is none.
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The items of an array at a path.
pub fn items<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The words of a claim's parts on one line, what hides in them made visible: a line break in them
/// must not begin a line that looks like the wallet's own.
pub fn claim(value: &Value, path: &str) -> String {
    let part = |part: &Value| {
        let words = text(part, "/text");
        let hidden = text(part, "/kind") == "hidden";
        if hidden { format!("<{words}>") } else { words.replace(['\n', '\t'], " ") }
    };
    let whole: String = items(value, path).iter().map(part).collect();
    match whole.char_indices().nth(CLAIM_CHARS) {
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
        None => whole,
    }
}
