//! What every crate has: a header that says what it guarantees, no forgotten files, a test for each
//! refusal.

use crate::Finding;
use crate::lex::has_word;
use crate::tree::{File, Tree, module_folder};

const CRATES: &str = "src-tauri/crates/";
const REFUSALS: &str = "src-tauri/crates/domain/src/refusal.rs";

/// The root file of every crate opens with its invariants.
pub fn headers(tree: &Tree) -> Vec<Finding> {
    let is_root = |file: &&File| {
        let inside = file.path.strip_prefix(CRATES).and_then(|path| path.split_once('/'));
        inside.is_some_and(|(_, path)| matches!(path, "src/lib.rs" | "src/main.rs"))
            || matches!(file.path.as_str(), "src-tauri/src/lib.rs" | "tests/src/lib.rs")
    };
    let has_header = |file: &&File| {
        let header = file.text.lines().take_while(|line| line.starts_with("//!"));
        header.collect::<String>().contains("Guarantees")
    };
    let words = "begin with `//!` and say what the crate guarantees (`Guarantees: …`) and what not";
    let bare = tree.rust().filter(is_root).filter(|file| !has_header(file));
    bare.map(|file| Finding::new("header", &file.path, 1, words)).collect()
}

/// Every file below `src` is a module of something.
pub fn orphans(tree: &Tree) -> Vec<Finding> {
    let declares = |file: &File, folder: &str, name: &str| {
        let path = format!("{name}.rs\"");
        let here = module_folder(&file.path) == folder
            && file.code().any(|(_, code)| has_word(code, "mod") && has_word(code, name));
        here || file.lines().any(|(_, text)| text.contains("#[path") && text.contains(&path))
    };
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.path.contains("/src/")) {
        let bare = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let Some((folder, name)) = bare.rsplit_once('/') else { continue };
        let is_root = matches!(name, "lib" | "main" | "build") || folder.ends_with("/bin");
        if !is_root && !tree.rust().any(|other| declares(other, folder, name)) {
            let words = format!("no `mod {name};` anywhere: declare it or delete the file");
            found.push(Finding::new("orphan", &file.path, 1, words));
        }
    }
    found
}

/// Every refusal is named in a test of the engine.
pub fn refusals(tree: &Tree) -> Vec<Finding> {
    let Some(words) = tree.files.iter().find(|file| file.path == REFUSALS) else {
        return Vec::new();
    };
    let engine = |file: &&File| file.path.starts_with("src-tauri/crates/engine/");
    let tested = |name: &str| {
        let name = format!("Refusal::{name}");
        let names = |file: &File| {
            file.code().any(|(line, code)| file.is_test(line) && has_word(code, &name))
        };
        tree.rust().filter(engine).any(names)
    };
    variants(words, "pub enum Refusal {")
        .into_iter()
        .filter(|(_, name)| !tested(name))
        .map(|(line, name)| {
            let words =
                format!("no engine test names `Refusal::{name}`: write one that produces it");
            Finding::new("refusal-test", REFUSALS, line, words)
        })
        .collect()
}

/// The variants of an enum, as rustfmt lays them out.
fn variants(file: &File, opening: &str) -> Vec<(usize, String)> {
    let inside = file.code().skip_while(|(_, code)| *code != opening).skip(1);
    inside
        .take_while(|(_, code)| *code != "}")
        .filter_map(|(line, code)| {
            let text = code.strip_prefix("    ")?;
            let name: String = text.chars().take_while(char::is_ascii_alphanumeric).collect();
            name.starts_with(|c: char| c.is_ascii_uppercase()).then_some((line, name))
        })
        .collect()
}

#[test]
fn a_crate_without_a_header_is_found() {
    use crate::rules::broken;
    let path = "src-tauri/crates/rails/src/lib.rs";
    assert_eq!(broken(headers, path, "mod a;"), [("header", 1)]);
    assert_eq!(broken(headers, path, "//! Rails.\nmod a; // Guarantees"), [("header", 1)]);
    assert_eq!(broken(headers, path, "//! Rails.\n//!\n//! Guarantees: much.\n"), []);
    assert_eq!(broken(headers, "src-tauri/crates/rails/src/x402.rs", "mod a;"), []);
}

#[test]
fn a_file_that_nothing_declares_is_found() {
    let tree = Tree::of(&[
        ("c/src/lib.rs", "mod a;\n#[path = \"odd.rs\"]\nmod o;\n// mod gone;"),
        ("c/src/a.rs", "mod b;"),
        ("c/src/a/b.rs", ""),
        ("c/src/odd.rs", ""),
        ("c/src/gone.rs", ""),
        ("c/src/a/lost.rs", ""),
    ]);
    let paths: Vec<String> = orphans(&tree).into_iter().map(|finding| finding.path).collect();
    assert_eq!(paths, ["c/src/gone.rs", "c/src/a/lost.rs"]);
}

#[test]
fn a_refusal_that_no_engine_test_names_is_found() {
    let words = [
        "pub enum Refusal {",
        "    /// Step 1.",
        "    Unknown,",
        "    Capped {",
        "        x: u8,",
        "    },",
        "    Wild,",
        "}",
    ]
    .join("\n");
    let tree = Tree::of(&[
        (REFUSALS, words.as_str()),
        ("src-tauri/crates/engine/src/a.rs", "fn a() { Refusal::Wild }"),
        ("src-tauri/crates/engine/tests/a.rs", "fn a() { Refusal::Capped } // Refusal::Unknown"),
    ]);
    let found: Vec<usize> = refusals(&tree).into_iter().map(|finding| finding.line).collect();
    assert_eq!(found, [3, 7]);
}
