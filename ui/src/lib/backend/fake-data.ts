/**
 * Demonstration data: agents, requests and a history as an owner would meet them, among them an
 * agent that was talked into a wrong purchase, a name with a hidden character and a sandbox payment.
 */
import type {
  ActivityItem,
  AgentBudget,
  AgentRef,
  AgentView,
  FactLine,
  InboxItem,
  Millis,
  Reason,
  TextPart,
  Tone,
  WalletView,
} from "./types";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const plain = (text: string): TextPart[] => [{ kind: "plain", text }];
const fact = (label: string, value: string, mono = false): FactLine => ({ label, value, mono });
const ref = (id: string, name: string, initials: string, colour_index: number): AgentRef => ({
  id,
  name,
  initials,
  colour_index,
});
const reason = (code: string, title: string, detail: string, tone: Tone = "review"): Reason => ({
  code,
  title,
  detail,
  tone,
  tag: null,
  spread: null,
});

export const CLAUDE = ref("agt_01claude", "Claude Code", "CC", 0);
export const RUNNER = ref("agt_02runner", "test-runner", "te", 5);
const TRIP = ref("agt_03trip", "Trip planner", "TR", 1);
const PROCURE = ref("agt_04procure", "Procurement", "PR", 2);
const BIDDER = ref("agt_05bidder", "Ad bidder", "AD", 4);
const RESEARCH = ref("agt_06research", "Research assistant", "RA", 3);

export function mcp_command(id: string): string {
  return `purser mcp --agent ${id}`;
}

export function mcp_snippet(id: string): string {
  const server = { command: "purser", args: ["mcp", "--agent", id] };
  return JSON.stringify({ mcpServers: { purser: server } }, null, 2);
}

function hetzner(now: Millis): InboxItem {
  return {
    payment: "pay_01jd8k2hetzner",
    agent: CLAUDE,
    session: plain("deploy-staging"),
    payee_name: plain("Hetzner Cloud"),
    payee_name_checked: true,
    payee_account: "hetzner.com",
    payee_known: [fact("Payee", "Hetzner Cloud GmbH · hetzner.com · Germany")],
    amount: "640.00",
    currency: "USD",
    sandbox: false,
    tier: "One approver",
    approvals_needed: 1,
    approvals_given: 0,
    requested_at_ms: now - 19 * MINUTE,
    expires_at_ms: now + 41 * MINUTE + 20_000,
    on_expiry: "then declined",
    why_short: "9 times its usual amount",
    reasons: [
      reason("tier_one_approver", "Above 500 needs one approver", "Your high-value tier."),
      {
        ...reason(
          "amount_above_usual",
          "9 times its usual amount",
          "It pays 12 to 140, mostly near 71.",
        ),
        spread: {
          past_percents: [1, 3, 6, 8, 9, 11, 13, 16, 20],
          low: "12",
          low_percent: 1,
          high: "140",
          high_percent: 20,
          this_one: "640",
          this_percent: 98,
        },
      },
      {
        ...reason("payee_first_payment", "First payment to this account", "You named Hetzner yourself.", "plain"),
        tag: { text: "Named by you", tone: "allow" },
      },
    ],
    task: {
      text: plain("Set up a staging server on Hetzner like production and deploy the branch. Keep it cheap."),
      origin: "host_hook",
      said_in: "Claude Code",
      said_at_ms: now - 23 * MINUTE,
    },
    claim: plain("Annual prepayment of a CCX33 gives 20 % off compared to monthly billing."),
    facts: [
      fact("Category", "Cloud computing"),
      fact("Pays by", "x402 exact, USDC on Base, 0x3C44…93BC"),
      fact("Terms", "640.00 fixed, valid for 41 min, refundable by the payee"),
      fact("Charged to", "deploy-staging, started by you"),
    ],
    budgets: [
      { label: "Claude Code, day", left_after: "150.00", limit: "1000.00", currency: "USD", spent_percent: 21, this_percent: 64 },
      { label: "Claude Code, month", left_after: "2660.00", limit: "5000.00", currency: "USD", spent_percent: 34, this_percent: 13 },
      { label: "Cloud computing, month", left_after: "320.00", limit: "2000.00", currency: "USD", spent_percent: 52, this_percent: 32 },
    ],
    approve_blocked: null,
    digest: "sha256:7f1c0e52b9a4d6d38f6a0c91e3f0b7a2c5d41e88",
  };
}

