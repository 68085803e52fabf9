//! `purser`: the command line of the wallet.
fn main() {}
