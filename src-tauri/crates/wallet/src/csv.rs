//! CSV (RFC 4180), for spreadsheets.
//!
//! Guarantees: agents and merchants wrote some of the fields, and none of them can break its row or
//! begin a formula.

/// A line of names, and a line for each row. A field that a spreadsheet would take for a formula
/// gets an apostrophe in front.
pub fn table<const N: usize>(
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut text = line(&columns);
    text.extend(rows.into_iter().map(|row| line(&row)));
    text
}

fn line(fields: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field.as_ref())).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula { format!("'{field}") } else { field.to_owned() };
    if safe.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_can_neither_break_a_line_nor_become_a_formula() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"x\"\n"), "\"say \"\"x\"\"\n\"");
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert!(quoted(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(quoted("\rx"), "\"'\rx\"");
        let rows = [["1".to_owned(), "=A1,\"b\"".to_owned()]];
        assert_eq!(table(["a", "b"], rows), "a,b\r\n1,\"'=A1,\"\"b\"\"\"\r\n");
    }
}