function suite(now: Millis): InboxItem {
  return {
    ...hetzner(now),
    payment: "pay_01jd8m4suite",
    agent: TRIP,
    session: plain("Paris in January"),
    payee_name: [
      { kind: "plain", text: "Le Marais " },
      { kind: "hidden", text: "U+202E" },
      { kind: "plain", text: "Boutique" },
    ],
    payee_name_checked: false,
    payee_account: "lemarais-boutique.example",
    payee_known: [
      fact("Payee", "lemarais-boutique.example, first seen today"),
      fact("Account", "0x90F79bf6EB2c4f870365E785982E1f101E93b906", true),
    ],
    amount: "2400.00",
    requested_at_ms: now - 8 * MINUTE,
    expires_at_ms: now + 52 * MINUTE,
    why_short: "A night above 300, and a hidden character",
    reasons: [
      reason("hidden_character", "The payee's name hides a character", "It turns the direction of the text, so the name reads otherwise than it is written.", "deny"),
      reason("condition_hotel_night", "A hotel night above 300 asks", "This one is 1,200 a night, for two nights. Your condition on this trip."),
      reason("task_mismatch", "It does not fit what you asked", "You asked for a standard room; the payee sells “Suite Royale”."),
    ],
    task: {
      text: plain("Book two nights in Paris in January, a simple hotel near Le Marais. Stay under 1,000 for the whole trip."),
      origin: "host_hook",
      said_in: "Claude Code",
      said_at_ms: now - 3 * HOUR,
    },
    claim: plain("This is an industry standard room. The page says that prices rise within the hour, so it should be booked at once."),
    facts: [
      fact("Category", "Lodging"),
      fact("Pays by", "Stripe, virtual card for this merchant"),
      fact("Terms", "2,400.00 fixed, not refundable"),
      fact("Charged to", "Paris in January, started by you"),
    ],
    budgets: [
      { label: "Paris in January, trip", left_after: "0.00", limit: "1000.00", currency: "USD", spent_percent: 0, this_percent: 100 },
    ],
    approve_blocked: "It is above the trip's budget of 1,000. Raise the budget first, or deny.",
    digest: "sha256:11c2aa0f4be7720d9c1355e0aa6d51f09be3c7d1",
  };
}

function steelcase(now: Millis): InboxItem {
  return {
    ...hetzner(now),
    payment: "pay_01jd8n7steel",
    agent: PROCURE,
    session: plain("Office, second floor"),
    payee_name: plain("Steelcase Europe"),
    payee_account: "DE75 5121 0800 1245 1261 99",
    payee_known: [
      fact("Payee", "Steelcase AG · steelcase.com · Germany"),
      fact("Account", "DE75 5121 0800 1245 1261 99", true),
      fact("Paid before", "11 times since March, last 3 weeks ago"),
    ],
    amount: "7900.00",
    currency: "EUR",
    tier: "Two approvers",
    approvals_needed: 2,
    approvals_given: 1,
    requested_at_ms: now - 6 * MINUTE,
    expires_at_ms: now + 9 * MINUTE + 4_000,
    why_short: "Needs two approvers",
    reasons: [
      reason("tier_two_approvers", "Above 5,000 needs two approvers", "Mara Lindqvist signed 4 minutes ago. You are the second."),
      { ...reason("amount_within_usual", "A usual amount for this payee", "It pays 2,100 to 9,400.", "plain"), tag: { text: "Known payee", tone: "allow" } },
    ],
    task: { text: plain("Twelve desks for the second floor, delivered before the move on 8 December."), origin: "mandate", said_in: null, said_at_ms: now - 26 * HOUR },
    claim: plain("Order 4471-B, 12 × Migration SE. Delivery on 3 December confirmed by the dealer."),
    facts: [
      fact("Category", "Office furniture"),
      fact("Pays by", "SEPA transfer through Stripe"),
      fact("Terms", "7,900.00 invoice INV-2291, due in 14 days"),
      fact("Charged to", "Facilities, by cost rule 3"),
    ],
    budgets: [
      { label: "Procurement, month", left_after: "4500.00", limit: "20000.00", currency: "EUR", spent_percent: 38, this_percent: 39 },
    ],
    digest: "sha256:92f05bb17dd0a6f1e02c44c2a3709d1ebbaa5610",
  };
}

