//! The window's types and the wallet's are alike: what the wallet would send is written out as
//! TypeScript with its types named, and the interface's type check reads it.

use crate::sample;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;

const HEAD: &str = "\
// Written by a test of the desktop package from what the wallet sends, so that the type check
// finds where `types.ts` differs. To write it anew: PURSER_UPDATE=1 cargo test -p purser-desktop
import type {
  AgentAdded,
  AgentDraft,
  CommandError,
  CreateBegin,
  LimitsDraft,
  LimitsPlan,
  Outcome,
  StopStatement,
  WalletView,
  Why,
} from \"./types\";
";

fn literal<T: Serialize>(text: &mut String, name: &str, of: &str, value: &T) {
    let json = serde_json::to_string_pretty(value).unwrap();
    write!(text, "\nexport const {name}: {of} = {json};\n").unwrap();
}

fn typescript() -> String {
    let mut text = HEAD.to_owned();
    for phase in sample::PHASES {
        let name = serde_json::to_value(phase).unwrap();
        literal(&mut text, name.as_str().unwrap(), "WalletView", &sample::view(phase));
    }
    literal(&mut text, "refused", "CommandError", &sample::error());
    literal(&mut text, "outcome", "Outcome", &sample::outcome());
    literal(&mut text, "stopped", "StopStatement", &sample::stopped());
    literal(&mut text, "begun", "CreateBegin", &sample::begun());
    literal(&mut text, "draft", "AgentDraft", &sample::draft());
    literal(&mut text, "added", "AgentAdded", &sample::added());
    literal(&mut text, "why", "Why", &sample::why());
    literal(&mut text, "limits", "LimitsDraft", &sample::limits());
    literal(&mut text, "plan", "LimitsPlan", &sample::plan());
    text
}

#[test]
fn what_the_wallet_sends_is_what_the_window_was_checked_against() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/backend/sample.ts");
    let wanted = typescript();
    if std::env::var_os("PURSER_UPDATE").is_some() {
        let mut file = std::fs::File::create(&path).unwrap();
        std::io::Write::write_all(&mut file, wanted.as_bytes()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{} is not up to date: see its head", path.display());
}
