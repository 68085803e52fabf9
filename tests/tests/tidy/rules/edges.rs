//! Who may depend on whom. Lower crates never know higher ones.

use crate::Finding;
use crate::lex::is_word;
use crate::tree::{Package, Tree};

const RULE: &str = "edge";

/// Every package and what it may depend on within the workspace. Nothing else may exist.
const ALLOWED: &[(&str, &[&str])] = &[
    ("purser-domain", &[]),
    ("purser-engine", &["purser-domain"]),
    // No more: what they show to everyone is all that the model may lean on.
    (
        "purser-sim",
        &["purser-domain", "purser-engine", "purser-keys", "purser-ledger", "purser-wallet"],
    ),
    ("purser-ledger", &["purser-domain"]),
    ("purser-keys", &["purser-domain"]),
    // For `Authorized` alone: docs/adr/0003-rails-know-the-engine-for-authorized.md.
    ("purser-rails", &["purser-domain", "purser-engine"]),
    (
        "purser-wallet",
        &["purser-domain", "purser-engine", "purser-ledger", "purser-keys", "purser-rails"],
    ),
    ("purser-gateway", &["purser-domain", "purser-keys", "purser-wallet"]),
    (
        "purser-cli",
        &[
            "purser-domain",
            "purser-engine",
            "purser-ledger",
            "purser-keys",
            "purser-wallet",
            "purser-gateway",
        ],
    ),
    (
        "purser-desktop",
        &[
            "purser-domain",
            "purser-engine",
            "purser-ledger",
            "purser-keys",
            "purser-wallet",
            "purser-gateway",
        ],
    ),
    (
        "purser-tests",
        &[
            "purser-domain",
            "purser-engine",
            "purser-ledger",
            "purser-keys",
            "purser-rails",
            "purser-wallet",
            "purser-gateway",
        ],
    ),
    (
        "purser-fuzz",
        &[
            "purser-domain",
            "purser-engine",
            "purser-ledger",
            "purser-keys",
            "purser-rails",
            "purser-wallet",
            "purser-gateway",
        ],
    ),
    (
        "purser-bench",
        &[
            "purser-domain",
            "purser-engine",
            "purser-ledger",
            "purser-keys",
            "purser-wallet",
            "purser-gateway",
            "purser-tests",
        ],
    ),
];

/// Packages of others that only some of ours may use: by beginning of name, and who may.
const KEPT_OUT: &[(&str, Reach, &str)] = &[
    ("tauri", Reach::Only(&["purser-desktop"]), "only the desktop package knows the window"),
    ("rusqlite", Reach::Only(&["purser-ledger"]), "only the ledger writes the log"),
    ("tokio", Reach::NotIn(PURE), "these crates are pure"),
    ("async-", Reach::NotIn(PURE), "these crates are pure"),
    ("futures", Reach::NotIn(PURE), "these crates are pure"),
    ("reqwest", Reach::NotIn(PURE), "these crates are pure"),
    ("axum", Reach::NotIn(PURE), "these crates are pure"),
    ("tracing", Reach::NotIn(PURE), "these crates are pure"),
    ("getrandom", Reach::NotIn(PURE), "randomness comes in with the command"),
    ("rand", Reach::NotIn(PURE), "randomness comes in with the command"),
];

const PURE: &[&str] = &["purser-domain", "purser-engine"];

enum Reach {
    Only(&'static [&'static str]),
    NotIn(&'static [&'static str]),
}

pub fn check(packages: &[Package]) -> Vec<Finding> {
    packages
        .iter()
        .flat_map(|package| inner_edges(package).into_iter().chain(outer(package)))
        .collect()
}

fn inner_edges(package: &Package) -> Vec<Finding> {
    let finding = |words: String| Finding::new(RULE, &package.manifest, 1, words);
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
        let words = format!("`{}` is not in the table of tests/tests/tidy: add it", package.name);
        return vec![finding(words)];
    };
    let ours = package.dependencies.iter().filter(|other| other.name.starts_with("purser-"));
    ours.filter(|other| !allowed.contains(&other.name.as_str()))
        .map(|other| {
            let (name, other) = (&package.name, &other.name);
            finding(format!("`{name}` may not depend on `{other}`: move the code up or down"))
        })
        .collect()
}

