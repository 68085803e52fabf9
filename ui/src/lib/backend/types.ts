/**
 * View models: everything the window shows, pushed whole by the wallet.
 *
 * Mirrored field by field in Rust (serde, snake_case). The window renders these and computes no
 * decision, budget or state from them.
 *
 * - Money is a decimal string without grouping or currency: "640.00", "0.000001". Never parsed.
 * - Percentages are whole numbers from 0 to 100, clamped by the wallet.
 * - Times are milliseconds since 1970-01-01T00:00:00Z; `*_at_ms` is a moment.
 * - A nullable field is always present, as `null`; a missing field is a bug.
 * - `string` is the wallet's own wording or something it verified. Whatever an agent, a payee or a
 *   merchant supplied is `TextPart[]`, so that hidden characters cannot reach the screen unmarked.
 */

/** Moments and durations. */
export type Millis = number;

/** A decimal string, for instance "1240.00". Shown with grouping, never calculated with. */
export type Decimal = string;

/** How a word or a bar is coloured. Colour is never the only sign: there is always a word too. */
export type Tone = "plain" | "allow" | "review" | "deny";

/** One run of outside text. `hidden` names a character that would not be seen, such as "U+202E". */
export type TextPart = { kind: "plain"; text: string } | { kind: "hidden"; text: string };

/** One thing the wallet knows for itself. `mono` for addresses, hashes and codes. */
export interface FactLine {
  label: string;
  value: string;
  mono: boolean;
}

/** A short coloured word. */
export interface Tag {
  text: string;
  tone: Tone;
}

/** A standing message across the top of the window: what is the matter and what to do. */
export interface Notice {
  /** Stable code, for tests and support; shown one click below. */
  code: string;
  tone: Tone;
  title: string;
  detail: string;
  what_to_do: string | null;
}

/** An agent wherever it is mentioned. */
export interface AgentRef {
  id: string;
  /** The name that the owner gave. */
  name: string;
  /** Two characters for the avatar. */
  initials: string;
  /** 0 to 7, chosen by the wallet and stable for the agent. */
  colour_index: number;
}

/** Past amounts beside this one, for the dots in a reason. Positions are 0 to 100 on one axis. */
export interface Spread {
  past_percents: number[];
  low: Decimal;
  low_percent: number;
  high: Decimal;
  high_percent: number;
  this_one: Decimal;
  this_percent: number;
}

/** Why the owner is asked: in words, the usual value beside it, the code one click below. */
export interface Reason {
  /** Stable code, such as "tier_one_approver" or "amount_above_usual". */
  code: string;
  /** Without full stop: "9 times its usual amount". */
  title: string;
  /** "It pays 12 to 140, mostly near 71." May be empty. */
  detail: string;
  /** `review` asks, `deny` warns of danger, `plain` informs. */
  tone: Tone;
  tag: Tag | null;
  spread: Spread | null;
}

/** Where the words of the task come from. Only `agent` is unchecked. */
export type TaskOrigin = "owner" | "host_hook" | "mandate" | "agent";

/** What the human wanted. */
export interface TaskView {
  text: TextPart[];
  origin: TaskOrigin;
  /** Where it was said, "Claude Code"; null when that is not known. */
  said_in: string | null;
  said_at_ms: Millis | null;
}

/** A budget as it would be if this request were approved. Solid is spent, hatched is this one. */
export interface BudgetLine {
  /** "Claude Code, day" */
  label: string;
  /** What would be left after this one. */
  left_after: Decimal;
  limit: Decimal;
  currency: string;
  spent_percent: number;
  this_percent: number;
}

/** A request that waits for the owner. The wallet sorts them, soonest deadline first. */
export interface InboxItem {
  /** Payment id. */
  payment: string;
  agent: AgentRef;
  /** The session or task label in the list, "deploy-staging"; agent supplied. */
  session: TextPart[] | null;
  /** The payee's name as it was given to the wallet. A claim unless `payee_name_checked`. */
  payee_name: TextPart[];
  /** True only when the owner named this payee or the wallet proved the name. */
  payee_name_checked: boolean;
  /** Who is really paid, in short, as the wallet saw it: "hetzner.com" or "0x3C44…93BC". */
  payee_account: string;
  /** The payee in full, as the wallet saw it. Shown before `facts`. */
  payee_known: FactLine[];
  amount: Decimal;
  currency: string;
  sandbox: boolean;
  /** In words: "One approver", "Two approvers". */
  tier: string;
  approvals_needed: number;
  approvals_given: number;
  requested_at_ms: Millis;
  expires_at_ms: Millis;
  /** What happens without an answer: "then declined". */
  on_expiry: string;
  /** The reason in the list, a few words: "9 times its usual amount". */
  why_short: string;
  /** At least one. The wallet sorts them, weightiest first. */
  reasons: Reason[];
  task: TaskView | null;
  /** What the agent says, unchecked. */
  claim: TextPart[] | null;
  /** What the merchant says it sells, unchecked. */
  merchant_claim: TextPart[] | null;
  facts: FactLine[];
  budgets: BudgetLine[];
  /** Why the owner cannot approve now ("Everything is frozen."), or null when they can. */
  approve_blocked: string | null;
  /** Digest over the whole request; `approve` carries it back: what was seen is what is signed. */
  digest: string;
}