function sandboxed(now: Millis): InboxItem {
  return {
    ...hetzner(now),
    payment: "pay_01jd8p1sandbox",
    agent: RESEARCH,
    session: plain("try-out"),
    payee_name: plain("Paper archive (test)"),
    payee_name_checked: false,
    payee_account: "sandbox:paper-archive",
    payee_known: [fact("Payee", "sandbox:paper-archive", true)],
    amount: "12.50",
    sandbox: true,
    expires_at_ms: now + 55 * MINUTE,
    why_short: "You asked to see above 10",
    reasons: [reason("review_above", "Above 10 asks you", "Your limit for this agent.")],
    task: null,
    claim: plain("Full text of three papers for the literature review."),
    facts: [fact("Category", "Books and periodicals"), fact("Pays by", "Sandbox")],
    budgets: [
      { label: "Research assistant, day", left_after: "84.20", limit: "100.00", currency: "USD", spent_percent: 3, this_percent: 13 },
    ],
    digest: "sha256:5ad0c7e1f2039b88b1c6e4d7f09a1b2c3d4e5f60",
  };
}

const activity = (
  now: Millis,
  id: string,
  minutes: number,
  over: Partial<ActivityItem>,
): ActivityItem => ({
  id,
  payment: `pay_${id}`,
  at_ms: now - minutes * MINUTE,
  agent: CLAUDE,
  payee_name: [],
  amount: null,
  currency: null,
  state: "paid",
  state_text: "Paid",
  detail: "Within its limits; no one had to be asked.",
  rule: "within_envelopes",
  claim: null,
  facts: [],
  sandbox: false,
  ...over,
});

