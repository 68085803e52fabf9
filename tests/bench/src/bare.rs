//! The least that a durable answer can cost on this disk.

use crate::load::Sample;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// A file that only grows.
pub struct Bare(File);

impl Bare {
    /// An empty one.
    pub fn new(dir: &Path) -> Self {
        Self(File::create(dir.join("bare")).unwrap())
    }

    /// Appends 4 KiB and waits for the disk, again and again.
    pub fn run(&mut self, turn: Duration) -> Sample {
        let block = [7u8; 4096];
        let start = Instant::now();
        let mut waits = Vec::new();
        while start.elapsed() < turn {
            let one = Instant::now();
            self.0.write_all(&block).unwrap();
            self.0.sync_data().unwrap();
            waits.push(one.elapsed());
        }
        Sample::new(1, start.elapsed(), waits)
    }
}
