//! A person at a terminal: runs a program on a pseudo terminal, reads the screen, types.
//!
//! The terminal echoes what is typed until the program says otherwise, as a real one does, so that
//! a test can tell whether a passphrase was shown.

use crate::{Failure, wait};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What the screen has shown so far.
#[derive(Default)]
struct Screen {
    text: Mutex<Shown>,
    changed: Condvar,
}

#[derive(Default)]
struct Shown {
    bytes: Vec<u8>,
    ended: bool,
}

impl Screen {
    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, bytes: Option<&[u8]>) {
        let mut shown = self.lock();
        match bytes {
            Some(bytes) => shown.bytes.extend_from_slice(bytes),
            None => shown.ended = true,
        }
        self.changed.notify_all();
    }
}

/// A program on a terminal. Dropping it kills the program.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Arc<Screen>,
    /// How much of the screen [`Self::expect`] has passed.
    read: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program on a new terminal of 24 lines and 100 columns.
    ///
    /// # Errors
    /// When there is no terminal to be had or the program can't be started.
    pub fn start(
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let size = PtySize { rows: 24, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(Failure::new)?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(crate::repository());
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).map_err(Failure::new)?;
        // Held open here, the screen would never end.
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(Failure::new)?;
        let keyboard = pair.master.take_writer().map_err(Failure::new)?;
        let screen = Arc::new(Screen::default());
        watch(reader, Arc::clone(&screen));
        Ok(Self { child, keyboard, screen, read: 0, _master: pair.master })
    }

    /// Waits until the screen shows a text after what was expected before.
    ///
    /// # Errors
    /// When `patience` is over or the program ended first, with the whole screen.
    pub fn expect(&mut self, text: &str, patience: Duration) -> Result<(), Failure> {
        let started = Instant::now();
        let mut shown = self.screen.lock();
        loop {
            let new = shown.bytes.get(self.read..).unwrap_or_default();
            if let Some(at) = new.windows(text.len().max(1)).position(|w| w == text.as_bytes()) {
                self.read = self.read.saturating_add(at).saturating_add(text.len());
                return Ok(());
            }
            let left = patience.saturating_sub(started.elapsed());
            if shown.ended || left.is_zero() {
                let all = String::from_utf8_lossy(&shown.bytes);
                let why = if shown.ended { "the program ended" } else { "time was up" };
                return Err(Failure::new(format!("no `{text}`, {why}; the screen:\n{all}")));
            }
            let waited = self.screen.changed.wait_timeout(shown, left);
            shown = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Types a line and presses Enter.
    ///
    /// # Errors
    /// When nobody reads the keyboard any more.
    pub fn type_line(&mut self, line: &str) -> Result<(), Failure> {
        write!(self.keyboard, "{line}\r")?;
        Ok(self.keyboard.flush()?)
    }

    /// Presses Ctrl-C.
    ///
    /// # Errors
    /// When nobody reads the keyboard any more.
    pub fn interrupt(&mut self) -> Result<(), Failure> {
        self.keyboard.write_all(&[3])?;
        Ok(self.keyboard.flush()?)
    }

    /// Waits for a prompt and types the answer to it.
    ///
    /// # Errors
    /// As [`Self::expect`] and [`Self::type_line`].
    pub fn answer(&mut self, prompt: &str, line: &str) -> Result<(), Failure> {
        self.expect(prompt, wait::PATIENCE)?;
        self.type_line(line)
    }

    /// Everything that the screen has shown.
    #[must_use]
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().bytes).into_owned()
    }

    /// Kills the program at once, as a crash does, and waits until it is gone.
    ///
    /// # Errors
    /// When it can't be waited for.
    pub fn kill(&mut self) -> Result<(), Failure> {
        if matches!(self.child.try_wait(), Ok(None)) {
            let id = self.child.process_id().ok_or_else(|| Failure::new("it has no id"))?;
            // Not yet waited for, so the id is still ours.
            let _gone = crate::program::signal("KILL", &id.to_string());
            let _status = self.child.wait()?;
        }
        Ok(())
    }

    /// Waits until the program has ended and all it wrote is on the screen; gives its exit code.
    ///
    /// # Errors
    /// When `patience` is over.
    pub fn wait_exit(&mut self, patience: Duration) -> Result<u32, Failure> {
        let child = &mut self.child;
        let status =
            wait::until("the program on the terminal", patience, || child.try_wait().transpose())??;
        let shown = self.screen.lock();
        let ended = self.screen.changed.wait_timeout_while(shown, patience, |shown| !shown.ended);
        drop(ended);
        Ok(status.exit_code())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _gone = self.child.kill();
            let _status = self.child.wait();
        }
    }
}

fn watch(mut reader: Box<dyn Read + Send>, screen: Arc<Screen>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // A terminal whose program has gone ends with an error on Linux, with 0 elsewhere.
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            screen.add(buffer.get(..length));
        }
        screen.add(None);
    });
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::wait::PATIENCE;

    fn shell(script: &str) -> Terminal {
        Terminal::start(Path::new("/bin/sh"), &["-c", script], &[("WHO", "owner")]).unwrap()
    }

    #[test]
    fn a_prompt_is_answered_and_the_end_is_seen() {
        let mut terminal =
            shell("test -t 0 || exit 9; printf 'name: '; read n; echo \"hi $n $WHO\"");
        terminal.answer("name: ", "Ann").unwrap();
        terminal.expect("hi Ann owner", PATIENCE).unwrap();
        assert_eq!(terminal.wait_exit(PATIENCE).unwrap(), 0);
    }

    #[test]
    fn what_is_typed_shows_unless_the_program_hides_it() {
        let mut open = shell("printf 'secret: '; read s; echo done");
        open.answer("secret: ", "hunter2").unwrap();
        open.expect("done", PATIENCE).unwrap();
        assert!(open.screen().contains("hunter2"), "{}", open.screen());
        let mut hidden = shell("stty -echo; printf 'secret: '; read s; stty echo; echo done");
        hidden.answer("secret: ", "hunter2").unwrap();
        hidden.expect("done", PATIENCE).unwrap();
        assert!(!hidden.screen().contains("hunter2"), "{}", hidden.screen());
    }

    #[test]
    fn the_exit_code_comes_through_and_so_does_ctrl_c() {
        assert_eq!(shell("exit 7").wait_exit(PATIENCE).unwrap(), 7);
        let mut terminal =
            shell("trap 'echo stopped; exit 5' INT; echo up; while :; do sleep 0.01; done");
        terminal.expect("up", PATIENCE).unwrap();
        terminal.interrupt().unwrap();
        terminal.expect("stopped", PATIENCE).unwrap();
        assert_eq!(terminal.wait_exit(PATIENCE).unwrap(), 5);
    }

    #[test]
    fn a_text_that_never_shows_is_a_failure_with_the_screen() {
        let failure = shell("echo something else").expect("a song", PATIENCE).unwrap_err();
        let failure = failure.to_string();
        assert!(failure.contains("`a song`") && failure.contains("something else"), "{failure}");
    }
}
