//! The owner's door (I1): what an agent's shell can reach decides nothing, however it knocks, and
//! several processes at once never pass a limit.
#![cfg(test)]
#![cfg(unix)]

use purser_tests::wait::{self, PATIENCE};
use purser_tests::wallet::{PASSPHRASE, text};
use purser_tests::{Signer, TestWallet, purser, raw};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const WRONG_PASSPHRASE: i32 = 6;
/// The wallet closes a connection that says nothing for ten seconds; a busy machine adds some.
const CLOSED_WITHIN: Duration = Duration::from_secs(25);

/// A running wallet in which one payment waits for its owner.
struct Scene {
    wallet: TestWallet,
    agent: String,
    payment: String,
}

impl Scene {
    fn new() -> Self {
        let mut wallet = TestWallet::create().unwrap();
        wallet.serve().unwrap();
        let agent = wallet.add_agent("scout", &["--ask-above", "20"]).unwrap();
        // Tighter than it was made, so that going back to the first version loosens. It needs
        // no owner.
        let tighter = wallet.scratch().join("tighter.json");
        let text = r#"{"wallet":{"tiers":{"autonomous_below":"5"}}}"#;
        write!(std::fs::File::create(&tighter).unwrap(), "{text}").unwrap();
        let set = ["policy", "set", &tighter.display().to_string()];
        let set = wallet.command(&set).unwrap().stdin(Stdio::null()).output().unwrap();
        assert!(set.status.success(), "{}", words(&set));
        let asked = wallet.agent(&pay("30")).unwrap();
        assert_eq!(asked.exit, 4, "{}", asked.json);
        let payment = asked.text("/payment").to_owned();
        Self { wallet, agent, payment }
    }

