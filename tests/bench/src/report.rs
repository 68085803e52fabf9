//! What is printed: figures, and beside each that must be held its target and whether it was.

use crate::load::Sample;
use std::time::Duration;

/// Prints as it goes, and remembers what was missed.
#[derive(Default)]
pub struct Report {
    held: usize,
    missed: Vec<String>,
}

impl Report {
    /// A heading.
    pub fn part(&self, name: &str) {
        println!("\n== {name}");
    }

    /// A figure that is shown beside others, and asked for nowhere.
    pub fn figure(&self, text: &str) {
        println!("{text}");
    }

    /// How fast something was.
    pub fn sample(&self, name: &str, sample: &Sample) {
        let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
        println!(
            "{name}, {} caller(s): {:.0}/s, p50 {:.3} ms, p99 {:.3} ms",
            sample.callers,
            sample.rate(),
            ms(sample.at(500)),
            ms(sample.at(990)),
        );
    }

    /// A figure that must not be above its target.
    pub fn at_most(&mut self, name: &str, value: f64, target: f64) {
        self.judge(format!("{name}: {value:.2} (at most {target})"), value <= target);
    }

    /// A figure that must not be below its target.
    pub fn at_least(&mut self, name: &str, value: f64, target: f64) {
        self.judge(format!("{name}: {value:.2} (at least {target})"), value >= target);
    }

    fn judge(&mut self, line: String, held: bool) {
        println!("{} {line}", if held { "    OK" } else { "MISSED" });
        if held {
            self.held += 1;
        } else {
            self.missed.push(line);
        }
    }

    /// What was missed, once more.
    pub fn close(self) {
        println!("\n{} held, {} missed", self.held, self.missed.len());
        for line in self.missed {
            println!("MISSED {line}");
        }
    }
}
