//! The files and packages that the rules look at.

use crate::lex;
use purser_tests::Failure;
use serde_json::Value;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

/// What a file is for. Some rules hold for shipped code only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Ends up in a program.
    Shipped,
    /// Runs in tests only.
    Test,
    /// Runs when the project is built or measured.
    Tool,
}

/// One text file.
pub struct File {
    pub path: String,
    pub text: String,
    pub purpose: Purpose,
    /// Rust only: the text without comments and strings.
    masked: String,
    test_lines: Vec<RangeInclusive<usize>>,
}

impl File {
    pub fn new(path: &str, text: &str) -> Self {
        let masked = if path.ends_with(".rs") { lex::mask(text) } else { String::new() };
        let test_lines = lex::test_lines(&masked);
        let (path, text, purpose) = (path.to_owned(), text.to_owned(), purpose(path));
        Self { path, text, purpose, masked, test_lines }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub fn masked(&self) -> &str {
        &self.masked
    }

    /// Lines as they are, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Lines without comments and strings, numbered from 1. Only Rust has any.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.masked.lines())
    }

    pub fn is_test(&self, line: usize) -> bool {
        self.purpose == Purpose::Test || self.test_lines.iter().any(|range| range.contains(&line))
    }

    pub fn is_shipped(&self, line: usize) -> bool {
        self.purpose == Purpose::Shipped && !self.is_test(line)
    }
}

fn purpose(path: &str) -> Purpose {
    let folders = format!("/{path}");
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let in_folder = |name: &str| folders.contains(&format!("/{name}/"));
    if in_folder("tests") || stem == "tests" || stem.ends_with("_tests") {
        Purpose::Test
    } else if in_folder("examples")
        || in_folder("benches")
        || in_folder("scripts")
        || stem == "build"
    {
        Purpose::Tool
    } else {
        Purpose::Shipped
    }
}

/// A dependency of a workspace package.
#[derive(Debug, Clone)]
pub struct Dependency {
    pub name: String,
    /// Null for one in this tree, else a registry or a repository.
    pub source: Option<String>,
    pub version: String,
    /// For its tests only.
    pub dev: bool,
}

/// A package of the workspace.
#[derive(Debug, Clone)]
pub struct Package {
    pub name: String,
    /// Its manifest, relative to the tree.
    pub manifest: String,
    pub dependencies: Vec<Dependency>,
}

/// Everything.
pub struct Tree {
    pub files: Vec<File>,
    pub packages: Vec<Package>,
    /// Files named as text that are none.
    pub unreadable: Vec<String>,
}

impl Tree {
    pub fn load(root: &Path) -> Result<Self, Failure> {
        let mut tree =
            Self { files: Vec::new(), packages: packages(root)?, unreadable: Vec::new() };
        for path in listed(root)? {
            let Ok(bytes) = std::fs::read(root.join(&path)) else {
                continue; // deleted, but still known to git
            };
            match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => tree.files.push(File::new(&path, &text)),
                _ if is_source(&path) => tree.unreadable.push(path),
                _ => {}
            }
        }
        tree.mark_test_modules();
        Ok(tree)
    }

    /// A tree of samples.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File::new(path, text)).collect();
        let mut tree = Self { files, packages: Vec::new(), unreadable: Vec::new() };
        tree.mark_test_modules();
        tree
    }

    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// `#[cfg(test)] mod name;` makes a test of the file of that name and of all below it.
    fn mark_test_modules(&mut self) {
        let modules: Vec<String> = self.rust().flat_map(declared_test_modules).collect();
        for file in &mut self.files {
            let is_one = |module: &String| {
                file.path == format!("{module}.rs") || file.path.starts_with(&format!("{module}/"))
            };
            if modules.iter().any(is_one) {
                file.purpose = Purpose::Test;
            }
        }
    }
}

fn declared_test_modules(file: &File) -> Vec<String> {
    let folder = module_folder(&file.path);
    let names = lex::test_modules(file.masked());
    names.into_iter().map(|name| format!("{folder}/{name}")).collect()
}

/// Where the modules that a file declares are.
pub fn module_folder(path: &str) -> String {
    let bare = path.trim_end_matches(".rs");
    match bare.rsplit_once('/') {
        Some((folder, "lib" | "main" | "mod")) => folder.to_owned(),
        _ => bare.to_owned(),
    }
}

pub fn is_source(path: &str) -> bool {
    let kinds = [
        ".rs", ".ts", ".svelte", ".mjs", ".js", ".css", ".html", ".json", ".toml", ".md", ".sh",
        ".sol", ".svg",
    ];
    kinds.iter().any(|kind| path.ends_with(kind))
}

fn listed(root: &Path) -> Result<Vec<String>, Failure> {
    // A checkout by another user, as in a container, is still ours to read.
    let arguments =
        ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = run(Command::new("git").args(arguments).current_dir(root))?;
    let text = String::from_utf8(output).map_err(Failure::new)?;
    let mut paths: Vec<String> =
        text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn packages(root: &Path) -> Result<Vec<Package>, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = run(Command::new(cargo).args(arguments).current_dir(root))?;
    let metadata: Value = serde_json::from_slice(&output).map_err(Failure::new)?;
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependency = |value: &Value| Dependency {
        name: text(&value["name"]),
        source: value["source"].as_str().map(str::to_owned),
        version: text(&value["req"]),
        dev: value["kind"] == "dev",
    };
    let top = format!("{}/", root.display());
    let package = |value: &Value| Package {
        name: text(&value["name"]),
        manifest: text(&value["manifest_path"]).replace(&top, ""),
        dependencies: list(value, "dependencies").iter().map(dependency).collect(),
    };
    Ok(list(&metadata, "packages").iter().map(package).collect())
}

fn run(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::new(format!("{command:?}: {said}")))
}

#[test]
fn files_know_what_they_are_for() {
    assert_eq!(purpose("src-tauri/crates/keys/src/vault.rs"), Purpose::Shipped);
    assert_eq!(purpose("src-tauri/crates/keys/src/vault_tests.rs"), Purpose::Test);
    assert_eq!(purpose("src-tauri/crates/engine/tests/ladder.rs"), Purpose::Test);
    assert_eq!(purpose("tests/src/wait.rs"), Purpose::Test);
    assert_eq!(purpose("src-tauri/crates/engine/examples/decide.rs"), Purpose::Tool);
    assert_eq!(purpose("src-tauri/build.rs"), Purpose::Tool);
}

#[test]
fn a_module_declared_for_tests_is_test_code() {
    let tree = Tree::of(&[
        ("c/src/lib.rs", "#[cfg(test)]\nmod model;\nmod real;\n"),
        ("c/src/model.rs", "fn a() {}"),
        ("c/src/model/deep.rs", "fn a() {}"),
        ("c/src/real.rs", "fn a() {}"),
    ]);
    let purposes: Vec<Purpose> = tree.files.iter().map(|file| file.purpose).collect();
    use Purpose::{Shipped, Test};
    assert_eq!(purposes, vec![Shipped, Test, Test, Shipped]);
}
