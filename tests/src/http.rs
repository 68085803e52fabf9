//! An answer over HTTP. Requests are in [`raw`](crate::raw).

use crate::Failure;
use serde_json::Value;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Response {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The body as JSON of an answer that has to be 200.
    ///
    /// # Errors
    /// When the status is another.
    pub fn good_json(&self) -> Result<Value, Failure> {
        if self.status == 200 {
            return Ok(self.json());
        }
        Err(Failure::new(format!("answered {}: {}", self.status, self.body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_not_200_is_told() {
        let answer = Response { status: 404, body: "{\"x\":1}".to_owned() };
        assert_eq!(answer.json(), serde_json::json!({ "x": 1 }));
        assert!(answer.good_json().unwrap_err().to_string().contains("404"));
    }
}