    /// Every owner's command, with arguments that the owner could give.
    fn commands(&self) -> Vec<Vec<String>> {
        let file = |name: &str, text: &str| {
            let path = self.wallet.scratch().join(name);
            write!(std::fs::File::create(&path).unwrap(), "{text}").unwrap();
            path.display().to_string()
        };
        let loose = file("agent.json", r#"{"daily":"100000","per_transaction":"50000"}"#);
        let policy = file("wallet.json", r#"{"wallet":{"tiers":{"autonomous_below":"500"}}}"#);
        let out = self.wallet.scratch().join("stolen").display().to_string();
        let payment = &self.payment;
        [
            "unlock",
            "agent add intruder",
            "agent list",
            "agent show scout",
            "inbox",
            "agent pause scout",
            "agent resume scout",
            "agent revoke scout",
            "freeze",
            "unfreeze",
            "policy show",
            "policy versions",
            "policy revert 0",
            "statement",
            "log prove 0",
            "log find scout",
            "log verify",
            "explain 2",
            "report --csv",
            "agent tree",
            "lock",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([
            format!("approve {payment}"),
            format!("deny {payment} --reason no"),
            format!("agent set-policy scout {loose}"),
            format!("policy set {policy}"),
            format!("policy diff {policy}"),
            format!("backtest {policy}"),
            format!("settle {payment} --moved"),
            format!("fine {payment}"),
            format!("not-mine {payment}"),
            "agent open-session scout --purpose theft".to_owned(),
            "agent close-session scout ses_00000000000000000000000001".to_owned(),
            "agent allow scout 100".to_owned(),
            "agent take-back scout".to_owned(),
            "agent revoke-credential crd_00000000000000000000000001".to_owned(),
            format!("log export {out}"),
        ])
        .map(|line| line.split(' ').map(str::to_owned).collect())
        .collect()
    }

    /// Nothing of all that was tried has left a trace.
    fn assert_untouched(&self, before: &[Value]) {
        let status = self.wallet.agent(&["status"]).unwrap();
        assert_eq!(status.text("/phase"), "unlocked");
        assert_eq!(self.wallet.verified_log().unwrap(), before);
        assert!(!self.wallet.scratch().join("stolen").exists());
        let inbox = self.wallet.owner_json(&["inbox"]).unwrap();
        assert_eq!(text(&inbox, "/0/payment"), self.payment, "it still waits");
    }

    /// Says something to the control socket; gives all that comes back until it is closed.
    fn knock(&self, bytes: &[u8]) -> String {
        let mut socket = self.socket();
        // It may answer before it has read all.
        let _closed_early = socket.write_all(bytes);
        let _closed_early = socket.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _reset = socket.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn socket(&self) -> UnixStream {
        let path = self.wallet.home().join("run/control.sock");
        let socket = UnixStream::connect(path).unwrap();
        socket.set_read_timeout(Some(CLOSED_WITHIN)).unwrap();
        socket.set_write_timeout(Some(CLOSED_WITHIN)).unwrap();
        socket
    }
}

fn pay(amount: &str) -> [&str; 8] {
    ["pay", "--agent", "scout", "--payee", "Acme", "--amount", amount, "--json"]
}

/// Runs `purser` in a session of its own, where no terminal can be opened.
fn detached(wallet: &TestWallet, arguments: &[String], typed: Option<&str>) -> Output {
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(purser().unwrap()).arg("--home").arg(wallet.home()).args(arguments);
    for name in ["PURSER_PASSPHRASE", "PASSPHRASE", "PURSER_PASSWORD"] {
        command.env(name, PASSPHRASE);
    }
    command.stdin(if typed.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    if let (Some(typed), Some(mut stdin)) = (typed, child.stdin.take()) {
        // It may have gone without reading.
        let _gone = writeln!(stdin, "{typed}\n{typed}");
    }
    child.wait_with_output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// The commands of a help page whose line `wanted` accepts.
fn in_help(arguments: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let help = Command::new(purser().unwrap()).args(arguments).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let lines = list.lines().filter(|line| wanted(line));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn these_are_all_the_owners_commands() {
    let mut all = BTreeSet::new();
    for name in in_help(&[], |line| line.contains("Owner:") || line.contains("  log ")) {
        match name.as_str() {
            "agent" | "policy" => {
                let parts = in_help(&[&name], |_| true);
                all.extend(parts.into_iter().map(|part| format!("{name} {part}")));
            }
            "log" => all.extend(
                in_help(&["log"], |line| line.contains("Owner:"))
                    .into_iter()
                    .map(|part| format!("log {part}")),
            ),
            _ => drop(all.insert(name)),
        }
    }
    let grouped = |words: &Vec<String>| match words[0].as_str() {
        "agent" | "policy" | "log" => words[..2].join(" "),
        _ => words[0].clone(),
    };
    let mut tried: BTreeSet<String> = Scene::new().commands().iter().map(grouped).collect();
    // These two come before there is a running wallet and have tests of their own.
    tried.extend(["init".to_owned(), "serve".to_owned()]);
    assert_eq!(all, tried);
}

#[test]
fn without_a_terminal_no_owners_command_does_anything() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    for command in scene.commands() {
        for typed in [None, Some(PASSPHRASE)] {
            let output = detached(&scene.wallet, &command, typed);
            let said = words(&output);
            assert_eq!(output.status.code(), Some(WRONG_PASSPHRASE), "{command:?}: {said}");
            assert!(said.contains("no_terminal"), "{command:?}: {said}");
            assert!(!said.contains(PASSPHRASE), "{command:?}: {said}");
        }
    }
    scene.assert_untouched(&before);
}

#[test]
fn a_wrong_passphrase_on_the_terminal_does_nothing() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    for command in scene.commands() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut terminal = scene.wallet.terminal(&arguments, &[]).unwrap();
        terminal.answer("Passphrase: ", "correct horse 43").unwrap();
        let exit = terminal.wait_exit(PATIENCE).unwrap();
        let screen = terminal.screen();
        assert_eq!(exit, 6, "{command:?}: {screen}");
        assert!(screen.contains("wrong_passphrase"), "{command:?}: {screen}");
    }
    scene.assert_untouched(&before);
}

#[test]
fn a_passphrase_given_in_another_way_is_not_taken() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    for option in ["--passphrase", "--password", "-p"] {
        let arguments = ["freeze", option, PASSPHRASE].map(str::to_owned);
        let output = detached(&scene.wallet, &arguments, None);
        assert_eq!(output.status.code(), Some(2), "{option}: {}", words(&output));
    }
    let path = scene.wallet.home().join("passphrase");
    write!(std::fs::File::create(&path).unwrap(), "{PASSPHRASE}").unwrap();
    let output = detached(&scene.wallet, &["freeze".to_owned()], None);
    assert_eq!(output.status.code(), Some(WRONG_PASSPHRASE), "a file: {}", words(&output));
    scene.assert_untouched(&before);
}

#[test]
fn without_a_terminal_nothing_is_created_started_or_opened() {
    let mut wallet = TestWallet::create().unwrap();
    for command in ["serve --port 0", "freeze", "policy show", "agent add intruder"] {
        let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let output = detached(&wallet, &command, Some(PASSPHRASE));
        assert_eq!(output.status.code(), Some(WRONG_PASSPHRASE), "{}", words(&output));
    }
    let vault = std::fs::read(wallet.home().join("vault.json")).unwrap();
    for command in ["init", "init --restore", "init --no-check"] {
        let over: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let output = detached(&wallet, &over, Some(PASSPHRASE));
        assert_eq!(output.status.code(), Some(1), "{}", words(&output));
        assert!(words(&output).contains("wallet_exists"), "{}", words(&output));
        let other = TestHome::new();
        let output = other.init(&over[1..]);
        assert_eq!(output.status.code(), Some(WRONG_PASSPHRASE), "{}", words(&output));
        assert!(!other.0.path().join("vault.json").exists());
    }
    assert_eq!(std::fs::read(wallet.home().join("vault.json")).unwrap(), vault);
    wallet.serve().unwrap();
    assert_eq!(wallet.verified_log().unwrap().len(), 1, "only its creation");
}

/// A folder without a wallet.
struct TestHome(tempfile::TempDir);

impl TestHome {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn init(&self, options: &[String]) -> Output {
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(purser().unwrap()).arg("--home").arg(self.0.path());
        command.arg("init").args(options).stdin(Stdio::null()).output().unwrap()
    }
}

#[test]
fn the_control_socket_takes_nothing_without_the_passphrase() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    let mode = |path: &str| {
        let file = std::fs::metadata(scene.wallet.home().join(path)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("run"), mode("run/control.sock")), (0o700, 0o700, 0o600));
    let approve = json!({ "do": "approve", "payment": scene.payment, "digest": null });
    let key = scene.wallet.home().join("agents").join(format!("{}.json", scene.agent));
    let key = std::fs::read_to_string(key).unwrap();
    let secret: Value = serde_json::from_str(&key).unwrap();
    let signer = Signer::new(&scene.wallet, &scene.agent).unwrap();
    let issued = scene.wallet.verified_log().unwrap();
    assert_eq!(issued.len(), before.len() + 1, "the credential alone");
    for guess in ["", "correct horse 43", " correct horse 42", &key, signer.token()]
        .into_iter()
        .chain([text(&secret, "/secret"), &"x".repeat(5000)])
    {
        for command in [&approve, &json!({ "do": "view" }), &json!({ "do": "unlock" })] {
            let message = json!({ "passphrase": guess, "command": command });
            let answer = scene.knock(format!("{message}\n").as_bytes());
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(text(&answer, "/is"), "error", "{answer}");
            assert_eq!(text(&answer, "/error/code"), "wrong_passphrase", "{answer}");
        }
    }
    scene.assert_untouched(&issued);
}

#[test]
fn what_the_control_socket_cannot_read_is_refused() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    let freeze = json!({ "do": "freeze" });
    let good = json!({ "passphrase": PASSPHRASE, "command": freeze });
    let mut more = good.clone();
    more["force"] = true.into();
    let mut other = good.clone();
    other["command"] = json!({ "do": "approve_all" });
    let mut digest = good.clone();
    digest["command"] = json!({ "do": "approve", "payment": scene.payment, "digest": "00" });
    let mut big = good.clone();
    big["passphrase"] = "x".repeat(5 * 1024 * 1024).into();
    let cut = good.to_string();
    let bad: [Vec<u8>; 11] = [
        json!({ "command": freeze }).to_string().into_bytes(),
        json!({ "passphrase": null, "command": freeze }).to_string().into_bytes(),
        json!([PASSPHRASE, [{ "do": "freeze" }]]).to_string().into_bytes(),
        more.to_string().into_bytes(),
        other.to_string().into_bytes(),
        digest.to_string().into_bytes(),
        cut.as_bytes()[..cut.len() - 3].to_vec(),
        [good.to_string().as_bytes(), b" again"].concat(),
        b"\xff\xfe\0\n".to_vec(),
        "[".repeat(200_000).into_bytes(),
        big.to_string().into_bytes(),
    ];
    for message in bad {
        let answer = scene.knock(&[&message[..], b"\n"].concat());
        let shown = String::from_utf8_lossy(&message[..message.len().min(80)]).into_owned();
        // One that is cut off while it still talks may not get to read why.
        assert!(answer.is_empty() || answer.contains("bad_message"), "{shown}: {answer}");
        assert!(!answer.is_empty() || message.len() > 4_000_000, "{shown}: no answer");
        assert!(!answer.contains(PASSPHRASE), "{shown}: {answer}");
    }
    // Only the first line of a connection counts.
    let status = json!({ "passphrase": "", "command": { "do": "status" } });
    let answer = scene.knock(format!("{status}\n{good}\n").as_bytes());
    assert!(answer.contains("unlocked"), "{answer}");
    assert_eq!(answer.lines().count(), 1, "{answer}");
    scene.assert_untouched(&before);
}

#[test]
fn who_talks_slowly_is_cut_off_and_keeps_nobody_waiting() {
    let scene = Scene::new();
    let before = scene.wallet.verified_log().unwrap();
    let half = format!(r#"{{"passphrase":"{PASSPHRASE}","command":{{"do":"fre"#);
    let mut slow: Vec<UnixStream> = (0..50).map(|_| scene.socket()).collect();
    let started = Instant::now();
    // The wallet reads from so many at a time, and lets go of the oldest when more come.
    slow.retain_mut(|socket| match socket.write_all(half.as_bytes()) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
            false
        }
    });
    assert!(!slow.is_empty(), "the latest are listened to");
    scene.assert_untouched(&before);
    for socket in &mut slow {
        let mut answer = Vec::new();
        let left = CLOSED_WITHIN.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        socket.set_read_timeout(Some(left)).unwrap();
        match socket.read_to_end(&mut answer) {
            Ok(length) => assert_eq!(length, 0, "closed without a word"),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
    scene.assert_untouched(&before);
}

/// All that the agents' door has. Whoever adds a line says why an agent may do that.
const ROUTES: [&str; 15] = [
    "get /health",
    "get /openapi.json",
    "get /v1/budget",
    "get /v1/delegations",
    "get /v1/sessions",
    "get /v1/spend-requests/{id}",
    "post /mcp",
    "post /v1/credentials",
    "post /v1/delegations",
    "post /v1/delegations/change",
    "post /v1/fetch",
    "post /v1/sessions",
    "post /v1/sessions/close",
    "post /v1/spend-requests",
    "post /v1/spend-requests/{id}/cancel",
];

#[test]
fn the_agents_door_has_no_way_to_decide() {
    let scene = Scene::new();
    let url = scene.wallet.url();
    let document = raw::plain("GET", &format!("{url}/openapi.json"), None).unwrap().json();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        found.extend(methods.as_object().unwrap().keys().map(|method| format!("{method} {path}")));
    }
    found.sort();
    assert_eq!(found, ROUTES);
    let signer = Signer::new(&scene.wallet, &scene.agent).unwrap();
    let before = scene.wallet.verified_log().unwrap();
    let payment = &scene.payment;
    let paths = [
        "/v1/approve",
        "/v1/deny",
        "/v1/freeze",
        "/v1/unfreeze",
        "/v1/unlock",
        "/v1/policy",
        "/v1/agents",
        "/v1/agents/scout/policy",
        "/v1/inbox",
        "/v1/log",
        "/v1/keys",
        "/control",
        "/v1/control",
        "/approve",
        "/v1/events",
        "/metrics",
        "/v1/spend-requests/",
        "/V1/budget",
    ]
    .map(str::to_owned);
    let on_payment = ["approve", "decline", "deny", "resolve", "settle", "submit", "../approve"]
        .map(|verb| format!("/v1/spend-requests/{payment}/{verb}"));
    let body = json!({ "payment": payment, "passphrase": PASSPHRASE, "do": "approve" }).to_string();
    for path in paths.iter().chain(&on_payment) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let request = signer.request(method, path, body.as_bytes()).unwrap();
            let (status, code) = raw::problem(&raw::send(signer.authority(), &request).unwrap());
            assert_eq!((status, code.as_str()), (404, "no_such_route"), "{method} {path}");
        }
    }
    for route in ROUTES {
        let (_, path) = route.split_once(' ').unwrap();
        let has = |method: &str| ROUTES.contains(&format!("{method} {path}").as_str());
        let others: Vec<&str> =
            ["post", "put", "patch", "delete"].into_iter().filter(|method| !has(method)).collect();
        let path = path.replace("{id}", payment);
        for method in others {
            let request = signer.request(&method.to_uppercase(), &path, body.as_bytes()).unwrap();
            let (status, code) = raw::problem(&raw::send(signer.authority(), &request).unwrap());
            assert_eq!((status, code.as_str()), (405, "method_not_allowed"), "{method} {path}");
        }
    }
    scene.assert_untouched(&before);
}

