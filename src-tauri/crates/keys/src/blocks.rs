//! Takes a token apart, block by block, and reads what each says.
//!
//! Guarantees: nothing that a holder wrote is ever run. A block is facts of plain terms and checks
//! of the one form `check if time($t), $t < <date>`; one that holds anything else (rules, other
//! checks, scopes, keys, a context), is signed by a third party, or hands over to a key of another
//! kind than Ed25519, whose signatures are not unique, is refused. What is read belongs to its own
//! block and to no other. Does not check signatures. Pure; does not block or panic.

use crate::KeysError;
use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::format::schema;
use prost::Message as _;
use purser_domain::Timestamp;
use schema::op::Content as OpContent;
use schema::op_binary::Kind as Binary;
use schema::term::Content as TermContent;

/// Root's block, narrowings and hand-overs. Deeper chains would only cost signature checks.
pub(crate) const MAX_BLOCKS: usize = 16;

/// The version of Biscuit's Datalog that has facts and such checks; what this wallet writes.
const DATALOG: u32 = 3;

/// A token, cut into its blocks.
pub(crate) struct Cut(schema::Biscuit);

/// What one block says.
pub(crate) struct Block {
    /// The signature over it, by which it is revoked.
    pub revocation_id: [u8; 64],
    /// Its facts, as they stand in it.
    pub facts: Vec<Fact>,
    /// Ends that its checks set.
    pub ends: Vec<Timestamp>,
}

/// A fact.
pub(crate) struct Fact {
    /// Its predicate.
    pub name: String,
    /// Its terms.
    pub terms: Vec<Term>,
}

/// A term of the kinds that this wallet writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Term {
    Text(String),
    Bytes(Vec<u8>),
    Integer(i64),
    Bool(bool),
}

impl Cut {
    /// Cuts a token. Its signatures are worth checking after this, and not before: there is a
    /// bound on them.
    pub fn new(bytes: &[u8]) -> Result<Self, KeysError> {
        let token = schema::Biscuit::decode(bytes).map_err(|_| KeysError::TokenMalformed)?;
        let cut = Self(token);
        if cut.count() > MAX_BLOCKS {
            return Err(KeysError::TokenDepth { limit: MAX_BLOCKS });
        }
        if cut.signed().any(|block| block.external_signature.is_some()) {
            return Err(KeysError::TokenThirdParty);
        }
        let ed25519 = i32::from(schema::public_key::Algorithm::Ed25519);
        if cut.signed().any(|block| block.next_key.algorithm != ed25519) {
            return Err(KeysError::TokenUnsupported);
        }
        Ok(cut)
    }

    /// How many blocks there are.
    pub fn count(&self) -> usize {
        self.0.blocks.len().saturating_add(1)
    }

    /// Reads all blocks, the root's first.
    pub fn read(&self) -> Result<Vec<Block>, KeysError> {
        let mut symbols = SymbolTable::new();
        self.signed().map(|signed| block(signed, &mut symbols)).collect()
    }

    fn signed(&self) -> impl Iterator<Item = &schema::SignedBlock> {
        std::iter::once(&self.0.authority).chain(&self.0.blocks)
    }
}

/// Reads one block. `symbols` are those of the blocks before it, to which it adds its own.
fn block(signed: &schema::SignedBlock, symbols: &mut SymbolTable) -> Result<Block, KeysError> {
    let revocation_id =
        signed.signature.as_slice().try_into().map_err(|_| KeysError::TokenMalformed)?;
    let unsupported = KeysError::TokenUnsupported;
    let block =
        schema::Block::decode(signed.block.as_slice()).map_err(|_| KeysError::TokenMalformed)?;
    let plain = block.version == Some(DATALOG)
        && block.context.is_none()
        && block.rules.is_empty()
        && block.scope.is_empty()
        && block.public_keys.is_empty();
    let added = SymbolTable::from(block.symbols).map_err(|_| KeysError::TokenUnsupported)?;
    if !plain || symbols.extend(&added).is_err() {
        return Err(unsupported);
    }
    let facts = block.facts.into_iter().map(|fact| read_fact(fact, symbols));
    let ends = block.checks.iter().map(|check| end_of(check, symbols));
    Ok(Block {
        revocation_id,
        facts: facts.collect::<Option<_>>().ok_or(KeysError::TokenUnsupported)?,
        ends: ends.collect::<Option<_>>().ok_or(unsupported)?,
    })
}

fn read_fact(fact: schema::Fact, symbols: &SymbolTable) -> Option<Fact> {
    let name = symbols.get_symbol(fact.predicate.name)?.to_owned();
    let terms = fact.predicate.terms.into_iter().map(|term| read_term(term, symbols));
    Some(Fact { name, terms: terms.collect::<Option<_>>()? })
}

fn read_term(term: schema::Term, symbols: &SymbolTable) -> Option<Term> {
    match term.content? {
        TermContent::String(symbol) => {
            symbols.get_symbol(symbol).map(str::to_owned).map(Term::Text)
        }
        TermContent::Bytes(bytes) => Some(Term::Bytes(bytes)),
        TermContent::Integer(integer) => Some(Term::Integer(integer)),
        TermContent::Bool(bool) => Some(Term::Bool(bool)),
        _ => None,
    }
}

/// The end that a check sets, if it is one of ours: `check if time($t), $t < <date>`.
fn end_of(check: &schema::Check, symbols: &SymbolTable) -> Option<Timestamp> {
    let [query] = check.queries.as_slice() else { return None };
    let ([body], [expression]) = (query.body.as_slice(), query.expressions.as_slice()) else {
        return None;
    };
    let [schema::Term { content: Some(TermContent::Variable(bound)) }] = body.terms.as_slice()
    else {
        return None;
    };
    let [used, date, operator] = expression.ops.as_slice() else { return None };
    let Some(OpContent::Value(schema::Term { content: Some(TermContent::Variable(used)) })) =
        &used.content
    else {
        return None;
    };
    let Some(OpContent::Value(schema::Term { content: Some(TermContent::Date(end)) })) =
        date.content
    else {
        return None;
    };
    let Some(OpContent::Binary(operator)) = &operator.content else { return None };
    let one = matches!(check.kind, None | Some(0));
    let ours = one
        && query.scope.is_empty()
        && query.head.terms.is_empty()
        && symbols.get_symbol(body.name) == Some("time")
        && bound == used
        && operator.kind == i32::from(Binary::LessThan)
        && operator.ffi_name.is_none();
    let milliseconds = i64::try_from(end.saturating_mul(1000)).unwrap_or(i64::MAX);
    ours.then(|| Timestamp::from_millis(milliseconds))
}
