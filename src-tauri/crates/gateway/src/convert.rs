//! From what agents send to the words of the domain. Each field is checked by itself, and the one
//! that is wrong is named.

use crate::dto::{FetchRequest, LineItemRequest, PayeeRequest, PaymentRequest, TaskRequest};
use crate::problem::Problem;
use purser_domain::{
    Account, Attribution, Category, Claim, Country, Host, IdempotencyKey, Label, LineItem, Money,
    MoneyError, Payee, PaymentId, Task, TaskOrigin,
};
use purser_wallet::{FetchAsk, PaymentAsk};
use std::fmt::Display;
use url::Url;

pub(crate) fn payment_ask(ask: PaymentRequest) -> Result<PaymentAsk, Problem> {
    Ok(PaymentAsk {
        payee: payee(&ask.payee)?,
        amount: money(("amount", &ask.amount), &ask.currency)?,
        category: optional("category", ask.category, Category::new)?,
        session: optional("session", ask.session, Label::new)?,
        task: task(ask.task)?,
        line_items: line_items(&ask.line_items, &ask.currency)?,
        attribution: attribution([ask.workflow, ask.project, ask.initiator])?,
        context: context(ask.context)?,
        idempotency_key: optional("idempotency_key", ask.idempotency_key, IdempotencyKey::new)?,
    })
}

pub(crate) fn fetch_ask(ask: FetchRequest) -> Result<FetchAsk, Problem> {
    let max_amount = match (&ask.max_amount, &ask.currency) {
        (Some(amount), Some(currency)) => Some(money(("max_amount", amount), currency)?),
        (None, None) => None,
        (Some(_), None) => return Err(Problem::field("currency", "missing beside `max_amount`")),
        (None, Some(_)) => return Err(Problem::field("max_amount", "missing beside `currency`")),
    };
    Ok(FetchAsk {
        request: purser_wallet::FetchRequest {
            method: ask.method.as_str().to_owned(),
            url: ask.url,
            headers: ask.headers.into_iter().collect(),
            body: ask.body.unwrap_or_default().into_bytes(),
        },
        max_amount,
        category: optional("category", ask.category, Category::new)?,
        session: optional("session", ask.session, Label::new)?,
        task: task(ask.task)?,
        attribution: attribution([ask.workflow, ask.project, ask.initiator])?,
        context: context(ask.context)?,
        idempotency_key: optional("idempotency_key", ask.idempotency_key, IdempotencyKey::new)?,
    })
}

/// Workflow, project and initiator.
pub(crate) fn attribution(said: [Option<String>; 3]) -> Result<Attribution, Problem> {
    let [workflow, project, initiator] = said;
    Ok(Attribution {
        workflow: optional("workflow", workflow, Label::new)?,
        project: optional("project", project, Label::new)?,
        initiator: optional("initiator", initiator, Label::new)?,
    })
}

fn line_items(items: &[LineItemRequest], currency: &str) -> Result<Vec<LineItem>, Problem> {
    if items.len() > LineItem::MAX {
        return Err(Problem::field("line_items", format!("at most {} lines", LineItem::MAX)));
    }
    let item = |(place, item): (usize, &LineItemRequest)| {
        let name = |field: &str| format!("line_items[{place}].{field}");
        if !(1..=1_000_000).contains(&item.quantity) {
            return Err(Problem::field(&name("quantity"), "must be 1 to 1000000"));
        }
        let free = item.unit_price.trim_matches(['0', '.']).is_empty();
        let free = free && item.unit_price.contains('0');
        let unit_price = match money((&name("unit_price"), &item.unit_price), currency) {
            Ok(price) => price.amount(),
            Err(_) if free => rust_decimal::Decimal::ZERO,
            Err(problem) => return Err(problem),
        };
        Ok(LineItem {
            description: field(&name("description"), Claim::new(&item.description, 512))?,
            category: optional(&name("category"), item.category.clone(), Category::new)?,
            quantity: item.quantity,
            unit: optional(&name("unit"), item.unit.clone(), Label::new)?,
            unit_price,
        })
    };
    items.iter().enumerate().map(item).collect()
}

pub(crate) fn payment_id(text: &str) -> Result<PaymentId, Problem> {
    field("payment", text.parse())
}

fn payee(payee: &PayeeRequest) -> Result<Payee, Problem> {
    if payee.name.trim().is_empty() {
        return Err(Problem::field("payee.name", "a payee has a name"));
    }
    Ok(Payee {
        name: field("payee.name", Claim::new(&payee.name, Claim::MAX_NAME_BYTES))?,
        account: optional("payee.account", payee.account.clone(), Account::in_one_spelling)?,
        host: payee.url.as_deref().map(host).transpose()?,
        country: optional("payee.country", payee.country.clone(), Country::new)?,
    })
}

/// The host of a URL in its one spelling: lower case, `xn--`, no dot at its end.
fn host(text: &str) -> Result<Host, Problem> {
    let bad = |why: &str| Problem::field("payee.url", why);
    let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("only http and https URLs name a payee"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("the URL holds a user name or a password; leave them out"));
    }
    let name = url.host_str().unwrap_or_default().trim_end_matches('.');
    let spelled = url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
    field("payee.url", Host::new(&spelled))
}

pub(crate) fn money((name, amount): (&str, &str), currency: &str) -> Result<Money, Problem> {
    Money::parse(amount, currency).map_err(|error| {
        let name = if error == MoneyError::UnknownCurrency { "currency" } else { name };
        Problem::field(name, error)
    })
}

/// Through this door a task is only what the agent says.
pub(crate) fn task(task: Option<TaskRequest>) -> Result<Option<Task>, Problem> {
    let Some(task) = task else { return Ok(None) };
    Ok(Some(Task {
        id: field("task.id", Label::new(&task.id))?,
        text: field("task.text", Claim::new(&task.text, Claim::MAX_BYTES))?,
        origin: TaskOrigin::Agent,
    }))
}

fn context(context: Option<String>) -> Result<Option<Claim>, Problem> {
    optional("context", context, |text| Claim::new(text, Claim::MAX_BYTES))
}

pub(crate) fn optional<T, E: Display>(
    name: &str,
    value: Option<String>,
    check: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Problem> {
    value.map(|text| field(name, check(&text))).transpose()
}

pub(crate) fn field<T, E: Display>(name: &str, checked: Result<T, E>) -> Result<T, Problem> {
    checked.map_err(|error| Problem::field(name, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payees_host_has_one_spelling() {
        for (url, spelled) in [
            ("https://Shop.Example/x?y#z", "shop.example"),
            ("https://shop.example:443/", "shop.example"),
            ("https://shop.example:8443", "shop.example:8443"),
            ("https://shop.example./", "shop.example"),
            ("https://m\u{fc}nchen.example/", "xn--mnchen-3ya.example"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://0x7f.1/", "127.0.0.1"),
        ] {
            assert_eq!(host(url).unwrap().as_str(), spelled, "{url}");
        }
    }

    #[test]
    fn urls_that_mislead_are_refused_by_field() {
        for bad in [
            "shop.example",
            "/x",
            "ftp://shop.example/",
            "javascript:alert(1)",
            "https://shop.example@evil.example/",
            "https://user:pass@evil.example/",
            "https://",
            "https://sh op.example/",
        ] {
            let problem = host(bad).unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (422, "bad_field"), "{bad}");
            assert_eq!(problem.field.as_deref(), Some("payee.url"), "{bad}");
        }
    }
}