#[test]
fn a_second_wallet_on_the_folder_is_told_who_has_it() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let screen = wallet.running().unwrap().screen();
    let pid = screen.split("\"pid\":").nth(1).unwrap().split([',', '}']).next().unwrap().to_owned();
    let mut second = wallet.terminal(&["serve", "--port", "0"], &[]).unwrap();
    assert_eq!(second.wait_exit(PATIENCE).unwrap(), 1, "{}", second.screen());
    let screen = second.screen();
    assert!(screen.contains(&format!("process {pid}")), "{screen}");
    assert!(screen.contains("home_in_use"), "{screen}");
    assert_eq!(wallet.agent(&["status"]).unwrap().exit, 0, "the first one goes on");
    assert_eq!(wallet.owner(&["policy", "show"]).unwrap().exit, 0, "and its socket is there");
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let wallet = TestWallet::create().unwrap();
    let mut serve = wallet.terminal(&["serve", "--port", &port], &[]).unwrap();
    serve.answer("Passphrase: ", PASSPHRASE).unwrap();
    assert_eq!(serve.wait_exit(PATIENCE).unwrap(), 1, "{}", serve.screen());
    let screen = serve.screen();
    assert!(screen.contains(&format!("port {port} is taken")), "{screen}");
    assert!(screen.contains("--port"), "it says what to do: {screen}");
    assert_eq!(wallet.owner(&["policy", "show"]).unwrap().exit, 0, "the folder is free again");
}

