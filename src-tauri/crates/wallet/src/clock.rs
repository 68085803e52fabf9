//! The one place that reads the computer's clock. Everything below is handed the time.

use purser_domain::Timestamp;
use std::sync::Arc;

/// Gives the time of day.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The computer's clock. It may jump and go backwards; the engine clamps it.
#[must_use]
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask")]
    fn now() -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let ms = since.map(|elapsed| elapsed.as_millis()).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))
    }
    Arc::new(now)
}
