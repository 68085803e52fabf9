//! A wallet to try things on. Every step is applied as entries, and checked against a replay.

use crate::explain::*;
use crate::*;
use purser_domain::*;
use rust_decimal::Decimal;

pub const OWNER: ApproverId = ApproverId::from_random(1);
pub const AGENT: AgentId = AgentId::from_random(2);
pub const OTHER: AgentId = AgentId::from_random(3);
pub const CREDENTIAL: CredentialId = CredentialId::from_random(4);
/// 2026-03-02T12:00:00Z, a Monday.
pub const NOON: i64 = 1_772_452_800_000;
pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

pub fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// The time of an RFC 3339 text, in milliseconds.
pub fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

pub fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

pub fn claim(text: &str) -> Claim {
    Claim::new(text, Claim::MAX_BYTES).unwrap()
}

pub fn payment(n: u128) -> PaymentId {
    PaymentId::from_random(n)
}

pub fn payee(host: &str) -> Payee {
    let host = Some(Host::new(host).unwrap());
    Payee { name: claim("Shop"), account: None, host, country: None }
}

pub fn policy(json: &str) -> AgentPolicy {
    let policy: AgentPolicy = serde_json::from_str(json).unwrap();
    policy.validate().unwrap();
    policy
}

/// An agent's policy without narrow caps, so that other limits show.
pub fn wide() -> AgentPolicy {
    policy(r#"{"per_transaction":"100000","per_session":"1000000","daily":"1000000"}"#)
}

pub fn wide_with(limits: &str) -> AgentPolicy {
    let limits = serde_json::from_str(limits).unwrap();
    AgentPolicy { spending_limits: limits, ..wide() }
}

pub fn request(n: u128, amount: &str) -> SpendRequest {
    SpendRequest {
        payment: payment(n),
        agent: AGENT,
        action: Action::Purchase,
        rail: RailId::Sandbox,
        payee: payee("shop.example"),
        amount: Money::parse(amount, "USD").unwrap(),
        category: None,
        session: None,
        task: None,
        subject: None,
        context: None,
        line_items: Vec::new(),
        attribution: purser_domain::Attribution::default(),
        idempotency_key: IdempotencyKey::new(&format!("key-{n}")).unwrap(),
        key_derived: false,
        terms: None,
    }
}

pub fn receipt() -> Receipt {
    Receipt { reference: "tx-1".to_owned(), evidence: None, verified: true }
}

pub fn presented() -> Presented {
    Presented {
        credential: CREDENTIAL,
        scope: Scope::default(),
        expires_at: at(NOON + 30 * MINUTE),
        proof: HolderProof::Signature,
        handed_over: false,
    }
}

/// An agent whose signals only inform, unless its policy names some: what is told in these tests
/// repeats itself as no honest agent does.
pub fn draft(agent: AgentId, name: &str, policy: AgentPolicy) -> AgentDraft {
    let holder_key = Digest::of_bytes(name.as_bytes());
    AgentDraft { agent, name: claim(name), holder_key, policy: quiet(policy) }
}

/// The policy with signals that only inform, unless it names some.
pub fn quiet(mut policy: AgentPolicy) -> AgentPolicy {
    if policy.signals.is_empty() {
        policy.signals = SignalCode::ALL.iter().map(|code| (*code, SignalEffect::Note)).collect();
    }
    policy
}

/// A wallet, its log and a clock.
#[derive(Clone)]
pub struct World {
    pub state: State,
    pub log: Vec<Entry>,
    pub now: i64,
    pub last_payment: u128,
    /// Whether something stands in the log that nobody decided.
    pub planted: bool,
}

impl World {
    /// Nothing yet.
    pub fn empty() -> Self {
        Self {
            state: State::default(),
            log: Vec::new(),
            now: NOON,
            last_payment: 100,
            planted: false,
        }
    }

    /// A wallet with one agent.
    pub fn new(policy: AgentPolicy) -> Self {
        Self::with(WalletPolicy::default(), policy)
    }

    pub fn with(wallet: WalletPolicy, policy: AgentPolicy) -> Self {
        let mut world = Self::empty();
        world.done(Command::CreateWallet { owner: OWNER, policy: wallet });
        world.done(Command::AddAgent(draft(AGENT, "Agent", policy)));
        world
    }

    pub fn in_zone(zone: &str, start: &str, policy: AgentPolicy) -> Self {
        let mut world = Self::empty();
        world.now = ms(start);
        let wallet = WalletPolicy { time_zone: zone.to_owned(), ..WalletPolicy::default() };
        world.done(Command::CreateWallet { owner: OWNER, policy: wallet });
        world.done(Command::AddAgent(draft(AGENT, "Agent", policy)));
        world
    }

    pub fn decide(&self, command: &Command) -> Decision {
        decide(&self.state, command, at(self.now))
    }

    /// Decides, applies, and answers.
    pub fn run(&mut self, command: Command) -> Reply {
        let decision = self.decide(&command);
        if let Some(Uncounted { agent, refusal }) = decision.coalesce {
            self.done(Command::NoteRefusals { agent, refusal, count: 1 });
        }
        for event in decision.events {
            let entry = Entry {
                seq: self.state.next_seq(),
                at_ms: decision.at,
                clock_ms: decision.clock,
                event,
            };
            self.state.apply(&entry).unwrap();
            self.log.push(entry);
        }
        decision.reply
    }

    /// Has the owner open a session for the agent.
    pub fn open(&mut self, session: &str, ceiling: &str, minutes: i64) {
        let terms = self.terms(session, ceiling, minutes);
        self.done(open_session(AGENT, SessionActor::Owner, terms));
    }

    /// How far a session goes that begins now.
    pub fn terms(&self, session: &str, ceiling: &str, minutes: i64) -> SessionTerms {
        SessionTerms {
            session: Label::new(session).unwrap(),
            purpose: claim("a task"),
            ceiling: dec(ceiling),
            ends_at_ms: at(self.now + minutes * MINUTE),
            task: None,
            attribution: Attribution::default(),
        }
    }

    /// Adds a sub-agent.
    pub fn sub(
        &mut self,
        parent: AgentId,
        agent: AgentId,
        policy: AgentPolicy,
        allocation: Allocation,
    ) {
        self.done(delegate(parent, draft(agent, &format!("Agent {agent}"), policy), allocation));
    }

    /// Whether an event could have been written here; applied if so.
    pub fn applies(&mut self, event: Event) -> Result<(), ApplyError> {
        let at_ms = at(self.now).max(self.state.clock());
        let entry = Entry { seq: self.state.next_seq(), at_ms, clock_ms: None, event };
        let mut state = self.state.clone();
        state.apply(&entry)?;
        self.planted = true;
        self.state = state;
        self.log.push(entry);
        Ok(())
    }

    pub fn done(&mut self, command: Command) {
        let shown = format!("{command:?}");
        assert_eq!(self.run(command), Reply::Done, "{shown}");
    }

    /// The error of a command that must have one.
    pub fn error(&mut self, command: Command) -> CommandError {
        match self.run(command) {
            Reply::Error(error) => error,
            reply => panic!("no error but {reply:?}"),
        }
    }

    pub fn wait(&mut self, ms: i64) -> &mut Self {
        self.now += ms;
        self
    }

    pub fn go_to(&mut self, time: &str) -> &mut Self {
        self.now = ms(time);
        self
    }

    /// Asks with nothing presented.
    pub fn ask(&mut self, request: SpendRequest) -> SpendReply {
        self.ask_with(request, None)
    }

    pub fn ask_with(&mut self, request: SpendRequest, shown: Option<Presented>) -> SpendReply {
        let before = self.log.len();
        let command = Command::Spend { request: Box::new(request), presented: shown };
        let reply = self.run(command);
        let attempt = |entry: &&Entry| {
            let kinds = ["spend_refused", "attempts_refused", "spend_reserved", "spend_repeated"];
            kinds.contains(&entry.event.kind())
        };
        let attempts = self.log[before..].iter().filter(attempt).count();
        assert_eq!(attempts, 1, "one entry for each attempt");
        match reply {
            Reply::Spend(reply) => reply,
            reply => panic!("no answer but {reply:?}"),
        }
    }

    pub fn refusal(&mut self, request: SpendRequest) -> Refusal {
        refused(self.ask(request))
    }

    /// A fresh request for an amount.
    pub fn fresh(&mut self, amount: &str) -> SpendRequest {
        self.last_payment += 1;
        request(self.last_payment, amount)
    }

    /// A fresh request that must be reserved.
    pub fn reserve(&mut self, amount: &str) -> PaymentId {
        let request = self.fresh(amount);
        self.reserved(request)
    }

    pub fn reserved(&mut self, request: SpendRequest) -> PaymentId {
        match self.ask(request) {
            SpendReply::Reserved { payment } => payment,
            reply => panic!("not reserved but {reply:?}"),
        }
    }

    pub fn approve(&mut self, payment: PaymentId) {
        let digest = self.approval(payment).digest;
        self.done(Command::Approve { payment, approver: OWNER, digest });
    }

    pub fn approval(&self, payment: PaymentId) -> ApprovalRequirement {
        self.state.payment(payment).unwrap().reservation.approval.clone().unwrap()
    }

    pub fn submit_command(&self, payment: PaymentId) -> Command {
        Command::Submit { payment, valid_until: at(self.now + MINUTE) }
    }

    pub fn submit(&mut self, payment: PaymentId) -> Box<Authorized> {
        match self.run(self.submit_command(payment)) {
            Reply::Authorized(authorized) => authorized,
            reply => panic!("not authorized but {reply:?}"),
        }
    }

    pub fn succeed(&mut self, payment: PaymentId, settled: &str) {
        let resolution = Resolution::Succeeded { settled: dec(settled), receipt: receipt() };
        self.done(Command::Resolve { payment, resolution });
    }

    /// Asks, submits and pays in full.
    pub fn pay(&mut self, amount: &str) -> PaymentId {
        let payment = self.reserve(amount);
        self.submit(payment);
        self.succeed(payment, amount);
        payment
    }

    pub fn status(&self, payment: PaymentId) -> &PaymentStatus {
        &self.state.payment(payment).unwrap().status
    }

    /// Settled and reserved of the first line of a kind.
    pub fn used(&self, kind: fn(&BudgetKind) -> bool) -> (Decimal, Decimal) {
        let lines = self.state.budgets(AGENT, at(self.now));
        let line = lines.into_iter().find(|line| kind(&line.kind)).unwrap();
        (line.settled, line.reserved)
    }

    pub fn daily(&self) -> (Decimal, Decimal) {
        self.used(|kind| *kind == BudgetKind::Daily)
    }

    pub fn issue(&mut self, bearer: bool) {
        let expires_at = at(self.now + HOUR);
        self.done(issue(CREDENTIAL, expires_at, bearer));
    }

    /// Whether the log alone gives this state (I8), its bytes do, and each entry is what deciding
    /// gives.
    pub fn assert_replays(&self) {
        if !self.planted {
            assert_judged(&self.log);
        }
        let mut replayed = State::default();
        for entry in &self.log {
            let text = serde_json::to_string(entry).unwrap();
            replayed.apply(&serde_json::from_str(&text).unwrap()).unwrap();
        }
        assert!(replayed == self.state, "the log does not give the state");
        let again = State::from_snapshot(&self.state.to_snapshot().unwrap()).unwrap();
        assert!(again == self.state, "its bytes do not give the state");
        for open in self.state.open.values() {
            let payment = self.state.payment(open.payment).unwrap();
            assert_eq!(open.submitted, !payment.is_unsubmitted(), "{:?}", payment.status);
        }
    }
}

/// Whether a log is judged as it stands, and each decision in it explained by its own steps.
pub fn assert_judged(log: &[Entry]) {
    let mut judge = Judge::default();
    for entry in log {
        if let Some(explained) = explain_entry(judge.state(), entry, None) {
            assert_explained(entry, &explained);
        }
        let kept = match &entry.event {
            Event::AgentAskRefused { .. } => false,
            // The log has the first request; the judge keeps only the state.
            Event::SpendRepeated { payment, .. } => judge.state().payment(*payment).is_some(),
            _ => true,
        };
        let judged = judge.add(entry).unwrap();
        let expected = if kept { Judgement::Same } else { Judgement::Unknown };
        assert_eq!(judged, expected, "{entry:?}");
    }
}

fn assert_explained(entry: &Entry, explained: &Explained) {
    let steps = &explained.steps;
    let refusals: Vec<_> = steps.iter().filter_map(Step::refusal).collect();
    assert!(steps.iter().map(|step| step.step).is_sorted(), "{steps:#?}");
    match &entry.event {
        Event::SpendRefused { refusal, .. } => {
            assert_eq!(explained.agreement, Agreement::Same, "{entry:?}");
            assert_eq!(refusals, [refusal], "one step refuses: {steps:#?}");
            assert_eq!(steps.last().and_then(Step::refusal), Some(refusal), "the last one");
        }
        Event::SpendReserved { .. } | Event::SpendRepeated { .. } => {
            assert_eq!(explained.agreement, Agreement::Same, "{entry:?}");
            assert!(refusals.is_empty(), "{steps:#?}");
        }
        _ => assert_eq!(explained.agreement, Agreement::Unknown),
    }
    for Compared { limit, used, held, adds, observed } in
        steps.iter().filter_map(|step| step.compared.as_ref())
    {
        assert_eq!(*observed, used + held + adds, "{steps:#?}");
        assert!(observed <= limit || steps.iter().any(over), "{steps:#?}");
    }
}

/// Whether a step may compare something that is above its limit.
fn over(step: &Step) -> bool {
    step.result != StepResult::Passed || matches!(step.check, Check::Tier | Check::ReviewAbove)
}

pub fn issue(credential: CredentialId, expires_at: Timestamp, bearer: bool) -> Command {
    let scope = Scope::default();
    let revocation_ids = vec!["aa".to_owned()];
    Command::IssueCredential { credential, agent: AGENT, scope, expires_at, bearer, revocation_ids }
}

pub fn refused(reply: SpendReply) -> Refusal {
    match reply {
        SpendReply::Refused(refusal) => refusal,
        reply => panic!("not refused but {reply:?}"),
    }
}

pub fn delegate(parent: AgentId, draft: AgentDraft, allocation: Allocation) -> Command {
    Command::Delegate(Box::new(Delegation { parent, presented: None, draft, allocation }))
}

pub fn open_session(agent: AgentId, by: SessionActor, terms: SessionTerms) -> Command {
    Command::OpenSession { agent, by, presented: None, terms: Box::new(terms) }
}

pub fn in_session(mut request: SpendRequest, session: &str) -> SpendRequest {
    request.session = Some(Label::new(session).unwrap());
    request
}