fn outer(package: &Package) -> Vec<Finding> {
    let mut found = Vec::new();
    for other in &package.dependencies {
        let name = other.name.as_str();
        for (start, reach, why) in KEPT_OUT {
            let allowed = match reach {
                // A test may play the other program.
                Reach::Only(list) => other.dev || list.contains(&package.name.as_str()),
                Reach::NotIn(list) => !list.contains(&package.name.as_str()),
            };
            if name.starts_with(start) && !allowed {
                let words = format!("`{}` may not depend on `{name}`: {why}", package.name);
                found.push(Finding::new(RULE, &package.manifest, 1, words));
            }
        }
        let foreign = other.source.as_deref().is_some_and(|at| !at.starts_with("registry+"));
        if foreign || other.version == "*" && other.source.is_some() {
            let words = format!("`{name}` comes without a version: name a published one");
            found.push(Finding::new(RULE, &package.manifest, 1, words));
        }
    }
    found
}

/// Rails may speak of `purser_engine::Authorized` and of nothing else from there.
pub fn check_rails(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let rails = tree.rust().filter(|file| file.path.starts_with("src-tauri/crates/rails/src/"));
    for file in rails {
        for (line, code) in file.code().filter(|(line, _)| file.is_shipped(*line)) {
            for (at, start) in code.match_indices("purser_engine::") {
                let after = code.get(at.saturating_add(start.len())..).unwrap_or_default();
                let name: String = after.chars().take_while(|c| is_word(*c)).collect();
                if name != "Authorized" {
                    let words = "rails use `Authorized` of the engine and nothing else (ADR 3)";
                    found.push(Finding::new(RULE, &file.path, line, words));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::broken;
    use crate::tree::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, source): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            source: source.map(str::to_owned),
            version: "^1".to_owned(),
            dev: false,
        };
        Package {
            name: name.to_owned(),
            manifest: "Cargo.toml".to_owned(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    fn findings(name: &str, dependencies: &[(&str, Option<&str>)]) -> usize {
        check(&[package(name, dependencies)]).len()
    }

    const REGISTRY: Option<&str> = Some("registry+x");

    #[test]
    fn edges_of_the_table_pass() {
        assert_eq!(findings("purser-wallet", &[("purser-rails", None), ("tokio", REGISTRY)]), 0);
        assert_eq!(findings("purser-desktop", &[("tauri", REGISTRY)]), 0);
    }

    #[test]
    fn edges_that_point_up_are_found() {
        assert_eq!(findings("purser-domain", &[("purser-engine", None)]), 1);
        assert_eq!(findings("purser-engine", &[("purser-wallet", None)]), 1);
        assert_eq!(findings("purser-wallet", &[("purser-gateway", None)]), 1);
        assert_eq!(findings("purser-tests", &[("purser-cli", None)]), 1);
        assert_eq!(findings("purser-newcomer", &[]), 1);
    }

    #[test]
    fn the_pure_crates_stay_pure_and_the_window_stays_in_its_package() {
        for name in ["tokio", "rusqlite", "reqwest", "tauri", "getrandom"] {
            assert_eq!(findings("purser-engine", &[(name, REGISTRY)]), 1, "{name}");
        }
        assert_eq!(findings("purser-wallet", &[("rusqlite", REGISTRY)]), 1);
        let mut tests_only = package("purser-wallet", &[("rusqlite", REGISTRY)]);
        tests_only.dependencies[0].dev = true;
        assert_eq!(check(&[tests_only]), []);
        assert_eq!(findings("purser-wallet", &[("tauri-plugin-x", REGISTRY)]), 1);
        assert_eq!(findings("purser-wallet", &[("serde", Some("git+https://x"))]), 1);
    }

    #[test]
    fn rails_take_one_type_from_the_engine() {
        let path = "src-tauri/crates/rails/src/lib.rs";
        assert!(broken(check_rails, path, "use purser_engine::Authorized;").is_empty());
        assert_eq!(broken(check_rails, path, "use purser_engine::{Authorized, State};").len(), 1);
        assert_eq!(broken(check_rails, path, "\nfn a(s: purser_engine::State) {}"), [(RULE, 2)]);
        let test = "#[cfg(test)]\nmod tests {\n  use purser_engine::State;\n}";
        assert!(broken(check_rails, path, test).is_empty());
    }
}
