//! Work on a long sequence, on every core, with the results in order.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Items that travel together, so that the channels cost little.
pub(crate) const CHUNK: usize = 256;

type Lane<T, R> = (Sender<Vec<T>>, Receiver<Vec<R>>);

/// Takes chunks from `next` until it gives none, does `work` on every item on several threads, and
/// hands the results to `each` in the order of the items. An error of `next` counts where it
/// stands: after the items before it.
pub(crate) fn in_order<T: Send, R: Send, E>(
    next: &mut dyn FnMut() -> Result<Option<Vec<T>>, E>,
    work: &(dyn Fn(T) -> R + Sync),
    each: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    thread::scope(|scope| {
        let mut lanes: Vec<Lane<T, R>> = Vec::new();
        for _ in 0..threads {
            let (items_in, items) = channel::<Vec<T>>();
            let (results_in, results) = channel();
            lanes.push((items_in, results));
            scope.spawn(move || {
                for chunk in items {
                    // Nobody waits for the results any more after an error.
                    if results_in.send(chunk.into_iter().map(work).collect()).is_err() {
                        break;
                    }
                }
            });
        }
        run(&lanes, next, each)
    })
}

fn run<T, R, E>(
    lanes: &[Lane<T, R>],
    next: &mut dyn FnMut() -> Result<Option<Vec<T>>, E>,
    each: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut end = None;
    let mut waiting = 0usize;
    let waiting_max = lanes.len().saturating_mul(2);
    let mut senders = lanes.iter().cycle();
    let mut receivers = lanes.iter().cycle();
    loop {
        while end.is_none() && waiting < waiting_max {
            match next() {
                Ok(Some(chunk)) => {
                    if let Some((items, _)) = senders.next() {
                        // Only a thread that panicked refuses, and its scope repeats the panic.
                        items.send(chunk).unwrap_or_default();
                    }
                    waiting = waiting.saturating_add(1);
                }
                Ok(None) => end = Some(Ok(())),
                Err(error) => end = Some(Err(error)),
            }
        }
        if waiting == 0 {
            return end.unwrap_or(Ok(()));
        }
        waiting = waiting.saturating_sub(1);
        if let Some(Ok(results)) = receivers.next().map(|(_, results)| results.recv()) {
            results.into_iter().try_for_each(&mut *each)?;
        }
    }
}