export function history(now: Millis): ActivityItem[] {
  const waiting = { state: "waiting", state_text: "Waits for you", detail: "It stands in the inbox.", rule: "tier_one_approver" } as const;
  return [
    activity(now, "a01", 4, { payee_name: plain("Replicate"), amount: "0.04", currency: "USD", claim: plain("Upscale the hero image."), facts: [fact("Payee", "replicate.com"), fact("Pays by", "x402 exact, USDC on Base")] }),
    activity(now, "a02", 8, { agent: TRIP, payee_name: suite(now).payee_name, amount: "2400.00", currency: "USD", ...waiting, rule: "condition_hotel_night" }),
    activity(now, "a03", 11, { payee_name: plain("db-tools.example"), amount: "89.00", currency: "USD", state: "refused", state_text: "Refused: payee not allowed", detail: "The category Software licences is not among those you allowed. Allow it under the agent, or leave it refused.", rule: "scope_category", claim: plain("A licence is needed to run the migration.") }),
    activity(now, "a04", 19, { payee_name: plain("Hetzner Cloud"), amount: "640.00", currency: "USD", ...waiting }),
    activity(now, "a05", 31, { agent: BIDDER, payee_name: plain("AdExchange"), amount: "4.10", currency: "USD", state: "refused", state_text: "Refused: agent is paused", detail: "Spending ran at 6 times its 30-day rate. Look at it and resume it, or revoke it.", rule: "breaker_spend_rate" }),
    activity(now, "a06", 32, { agent: BIDDER, payment: null, state: "event", state_text: "Ad bidder paused", detail: "Spending 6 times its rate. It stays paused until you resume it.", rule: "breaker_spend_rate" }),
    activity(now, "a07", 44, { agent: RESEARCH, payee_name: plain("Paper archive (test)"), amount: "2.00", currency: "USD", sandbox: true }),
    activity(now, "a08", 58, { agent: RUNNER, payee_name: plain("Anthropic"), amount: "0.310", currency: "USD", facts: [fact("Handed by", "Claude Code, 50.00 until 15:30")] }),
    activity(now, "a09", 95, { agent: PROCURE, payee_name: plain("Bechtle Direct"), amount: "1120.40", currency: "EUR", state: "submitted", state_text: "On the way", detail: "Approved by you and Mara Lindqvist. The bank has it; it settles within a day.", rule: "tier_two_approvers" }),
    activity(now, "a10", 160, { agent: TRIP, payee_name: plain("SNCF Connect"), amount: "78.00", currency: "EUR", state: "unknown", state_text: "Outcome unknown", detail: "The rail did not answer. The wallet keeps asking it with the same key and does not pay again.", rule: "rail_no_answer" }),
    activity(now, "a11", 26 * 60, { payee_name: plain("Vercel"), amount: "20.00", currency: "USD" }),
    activity(now, "a12", 27 * 60, { agent: PROCURE, payee_name: plain("Nordwind Lager"), amount: "40000.00", currency: "EUR", state: "expired", state_text: "Expired: no answer", detail: "Two approvers were asked and nobody answered in 15 minutes. The agent was told to pause.", rule: "approval_window" }),
    activity(now, "a13", 28 * 60, { agent: RESEARCH, payee_name: plain("Elsevier"), amount: "41.95", currency: "USD", state: "declined", state_text: "Declined by you", detail: "You said: “The library has it.”", rule: "owner_denied" }),
    activity(now, "a14", 29 * 60, { payee_name: plain("npm, Inc."), amount: "7.00", currency: "USD", state: "failed", state_text: "Failed: card refused", detail: "The merchant's bank refused the card. Nothing was charged; the budget was given back.", rule: "rail_declined" }),
    activity(now, "a15", 30 * 60, { payment: null, agent: null, state: "event", state_text: "Limit changed", detail: "Claude Code, per day: 500 to 1,000, by you.", rule: "policy_version_7" }),
  ];
}

const budget = (
  label: string,
  spent: string,
  left: string,
  limit: string,
  percent: number,
  tone: Tone = "plain",
  currency = "USD",
): AgentBudget => ({ label, spent, left, limit, currency, percent, tone });

export function new_agent(agent: AgentRef, over: Partial<AgentView> = {}): AgentView {
  return {
    agent,
    depth: 0,
    status: "active",
    status_reason: null,
    budgets: [],
    alone_up_to: "50.00",
    above_text: "above: refused",
    per_transaction: "50.00",
    currency: "USD",
    credential_expires_at_ms: null,
    credential_renews: true,
    connection: "never connected",
    last: null,
    waiting: 0,
    policy: [],
    baseline: null,
    mcp_snippet: mcp_snippet(agent.id),
    mcp_command: mcp_command(agent.id),
    latest: [],
    ...over,
  };
}