export type AgentStatus = "active" | "paused" | "revoked";

/** A budget as it stands. The first of an agent's budgets is the one shown in the list. */
export interface AgentBudget {
  /** "Today", "This month", "This session". */
  label: string;
  /** Settled and reserved, by the agent and all below it. */
  spent: Decimal;
  /** What sub-agents may still use of it; null where nothing is held for any. */
  held: Decimal | null;
  /** What it may still spend itself or hand on. */
  left: Decimal;
  limit: Decimal;
  currency: string;
  percent: number;
  /** How much of the limit is held for sub-agents, beside `percent`. */
  held_percent: number;
  /** `plain` in order, `review` nearly used up, `deny` used up or stopped. */
  tone: Tone;
}

/** What is normal for an agent, learned from approved payments. */
export interface BaselineView {
  payments: number;
  /** Heights 0 to 100 from the smallest to the largest usual amount. */
  amount_percents: number[];
  amount_text: string;
  /** 24 heights 0 to 100, one an hour, midnight first. */
  hour_percents: number[];
  hours_text: string;
  payees: TextPart[];
  sure: Tag;
}

/** A circuit breaker that paused an agent, until the owner resumes it. */
export interface Tripped {
  /** The cause, a sentence. */
  why: string;
  at_ms: Millis;
}

/** An open session: what for, how much and how long. */
export interface SessionView {
  session: string;
  purpose: TextPart[];
  /** Who opened it: "by itself", "by you", "by Claude Code". */
  opened: string;
  /** Whether `purpose` is an agent's word. */
  claimed: boolean;
  /** Settled and reserved. */
  spent: Decimal;
  left: Decimal;
  ceiling: Decimal;
  currency: string;
  percent: number;
  tone: Tone;
  ends_at_ms: Millis;
}

export interface AgentView {
  agent: AgentRef;
  /** 0 for an agent of the owner, 1 for its sub-agent and so on; the list comes in tree order. */
  depth: number;
  /** The agent that it has its budget from; null for one of the owner's own. */
  parent: AgentRef | null;
  status: AgentStatus;
  /** Why it is paused or revoked: "spending 6 times its rate". */
  status_reason: string | null;
  /** Whether it is paused itself, and not only stopped with an agent above it. */
  resumable: boolean;
  /** The circuit breaker that paused it. */
  tripped: Tripped | null;
  /** Its open sessions, the one that ends first at the top. */
  sessions: SessionView[];
  budgets: AgentBudget[];
  /** It pays up to this by itself; null when every payment asks. */
  alone_up_to: Decimal | null;
  /** What happens above: "above: you, within 60 min". */
  above_text: string;
  per_transaction: Decimal;
  currency: string;
  credential_expires_at_ms: Millis | null;
  credential_renews: boolean;
  /** "connected on this machine", "never connected". */
  connection: string;
  /** One line for the list: "paid Replicate 4 min ago". */
  last: TextPart[] | null;
  waiting: number;
  /** The policy in words, line by line. */
  policy: FactLine[];
  /** The part of it that the window changes, as it would be typed. */
  limits: LimitsDraft;
  baseline: BaselineView | null;
  /** JSON for an MCP client's configuration. Holds no secret. */
  mcp_snippet: string;
  /** Shell command that starts the agent's door, the same as in the snippet. */
  mcp_command: string;
  /** Newest first, at most 10. */
  latest: ActivityItem[];
}

export type ActivityState =
  | "paid"
  | "waiting"
  | "refused"
  | "declined"
  | "expired"
  | "canceled"
  | "failed"
  | "unknown"
  | "submitted"
  | "event";

/** One line of the activity: a payment and how it stands, or an event such as "Agent added". */
export interface ActivityItem {
  /** Stable and unique in the list. */
  id: string;
  payment: string | null;
  at_ms: Millis;
  agent: AgentRef | null;
  /** Empty for an event. */
  payee_name: TextPart[];
  amount: Decimal | null;
  currency: string | null;
  state: ActivityState;
  /** "Paid", "Refused: above the daily cap", "Agent added". */
  state_text: string;
  /** What decided and what to do about it, in words. */
  detail: string;
  /** The stable code of the rule that decided. */
  rule: string | null;
  /** What the agent gave as its reason, unchecked. */
  claim: TextPart[] | null;
  facts: FactLine[];
  sandbox: boolean;
}

export interface GatewayView {
  /** Where agents reach the wallet; null when the door is closed. */
  url: string | null;
  /** Why the door is closed and what to do; null when all is well. */
  problem: string | null;
}

