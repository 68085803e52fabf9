//! The window: no markup from outside, no host behind the backend's back.

use crate::Finding;
use crate::tree::{File, Tree};

const SOURCES: &str = "ui/src/";
const BACKEND: &str = "ui/src/lib/backend/";
const MARKUP: [&str; 6] =
    ["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| file.path.starts_with(SOURCES)).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        for word in MARKUP.iter().filter(|word| text.contains(*word)) {
            let words = format!("`{word}`: show text as text (I12)");
            found.push(Finding::new("markup", &file.path, line, words));
        }
        if text.contains("@tauri-apps") && !file.path.starts_with(BACKEND) {
            let words = format!("only {BACKEND} speaks to the host: go through `Backend`");
            found.push(Finding::new("host", &file.path, line, words));
        }
    }
    found
}

#[test]
fn markup_and_direct_calls_are_found() {
    use crate::rules::broken;
    assert_eq!(broken(check, "ui/src/a.svelte", "\n<p>{@html x}</p>"), [("markup", 2)]);
    assert_eq!(broken(check, "ui/src/a.ts", "e.innerHTML = x"), [("markup", 1)]);
    let import = "import { invoke } from \"@tauri-apps/api/core\";";
    assert_eq!(broken(check, "ui/src/a.ts", import), [("host", 1)]);
    assert_eq!(broken(check, "ui/src/lib/backend/tauri.ts", import), []);
    assert_eq!(broken(check, "ui/tests/a.test.ts", import), []);
}