export function agents(now: Millis, past: ActivityItem[]): AgentView[] {
  const latest = (agent: AgentRef) => past.filter((item) => item.agent?.id === agent.id).slice(0, 10);
  const ends = (minutes: number) => now + minutes * MINUTE;
  const connected = "connected on this machine";
  return [
    new_agent(CLAUDE, {
      budgets: [budget("Today", "210.00", "790.00", "1000.00", 21), budget("This month", "1700.00", "3300.00", "5000.00", 34)],
      alone_up_to: "500.00",
      above_text: "above: you, within 60 min",
      per_transaction: "1000.00",
      credential_expires_at_ms: ends(38),
      connection: connected,
      last: plain("paid Replicate 4 min ago"),
      policy: [
        fact("Categories", "Cloud computing, Software, AI services"),
        fact("Per payment", "at most 1,000.00 USD"),
        fact("Per session", "at most 1,000.00 USD"),
        fact("Rate", "30 requests a minute"),
        fact("Policy", "version 7, by you, yesterday"),
      ],
      baseline: {
        payments: 214,
        amount_percents: [25, 40, 66, 92, 100, 84, 58, 36, 20, 6, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        amount_text: "mostly 40 to 110, half below 71, highest 140",
        hour_percents: [0, 0, 0, 0, 0, 0, 4, 24, 60, 92, 88, 55, 80, 100, 96, 88, 66, 36, 8, 0, 0, 10, 0, 0],
        hours_text: "7 to 18 o’clock, about 9 payments a day",
        payees: plain("Anthropic, Replicate, Vercel, npm and 6 more · a new one every 20 payments"),
        sure: { text: "Well known", tone: "allow" },
      },
      latest: latest(CLAUDE),
    }),
    new_agent(RUNNER, {
      depth: 1,
      budgets: [budget("Handed", "8.80", "41.20", "50.00", 18)],
      alone_up_to: "5.00",
      above_text: "above: refused",
      per_transaction: "5.00",
      credential_expires_at_ms: ends(61),
      credential_renews: false,
      connection: "handed 50 by Claude Code",
      last: plain("handed 50 · ends in 1 h"),
      latest: latest(RUNNER),
    }),
    new_agent(TRIP, {
      budgets: [budget("Trip", "0.00", "1000.00", "1000.00", 0)],
      alone_up_to: "300.00",
      above_text: "above: you, within 60 min",
      per_transaction: "1000.00",
      credential_expires_at_ms: ends(22),
      connection: connected,
      waiting: 1,
      latest: latest(TRIP),
    }),
    new_agent(PROCURE, {
      budgets: [budget("Month", "7600.00", "12400.00", "20000.00", 38, "plain", "EUR")],
      alone_up_to: "500.00",
      above_text: "above: you; 5,000: two of you",
      per_transaction: "10000.00",
      currency: "EUR",
      credential_expires_at_ms: ends(51),
      connection: "connected from ops-laptop",
      last: plain("1 of 2 signed"),
      latest: latest(PROCURE),
    }),
    new_agent(BIDDER, {
      status: "paused",
      status_reason: "spending 6 times its rate",
      budgets: [budget("Today", "188.00", "312.00", "500.00", 38, "deny")],
      alone_up_to: "5.00",
      per_transaction: "5.00",
      credential_expires_at_ms: ends(4),
      connection: connected,
      latest: latest(BIDDER),
    }),
    new_agent(RESEARCH, {
      budgets: [budget("Today", "93.80", "6.20", "100.00", 94, "review"), budget("This session", "31.00", "19.00", "50.00", 62)],
      alone_up_to: "10.00",
      above_text: "above: you, within 60 min",
      credential_expires_at_ms: ends(17),
      connection: "not connected now",
      last: plain("declined by you yesterday"),
      latest: latest(RESEARCH),
    }),
  ];
}

export function full_view(now: Millis): WalletView {
  const past = history(now);
  return {
    phase: "unlocked",
    banner: null,
    frozen: false,
    currency: "USD",
    gateway: { url: "http://127.0.0.1:7402", problem: null },
    unlocked_for_minutes: 12,
    inbox: [steelcase(now), hetzner(now), suite(now), sandboxed(now)],
    agents: agents(now, past),
    activity: past,
    categories: [
      { id: "software", label: "Software" },
      { id: "cloud_computing", label: "Cloud computing" },
      { id: "ai_services", label: "AI services" },
      { id: "data", label: "Data" },
      { id: "travel", label: "Travel" },
      { id: "lodging", label: "Lodging" },
      { id: "office", label: "Office supplies" },
      { id: "advertising", label: "Advertising" },
    ],
    log: { entries: 12_604, checkpoint: "qZ1m…8f0=" },
    now_ms: now,
  };
}