export interface LogView {
  entries: number;
  /** Root hash of the latest signed checkpoint, shortened. */
  checkpoint: string | null;
}

/** A merchant category that an agent may be limited to. */
export interface CategoryView {
  id: string;
  label: string;
}

export type Phase = "absent" | "locked" | "unlocked";

/** The whole window. While `phase` is not "unlocked" the lists are empty and `log.entries` is 0. */
export interface WalletView {
  phase: Phase;
  banner: Notice | null;
  frozen: boolean;
  /** The wallet's own currency, "USD". */
  currency: string;
  gateway: GatewayView;
  /** Whole minutes until the wallet locks by itself if nobody uses it. */
  unlocked_for_minutes: number;
  inbox: InboxItem[];
  agents: AgentView[];
  /** Newest first; as many as the wallet wishes to send. */
  activity: ActivityItem[];
  categories: CategoryView[];
  log: LogView;
  /** The wallet's clock when the view was made; countdowns run from it. */
  now_ms: Millis;
}

/** Why a command was refused. The window branches on `code` only. */
export interface CommandError {
  code: string;
  message: string;
  what_to_do: string;
}

/** In Rust `Result<T, CommandError>`: a rejected invoke becomes `ok: false` in `tauri.ts`. */
export type CommandResult<T> = { ok: true; value: T } | { ok: false; error: CommandError };

/** What a decision did, in the wallet's words: "Approved 640.00 USD", "It is being paid now." */
export interface Outcome {
  tone: Tone;
  title: string;
  detail: string;
}

/** A payment already on its way that a stop could not call back. */
export interface InFlight {
  payment: string;
  amount: Decimal;
  currency: string;
  payee: TextPart[];
  /** It has settled or died by then. */
  ends_at_ms: Millis;
}

/** What a revocation or a freeze stopped, and what it could not. */
export interface StopStatement {
  /** "Claude Code is revoked". */
  title: string;
  /** Requests and authorizations that were cancelled. */
  cancelled: number;
  in_flight: InFlight[];
  /** Plain sentences, one a line. */
  lines: string[];
}

export interface CreateBegin {
  words: string[];
  /** The 1-based positions that the check asks for, ascending. */
  check: number[];
}

/** An agent's limits as they are typed. Null means no such limit; the three others are required. */
export interface LimitsDraft {
  per_transaction: Decimal;
  per_session: Decimal;
  daily: Decimal;
  weekly: Decimal | null;
  monthly: Decimal | null;
  /** Payments above this ask the owner; null leaves it to the tiers. */
  review_above: Decimal | null;
}

/** A new agent with its limits. */
export interface AgentDraft extends LimitsDraft {
  name: string;
  /** Category ids; empty allows all. */
  allowed_categories: string[];
}

export interface AgentAdded {
  agent: AgentRef;
  mcp_snippet: string;
  command: string;
}

/** What came of one step of the ladder. */
export type WhyResult = "passed" | "asks" | "refused" | "skipped" | "repeats";

/** One step of the ladder. Amounts are in the wallet's currency; attempts are whole numbers. */
export interface WhyStep {
  /** 1 to 12; several steps may share one. */
  step: number;
  /** Stable code of what it looked at, such as "daily_cap". */
  code: string;
  title: string;
  /** Whose limit or rule; null for the agent's own. */
  whose: string | null;
  /** What it counts or looked at. May be empty. */
  named: TextPart[];
  /** Whether `named` is the agent's own word. */
  claimed: boolean;
  result: WhyResult;
  /** Whether the answer came from here. */
  decided: boolean;
  /** What there is to say where nothing was counted. */
  note: string | null;
  limit: Decimal | null;
  /** What was held against the limit: used, held and added together. */
  observed: Decimal | null;
  used: Decimal | null;
  held: Decimal | null;
  adds: Decimal | null;
  before_percent: number;
  adds_percent: number;
}

/** Why a payment was decided as it was: the wallet decides again on the state of then. */
export interface Why {
  /** The entry in the log that decided. */
  seq: number;
  at_ms: Millis;
  tone: Tone;
  /** "A person was asked." */
  title: string;
  steps: WhyStep[];
  /** Whether deciding again gives what the log says. */
  agrees: "same" | "differs" | "unknown";
  /** What it means when it is not "same". */
  warning: string | null;
  /** What the log does not hold, sentences. */
  notes: string[];
}

/** Whether a change lets more through. The engine says so. */
export type Direction = "loosens" | "tightens" | "neutral";

/** One limit that changes. `from` and `to` are words: an amount, or "no limit". */
export interface LimitChange {
  label: string;
  /** The field of the policy. */
  path: string;
  from: string;
  to: string;
  direction: Direction;
}

/** What new limits come to. `seen` goes back when they are set: what was seen is what is set. */
export interface LimitsPlan {
  changes: LimitChange[];
  loosens: boolean;
  seen: string;
}