#[test]
fn callers_and_owners_in_many_processes_never_pass_a_cap() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let policy = wallet.scratch().join("pool.json");
    let wide = r#"{"daily":"100","rate_limit_per_minute":6000,
        "breakers":{"refusals":1000}}"#;
    write!(std::fs::File::create(&policy).unwrap(), "{wide}").unwrap();
    let path = policy.display().to_string();
    let agent = wallet.add_agent("scout", &["--policy", &path]).unwrap();
    wallet.add_agent("bystander", &[]).unwrap();
    let signer = Signer::new(&wallet, &agent).unwrap();
    let (wallet, signer) = (&wallet, &signer);
    let outcomes: Vec<String> = thread::scope(|scope| {
        let raw_calls = (0..64).map(|number| {
            scope.spawn(move || {
                let answer = signer.pay("7", &format!("call-{number}")).unwrap().json();
                [text(&answer, "/status"), text(&answer, "/code")].concat()
            })
        });
        let commands = (0..2).map(|number| {
            scope.spawn(move || {
                let key = format!("process-{number}");
                let command = [&pay("7")[..], &["--idempotency-key", &key]].concat();
                let answer = wallet.agent(&command).unwrap();
                [answer.text("/status"), answer.text("/error/code")].concat()
            })
        });
        let calls: Vec<_> = raw_calls.chain(commands).collect();
        let owners = ["agent list", "agent pause bystander", "policy show"].map(|line| {
            scope.spawn(move || {
                let command: Vec<&str> = line.split(' ').collect();
                wallet.owner(&command).unwrap().exit
            })
        });
        assert_eq!(owners.map(|owner| owner.join().unwrap()), [0, 0, 0]);
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    assert_eq!((count("succeeded"), count("daily_cap")), (14, 52), "{outcomes:?}");
    let budget = wallet.agent(&["budget", "--agent", "scout"]).unwrap();
    let daily = budget.json["budgets"].as_array().unwrap();
    let daily = daily.iter().find(|line| text(line, "/limit") == "100.00").unwrap();
    assert_eq!((text(daily, "/settled"), text(daily, "/reserved")), ("98.00", "0.00"));
    let log = wallet.verified_log().unwrap();
    let entries = |kind: &str| log.iter().filter(|e| text(e, "/event/type") == kind).count();
    assert_eq!((entries("spend_reserved"), entries("spend_refused")), (14, 52));
}

#[test]
fn two_owners_at_once_without_a_running_wallet_lose_nothing() {
    let wallet = TestWallet::create().unwrap();
    let wallet = &wallet;
    let done: Vec<u32> = thread::scope(|scope| {
        let adds = ["one", "two", "three"].map(|name| {
            scope.spawn(move || {
                // Whoever finds the folder taken is told so, and tries again.
                wait::until("the folder", PATIENCE, || {
                    let output = wallet.owner(&["agent", "add", name]).unwrap();
                    let taken = output.text.contains("home_in_use");
                    assert!(taken || output.exit == 0, "{}", output.text);
                    (!taken).then_some(output.exit)
                })
                .unwrap()
            })
        });
        adds.into_iter().map(|add| add.join().unwrap()).collect()
    });
    assert_eq!(done, [0, 0, 0]);
    assert_eq!(wallet.owner_json(&["agent", "list"]).unwrap().as_array().unwrap().len(), 3);
}
