//! The app's own command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` says.
pub const HELP: &str = "\
Purser: the wallet that holds the purse for your AI agents.

usage: purser-desktop [--home DIR] [--port N] [--bind-keystore]

  --home DIR        the wallet's folder
  --port N          the port of 127.0.0.1 on which agents reach the wallet; 0 for any that is free
  --bind-keystore   a wallet that is made now opens only on this computer: a secret in the
                    system's keystore is needed beside the passphrase
";

/// How the app was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The wallet's folder; `None` for the usual one.
    pub home: Option<PathBuf>,
    /// The agents' port.
    pub port: u16,
    /// Whether a new wallet is bound to this computer's keystore.
    pub bind_keystore: bool,
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The window.
    Run(Options),
    /// The help text.
    Help,
    /// The version.
    Version,
}

/// Why a command line is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadOption {
    /// There is no such option.
    #[error("there is no option `{0}`; see --help")]
    Unknown(String),
    /// The option wants a value.
    #[error("`{0}` wants a value; see --help")]
    NoValue(&'static str),
    /// The port is no port.
    #[error("`--port` takes a number from 0 to 65535, not `{0}`")]
    Port(String),
}

/// Reads the arguments after the program's name. `--name value` and `--name=value` are the same.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, BadOption> {
    let mut options =
        Options { home: None, port: purser_gateway::DEFAULT_PORT, bind_keystore: false };
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy().into_owned();
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) => (name, Some(OsString::from(value))),
            None => (text.as_str(), None),
        };
        let mut value =
            |name| inline.clone().or_else(|| rest.next()).ok_or(BadOption::NoValue(name));
        match name {
            "--home" => options.home = Some(PathBuf::from(value("--home")?)),
            "--port" => {
                let typed = value("--port")?.to_string_lossy().into_owned();
                options.port = typed.parse().map_err(|_| BadOption::Port(typed))?;
            }
            "--bind-keystore" => options.bind_keystore = true,
            "--help" | "-h" => return Ok(Asked::Help),
            "--version" | "-V" => return Ok(Asked::Version),
            _ => return Err(BadOption::Unknown(text)),
        }
    }
    Ok(Asked::Run(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Asked, BadOption> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn both_spellings_are_read() {
        let wanted = Options { home: Some(PathBuf::from("a/b")), port: 0, bind_keystore: true };
        assert_eq!(read("--home a/b --port 0 --bind-keystore"), Ok(Asked::Run(wanted.clone())));
        assert_eq!(read("--bind-keystore --port=0 --home=a/b"), Ok(Asked::Run(wanted)));
        assert_eq!(read("--help"), Ok(Asked::Help));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(read("--hom x"), Err(BadOption::Unknown("--hom".to_owned())));
        assert_eq!(read("--home"), Err(BadOption::NoValue("--home")));
        assert_eq!(read("--port 70000"), Err(BadOption::Port("70000".to_owned())));
    }
}
