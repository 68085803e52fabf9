//! A program under test: started, listened to, ended.

use crate::{Failure, wait};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A line that the program wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// To its standard output.
    Out(String),
    /// To its standard error.
    Err(String),
}

impl Line {
    /// The words, wherever they were written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Out(text) | Self::Err(text) => text,
        }
    }
}

/// A running program. Dropping it kills it and everything it started that stayed in its group.
pub struct Program {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Line>,
    seen: Vec<Line>,
    status: Option<ExitStatus>,
}

impl Program {
    /// Starts a program in a process group of its own, its three streams held by the test.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(mut command: Command) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|error| Failure::new(format!("can't start `{name}`: {error}")))?;
        let (sender, lines) = channel();
        if let Some(stream) = child.stdout.take() {
            listen(stream, sender.clone(), Line::Out);
        }
        if let Some(stream) = child.stderr.take() {
            listen(stream, sender, Line::Err);
        }
        let stdin = child.stdin.take();
        Ok(Self { name, child, stdin, lines, seen: Vec::new(), status: None })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line that `wanted` accepts. Lines before it are passed over.
    ///
    /// # Errors
    /// When `patience` is over or the program ended first, with all that it wrote.
    pub fn wait_line(
        &mut self,
        what: &str,
        patience: Duration,
        wanted: impl Fn(&Line) -> bool,
    ) -> Result<String, Failure> {
        let started = Instant::now();
        loop {
            let left = patience.saturating_sub(started.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                let wrote = self.written();
                let name = &self.name;
                return Err(Failure::new(format!(
                    "`{name}` did not write {what} within {patience:?}; it wrote:\n{wrote}"
                )));
            };
            let found = wanted(&line).then(|| line.text().to_owned());
            self.seen.push(line);
            if let Some(text) = found {
                return Ok(text);
            }
        }
    }

    /// Writes a line to the program's standard input.
    ///
    /// # Errors
    /// When the program no longer reads.
    pub fn write_line(&mut self, line: &str) -> Result<(), Failure> {
        let stdin = self.stdin.as_mut().ok_or_else(|| Failure::new("stdin is closed"))?;
        writeln!(stdin, "{line}")?;
        Ok(stdin.flush()?)
    }

    /// Closes the program's standard input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits until the program ends by itself.
    ///
    /// # Errors
    /// When `patience` is over.
    pub fn wait_exit(&mut self, patience: Duration) -> Result<ExitStatus, Failure> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        let child = &mut self.child;
        let what = format!("the end of `{}`", self.name);
        let status = wait::until(&what, patience, || child.try_wait().transpose())??;
        self.status = Some(status);
        Ok(status)
    }

    /// Waits until the program has ended by itself and said all; gives its standard output.
    ///
    /// # Errors
    /// When `patience` is over.
    pub fn wait_output(&mut self, patience: Duration) -> Result<String, Failure> {
        self.wait_exit(patience)?;
        while let Ok(line) = self.lines.recv_timeout(patience) {
            self.seen.push(line);
        }
        let out = self.seen.iter().filter(|line| matches!(line, Line::Out(_)));
        Ok(out.map(Line::text).collect::<Vec<_>>().join("\n"))
    }

    /// Asks the program to end (SIGTERM), as a service manager does.
    ///
    /// # Errors
    /// When it ended already or can't be reached.
    pub fn terminate(&mut self) -> Result<(), Failure> {
        let target = self.id().to_string();
        signal("TERM", &target)
    }

    /// Kills the program and its group at once, as a crash does, and waits until it is gone.
    ///
    /// # Errors
    /// When it can't be waited for.
    pub fn kill(&mut self) -> Result<(), Failure> {
        if self.status.is_none() {
            if cfg!(unix) {
                // The group too. Not yet waited for, so the id is still ours.
                let _gone = signal("KILL", &format!("-{}", self.id()));
            }
            let _gone = self.child.kill();
            self.status = Some(self.child.wait()?);
        }
        Ok(())
    }

    /// All that the program wrote so far, in the order it was read.
    pub fn written(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}

fn listen(
    stream: impl Read + Send + 'static,
    lines: Sender<Line>,
    kind: impl Fn(String) -> Line + Send + 'static,
) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if lines.send(kind(line)).is_err() {
                break;
            }
        }
    });
}

/// Through the shell's own `kill`: the standard library can send no signal but SIGKILL to a child.
pub(crate) fn signal(name: &str, target: &str) -> Result<(), Failure> {
    let script = r#"kill -s "$1" -- "$2""#;
    let done = Command::new("sh")
        .args(["-c", script, "sh", name, target])
        .stderr(Stdio::null())
        .status()?;
    if done.success() {
        return Ok(());
    }
    Err(Failure::new(format!("SIG{name} did not reach {target}")))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::wait::PATIENCE;

    fn shell(script: &str) -> Program {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Program::start(command).unwrap()
    }

    fn alive(id: &str) -> bool {
        Command::new("sh")
            .args(["-c", "kill -0 \"$1\"", "sh", id])
            .output()
            .unwrap()
            .status
            .success()
    }

    #[test]
    fn lines_of_both_streams_are_seen_and_told() {
        let mut program = shell("echo one; echo two >&2; read answer; echo \"got $answer\"");
        let two = program.wait_line("two", PATIENCE, |line| *line == Line::Err("two".to_owned()));
        assert_eq!(two.unwrap(), "two");
        program.write_line("three").unwrap();
        let got = program.wait_line("an answer", PATIENCE, |line| line.text().starts_with("got"));
        assert_eq!(got.unwrap(), "got three");
        assert!(program.wait_exit(PATIENCE).unwrap().success());
        assert_eq!(program.wait_output(PATIENCE).unwrap(), "one\ngot three");
    }

    #[test]
    fn a_line_that_never_comes_is_a_failure_with_all_that_was_written() {
        let mut program = shell("echo something else");
        let failure = program.wait_line("a song", PATIENCE, |_| false).unwrap_err().to_string();
        assert!(failure.contains("a song") && failure.contains("something else"), "{failure}");
    }

    #[test]
    fn dropping_a_program_ends_it_and_what_it_started() {
        let mut program = shell("sleep 1000 & echo $!; wait");
        let grandchild = program.wait_line("an id", PATIENCE, |_| true).unwrap();
        assert!(alive(&grandchild));
        drop(program);
        wait::until("the grandchild's end", PATIENCE, || (!alive(&grandchild)).then_some(()))
            .unwrap();
    }

    #[test]
    fn a_program_can_be_asked_to_end() {
        let mut program =
            shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done");
        program.wait_line("up", PATIENCE, |line| line.text() == "up").unwrap();
        program.terminate().unwrap();
        assert_eq!(program.wait_exit(PATIENCE).unwrap().code(), Some(3));
        assert!(program.written().contains("up"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = Program::start(Command::new("no-such-program")).err().unwrap().to_string();
        assert!(failure.contains("`no-such-program`"), "{failure}");
    }
}
