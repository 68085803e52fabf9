//! The owner's socket.

use crate::text::same_again;
use purser_wallet::control::read_for_fuzzing;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A message as it comes in: one line, of which what is taken is written as the same again.
pub fn control_frame(data: &[u8]) {
    let read = pin!(read_for_fuzzing(data));
    // Bytes in memory never keep a reader waiting.
    let Poll::Ready(read) = read.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for more than there is");
    };
    let first = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match read {
        Ok(command) => {
            same_again(&command);
            assert!(first.trim_ascii().starts_with(b"{"), "only an object is a message");
        }
        Err(error) => assert!(error.to_string().chars().count() <= 300, "{error}"),
    }
}
