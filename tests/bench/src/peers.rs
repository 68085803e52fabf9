//! The two designs that the field recommends for budgets that many callers share, as fast as they
//! honestly are: one statement or script for each payment, prepared, over Unix sockets, a budget
//! of its own for each caller so that nothing has to be repeated, durable before the answer.

mod postgres;
mod redis;

pub use postgres::Postgres;
pub use redis::Redis;

/// What a payment costs and what each budget allows, in cents.
const AMOUNT: i64 = 60_000;
const CAP: i64 = i64::MAX / 2;
