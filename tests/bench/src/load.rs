//! Callers that ask again and again, each waiting for its answer before it asks anew.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// Someone who asks.
pub trait Caller: Send + 'static {
    /// What one question needs, made before the time is taken.
    type Question: Send;

    /// The next question.
    fn prepare(&mut self) -> Self::Question;

    /// Asks it and waits for the answer.
    fn ask(&mut self, question: Self::Question) -> impl Future<Output = ()> + Send;
}

/// What a number of callers got done.
#[derive(Clone)]
pub struct Sample {
    /// How many asked at a time.
    pub callers: usize,
    /// How long they asked.
    pub took: Duration,
    /// How long each answer took, shortest first.
    pub waits: Vec<Duration>,
}

impl Sample {
    /// Sorts the waits.
    pub fn new(callers: usize, took: Duration, mut waits: Vec<Duration>) -> Self {
        assert!(!waits.is_empty(), "nothing was measured");
        waits.sort_unstable();
        Self { callers, took, waits }
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.took.as_secs_f64()
    }

    /// The wait that a share of the answers, in thousandths, did not exceed.
    pub fn at(&self, thousandths: usize) -> Duration {
        self.waits[(self.waits.len() - 1) * thousandths / 1000]
    }

    /// The median wait in seconds.
    pub fn median_s(&self) -> f64 {
        self.at(500).as_secs_f64()
    }
}

/// Lets callers ask for a while.
pub async fn run<C: Caller>(callers: Vec<C>, turn: Duration) -> Sample {
    let number = callers.len();
    let start = Instant::now();
    let ask = |mut caller: C| async move {
        let mut waits = Vec::with_capacity(1 << 16);
        while start.elapsed() < turn {
            let question = caller.prepare();
            let one = Instant::now();
            caller.ask(question).await;
            waits.push(one.elapsed());
        }
        waits
    };
    let tasks: Vec<_> = callers.into_iter().map(|caller| tokio::spawn(ask(caller))).collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    Sample::new(number, start.elapsed(), waits)
}

/// What several rounds gave, by name and number of callers.
#[derive(Default)]
pub struct Rounds(BTreeMap<(&'static str, usize), Vec<Sample>>);

impl Rounds {
    /// Keeps one round's sample.
    pub fn take(&mut self, name: &'static str, sample: Sample) {
        self.0.entry((name, sample.callers)).or_default().push(sample);
    }

    /// The round in the middle, by rate.
    pub fn median(&self, name: &'static str, callers: usize) -> Sample {
        let mut samples = self.0[&(name, callers)].clone();
        samples.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        samples.swap_remove(samples.len() / 2)
    }
}
