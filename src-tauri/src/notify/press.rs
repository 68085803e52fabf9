//! Notifications on the screen, and what is pressed there.

/// A notification on the screen: which program shows it, and under which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The unique name on the bus.
    pub service: String,
    /// Its number there.
    pub id: u32,
}

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// Approve.
    Approve,
    /// Deny.
    Deny,
    /// The notification itself.
    Open,
    /// It went away without an answer.
    Closed,
}

/// A press, as the service reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// Of which notification.
    pub shown: Shown,
    /// Which button.
    pub button: Button,
}
