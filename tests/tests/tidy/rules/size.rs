//! How long things may be.

use crate::Finding;
use crate::lex;
use crate::tree::{File, Tree};

const FUNCTION_LINES_MAX: usize = 70;
const RUST_LINES_MAX: usize = 600;
const SVELTE_LINES_MAX: usize = 300;
const COLUMNS_MAX: usize = 100;

pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .flat_map(|file| [file_length(file), functions(file), columns(file)].concat())
        .collect()
}

fn file_length(file: &File) -> Vec<Finding> {
    let max = match file.path.rsplit_once('.') {
        Some((_, "rs")) => RUST_LINES_MAX,
        Some((_, "svelte")) => SVELTE_LINES_MAX,
        _ => return Vec::new(),
    };
    let length = file.text.lines().count();
    if length <= max {
        return Vec::new();
    }
    let words = format!("{length} lines, at most {max}: split it");
    vec![Finding::new("file-length", &file.path, max, words)]
}

fn functions(file: &File) -> Vec<Finding> {
    let length = |function: &lex::Function| function.lines.clone().count();
    lex::functions(file.masked())
        .iter()
        .filter(|function| length(function) > FUNCTION_LINES_MAX)
        .map(|function| {
            let (name, length) = (&function.name, length(function));
            let words =
                format!("`{name}` has {length} lines, at most {FUNCTION_LINES_MAX}: split it");
            Finding::new("function-length", &file.path, *function.lines.start(), words)
        })
        .collect()
}

fn columns(file: &File) -> Vec<Finding> {
    let lines = file.lines().filter(|_| file.is_rust());
    lines
        .map(|(line, text)| (line, text.chars().count()))
        .filter(|(_, columns)| *columns > COLUMNS_MAX)
        .map(|(line, columns)| {
            let words = format!("{columns} columns, at most {COLUMNS_MAX}: break the line");
            Finding::new("line-length", &file.path, line, words)
        })
        .collect()
}

#[test]
fn what_is_too_long_is_found_and_what_just_fits_is_not() {
    use crate::rules::broken;
    let function = |lines: usize| format!("fn long() {{\n{}}}\n", "\n".repeat(lines - 2));
    assert_eq!(broken(check, "a.rs", &function(70)), []);
    assert_eq!(broken(check, "a.rs", &function(71)), [("function-length", 1)]);
    assert_eq!(broken(check, "a.rs", &"x\n".repeat(600)), []);
    assert_eq!(broken(check, "a.rs", &"x\n".repeat(601)), [("file-length", 600)]);
    assert_eq!(broken(check, "a.svelte", &"x\n".repeat(301)), [("file-length", 300)]);
    assert_eq!(broken(check, "a.rs", &"é".repeat(100)), []);
    assert_eq!(broken(check, "a.rs", &format!("\n// {}", "é".repeat(98))), [("line-length", 2)]);
}
