//! Mutations of inputs, the same for the same seed.

/// Longest input that is made, in bytes.
const MAX_INPUT: usize = 64 * 1024;

/// Numbers at which readers go wrong.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "00",
    "0.1",
    "1e3",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1000000000000.000000000001",
    "340282366920938463463374607431768211456",
];

/// Characters at which readers go wrong: hidden, reordering, growing when their case is folded.
const CHARACTERS: [&str; 14] = [
    "\0",
    "\n",
    "\r",
    "\t",
    " ",
    "\"",
    "\\",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{130}",
    "\u{3a3}",
    "\u{10ffff}",
    "\u{1f4b0}",
];

/// Makes inputs of others.
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// One that makes the same inputs for the same seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // SplitMix64 takes any seed.
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        of.get(self.below(of.len())).copied()
    }

    /// An input made of one of `inputs` by a few changes, with words of `words`.
    pub fn input(&mut self, inputs: &[(String, Vec<u8>)], words: &[&str]) -> Vec<u8> {
        let all: Vec<&[u8]> = inputs.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        let mut data = self.pick(&all).unwrap_or_default().to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut data, &all, words);
        }
        data.truncate(MAX_INPUT);
        data
    }

    fn change(&mut self, data: &mut Vec<u8>, all: &[&[u8]], words: &[&str]) {
        let at = self.below(data.len() + 1);
        match self.below(11) {
            0 => {
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => {
                if let Some(byte) = data.get_mut(at) {
                    *byte = [0, 0x20, 0x7f, 0x80, 0xff, b'"', b'{', b'0'][self.below(8)];
                }
            }
            2 => drop(data.drain(at..(at + 1 + self.below(16)).min(data.len()).max(at))),
            3 => data.truncate(at),
            4 => insert(data, at, &[u8::try_from(self.below(256)).unwrap_or(0)]),
            5 => {
                let end = (at + self.below(64)).min(data.len());
                let part = data[at..end].to_vec();
                let elsewhere = self.below(data.len() + 1);
                let times = 1 + self.below(3);
                insert(data, elsewhere, &part.repeat(times));
            }
            6 => {
                let other = self.pick(all).unwrap_or_default();
                let from = self.below(other.len() + 1);
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
            7 | 8 => {
                let word = self.pick(words).unwrap_or("x");
                insert(data, at, word.as_bytes());
            }
            9 => self.number(data, at),
            _ => {
                let character = self.pick(&CHARACTERS).unwrap_or("x");
                let times = if self.below(8) == 0 { 300 } else { 1 };
                insert(data, at, character.repeat(times).as_bytes());
            }
        }
    }

    /// Puts another number in place of the next one.
    fn number(&mut self, data: &mut Vec<u8>, at: usize) {
        let Some(start) = data.iter().skip(at).position(u8::is_ascii_digit) else { return };
        let start = at + start;
        let digits = data.iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.pick(&NUMBERS).unwrap_or("0");
        data.splice(start..start + digits, number.bytes());
    }
}

fn insert(data: &mut Vec<u8>, at: usize, part: &[u8]) {
    data.splice(at..at, part.iter().copied());
}
