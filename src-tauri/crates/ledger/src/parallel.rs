//! Work on a long sequence, on every core, with the results in order.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

type Lane<T, R> = (Sender<T>, Receiver<R>);

/// Takes items from `next` until it gives none, does `work` on each on several threads, and hands
/// the results to `each` in the order of the items. An error of `next` counts where it stands:
/// after the items before it. A single item is worked on here. Items should be large enough for a
/// channel to cost little.
pub(crate) fn in_order<T: Send, R: Send, E>(
    next: &mut dyn FnMut() -> Result<Option<T>, E>,
    work: &(dyn Fn(T) -> R + Sync),
    each: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = next()? else { return Ok(()) };
    let second = match next() {
        Ok(Some(second)) => second,
        Ok(None) => return each(work(first)),
        Err(error) => return each(work(first)).and(Err(error)),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    thread::scope(|scope| {
        let mut lanes: Vec<Lane<T, R>> = Vec::new();
        for _ in 0..threads {
            let (items_in, items) = channel::<T>();
            let (results_in, results) = channel();
            lanes.push((items_in, results));
            scope.spawn(move || {
                for item in items {
                    // Nobody waits for the results any more after an error.
                    if results_in.send(work(item)).is_err() {
                        break;
                    }
                }
            });
        }
        let mut read = [first, second].into_iter();
        run(&lanes, &mut || read.next().map_or_else(&mut *next, |item| Ok(Some(item))), each)
    })
}

fn run<T, R, E>(
    lanes: &[Lane<T, R>],
    next: &mut dyn FnMut() -> Result<Option<T>, E>,
    each: &mut dyn FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut end = None;
    let mut waiting = 0usize;
    let waiting_max = lanes.len().saturating_mul(3);
    let mut senders = lanes.iter().cycle();
    let mut receivers = lanes.iter().cycle();
    loop {
        while end.is_none() && waiting < waiting_max {
            match next() {
                Ok(Some(item)) => {
                    if let Some((items, _)) = senders.next() {
                        // Only a thread that panicked refuses, and its scope repeats the panic.
                        items.send(item).unwrap_or_default();
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
        if let Some(Ok(result)) = receivers.next().map(|(_, results)| results.recv()) {
            each(result)?;
        }
    }
}
