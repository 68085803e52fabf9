//! Reads a token whose signatures hold, and refuses every block that is not of our own making.
//!
//! Guarantees: identity facts come from the authority block; no Datalog of a holder runs but checks
//! of the one form `check if time($t), $t < <date>`. Does not check signatures. Does not block or
//! panic: the run limits are explicit, and what runs has no rules and one fact per check.

use crate::KeysError;
use biscuit_auth::builder::{
    Binary, Check, CheckKind, Expression, Fact, Op, Predicate, Rule, Term,
};
use biscuit_auth::datalog::RunLimits;
use biscuit_auth::{Authorizer, AuthorizerBuilder, Biscuit};
use purser_domain::{AgentId, CredentialId, Timestamp};
use std::time::Duration;

/// The fact that carries a narrowing scope in a block that a holder appended.
pub(crate) const NARROW: &str = "narrow";

/// Root's block and narrowings. Deeper chains would only cost signature checks.
const MAX_BLOCKS: usize = 16;

/// Biscuit's default of 1 ms of wall-clock time refuses good credentials on a busy machine.
fn limits() -> RunLimits {
    RunLimits { max_facts: 1000, max_iterations: 10, max_time: Duration::from_secs(5) }
}

/// What the blocks say.
pub(crate) struct Contents {
    pub credential: CredentialId,
    pub agent: AgentId,
    pub holder: [u8; 32],
    pub scope: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub bearer: bool,
    /// Scopes that holders added, to be applied all.
    pub narrowings: Vec<String>,
    /// Ends that the blocks' checks set.
    pub ends: Vec<Timestamp>,
}

/// `check if time($time), $time < end`.
pub(crate) fn ends_before(end: u64) -> Check {
    let time = Term::Variable("time".to_owned());
    let ops =
        vec![Op::Value(time.clone()), Op::Value(Term::Date(end)), Op::Binary(Binary::LessThan)];
    let query = Rule::new(
        Predicate::new("query".to_owned(), vec![]),
        vec![Predicate::new("time".to_owned(), vec![time])],
        vec![Expression { ops }],
        vec![],
    );
    Check { queries: vec![query], kind: CheckKind::One }
}

pub(crate) fn read(token: &Biscuit, now: Timestamp) -> Result<Contents, KeysError> {
    if token.block_count() > MAX_BLOCKS {
        return Err(KeysError::TokenUnsupported);
    }
    let seconds = u64::try_from(now.as_seconds()).unwrap_or(0);
    let time = Fact::new("time".to_owned(), vec![Term::Date(seconds)]);
    let mut authorizer = AuthorizerBuilder::new()
        .fact(time)
        .and_then(|builder| builder.policy("allow if true"))
        .and_then(|builder| builder.set_limits(limits()).build(token))
        .map_err(|_| KeysError::TokenUnsupported)?;

    let (_, rules, checks, _) = authorizer.dump();
    if !rules.is_empty() {
        return Err(KeysError::TokenUnsupported);
    }
    let ends = checks
        .iter()
        .map(|check| end_of(check).ok_or(KeysError::TokenUnsupported))
        .collect::<Result<Vec<_>, _>>()?;
    let contents = facts(&mut authorizer, ends)?;

    // The ends were read above; Biscuit's own verdict is asked as well, and must agree.
    match authorizer.authorize_with_limits(limits()) {
        Ok(_) => Ok(contents),
        Err(_) if contents.ends.iter().any(|end| now >= *end) => Err(KeysError::TokenExpired),
        Err(_) => Err(KeysError::TokenUnsupported),
    }
}

/// The end that a check sets, if it is one of ours.
fn end_of(check: &Check) -> Option<Timestamp> {
    let [query] = check.queries.as_slice() else { return None };
    let ([body], [expression]) = (query.body.as_slice(), query.expressions.as_slice()) else {
        return None;
    };
    let [Term::Variable(bound)] = body.terms.as_slice() else { return None };
    let [Op::Value(Term::Variable(used)), Op::Value(Term::Date(end)), Op::Binary(operator)] =
        expression.ops.as_slice()
    else {
        return None;
    };
    let ours = check.kind == CheckKind::One
        && query.scopes.is_empty()
        && body.name == "time"
        && bound == used
        && *operator == Binary::LessThan;
    let milliseconds = i64::try_from(end.saturating_mul(1000)).unwrap_or(i64::MAX);
    ours.then(|| Timestamp::from_millis(milliseconds))
}

/// The facts, each read from the authority block alone and exactly once there, but for the
/// narrowings: those are read from every block, since one more can only narrow.
fn facts(authorizer: &mut Authorizer, ends: Vec<Timestamp>) -> Result<Contents, KeysError> {
    let unsupported = |_| KeysError::TokenUnsupported;
    let Ok([credential, agent, scope]) = ["credential", "agent", "scope"]
        .map(|name| one::<String>(authorizer, name))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map(<[String; 3]>::try_from)?
    else {
        return Err(KeysError::TokenUnsupported);
    };
    let mut narrowings: Vec<(String,)> = authorizer
        .query_all(query(NARROW))
        .map_err(|_: biscuit_auth::error::Token| KeysError::TokenUnsupported)?;
    narrowings.sort();
    Ok(Contents {
        credential: credential.parse().map_err(|_| KeysError::TokenUnsupported)?,
        agent: agent.parse().map_err(|_| KeysError::TokenUnsupported)?,
        holder: one::<Vec<u8>>(authorizer, "holder")?.try_into().map_err(unsupported)?,
        scope,
        issued_at: Timestamp::from_millis(one(authorizer, "issued_at")?),
        expires_at: Timestamp::from_millis(one(authorizer, "expires_at")?),
        bearer: one(authorizer, "bearer")?,
        narrowings: narrowings.into_iter().map(|(text,)| text).collect(),
        ends,
    })
}

fn query(name: &str) -> Rule {
    let value = Term::Variable("value".to_owned());
    Rule::new(
        Predicate::new("found".to_owned(), vec![value.clone()]),
        vec![Predicate::new(name.to_owned(), vec![value])],
        vec![],
        vec![],
    )
}

/// `query_exactly_one` sees the authority block and this verifier's own facts, and no other.
fn one<T>(authorizer: &mut Authorizer, name: &str) -> Result<T, KeysError>
where
    (T,): TryFrom<Fact, Error = biscuit_auth::error::Token>,
{
    authorizer
        .query_exactly_one::<_, (T,), _>(query(name))
        .map(|(value,)| value)
        .map_err(|_| KeysError::TokenUnsupported)
}
