/** The demonstration's agents and history, as an owner would meet them. */
import { hetzner, sandboxed, steelcase, suite } from "./fake-requests";
import {
  BIDDER,
  CLAUDE,
  fact,
  mcp_command,
  mcp_snippet,
  MINUTE,
  plain,
  PROCURE,
  RESEARCH,
  RUNNER,
  TRIP,
} from "./fake-words";
import type {
  ActivityItem,
  AgentBudget,
  AgentRef,
  AgentView,
  Millis,
  Tone,
  WalletView,
} from "./types";

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
  const waiting = {
    state: "waiting",
    state_text: "Waits for you",
    detail: "It stands in the inbox.",
    rule: "tier_one_approver",
  } as const;
  return [
    activity(now, "a01", 4, {
      payee_name: plain("Replicate"),
      amount: "0.04",
      currency: "USD",
      claim: plain("Upscale the hero image."),
      facts: [fact("Payee", "replicate.com"), fact("Pays by", "x402 exact, USDC on Base")],
    }),
    activity(now, "a02", 8, {
      agent: TRIP,
      payee_name: suite(now).payee_name,
      amount: "2400.00",
      currency: "USD",
      ...waiting,
      rule: "condition_hotel_night",
    }),
    activity(now, "a03", 11, {
      payee_name: plain("db-tools.example"),
      amount: "89.00",
      currency: "USD",
      state: "refused",
      state_text: "Refused: payee not allowed",
      detail:
        "The category Software licences is not among those you allowed. " +
        "Allow it under the agent, or leave it refused.",
      rule: "scope_category",
      claim: plain("A licence is needed to run the migration."),
    }),
    activity(now, "a04", 19, {
      payee_name: plain("Hetzner Cloud"),
      amount: "640.00",
      currency: "USD",
      ...waiting,
    }),
    activity(now, "a05", 31, {
      agent: BIDDER,
      payee_name: plain("AdExchange"),
      amount: "4.10",
      currency: "USD",
      state: "refused",
      state_text: "Refused: agent is paused",
      detail: "Spending ran at 6 times its 30-day rate. Look at it and resume it, or revoke it.",
      rule: "breaker_spend_rate",
    }),
    activity(now, "a06", 32, {
      agent: BIDDER,
      payment: null,
      state: "event",
      state_text: "Ad bidder paused",
      detail: "Spending 6 times its rate. It stays paused until you resume it.",
      rule: "breaker_spend_rate",
    }),
    activity(now, "a07", 44, {
      agent: RESEARCH,
      payee_name: plain("Paper archive (test)"),
      amount: "2.00",
      currency: "USD",
      sandbox: true,
    }),
    activity(now, "a08", 58, {
      agent: RUNNER,
      payee_name: plain("Anthropic"),
      amount: "0.310",
      currency: "USD",
      facts: [fact("Handed by", "Claude Code, 50.00 until 15:30")],
    }),
    activity(now, "a09", 95, {
      agent: PROCURE,
      payee_name: plain("Bechtle Direct"),
      amount: "1120.40",
      currency: "EUR",
      state: "submitted",
      state_text: "On the way",
      detail: "Approved by you and Mara Lindqvist. The bank has it; it settles within a day.",
      rule: "tier_two_approvers",
    }),
    activity(now, "a10", 160, {
      agent: TRIP,
      payee_name: plain("SNCF Connect"),
      amount: "78.00",
      currency: "EUR",
      state: "unknown",
      state_text: "Outcome unknown",
      detail:
        "The rail did not answer. " +
        "The wallet keeps asking it with the same key and does not pay again.",
      rule: "rail_no_answer",
    }),
    activity(now, "a11", 26 * 60, {
      payee_name: plain("Vercel"),
      amount: "20.00",
      currency: "USD",
    }),
    activity(now, "a12", 27 * 60, {
      agent: PROCURE,
      payee_name: plain("Nordwind Lager"),
      amount: "40000.00",
      currency: "EUR",
      state: "expired",
      state_text: "Expired: no answer",
      detail:
        "Two approvers were asked and nobody answered in 15 minutes. The agent was told to pause.",
      rule: "approval_window",
    }),
    activity(now, "a13", 28 * 60, {
      agent: RESEARCH,
      payee_name: plain("Elsevier"),
      amount: "41.95",
      currency: "USD",
      state: "declined",
      state_text: "Declined by you",
      detail: "You said: “The library has it.”",
      rule: "owner_denied",
    }),
    activity(now, "a14", 29 * 60, {
      payee_name: plain("npm, Inc."),
      amount: "7.00",
      currency: "USD",
      state: "failed",
      state_text: "Failed: card refused",
      detail:
        "The merchant's bank refused the card. Nothing was charged; the budget was given back.",
      rule: "rail_declined",
    }),
    activity(now, "a15", 30 * 60, {
      payment: null,
      agent: null,
      state: "event",
      state_text: "Limit changed",
      detail: "Claude Code, per day: 500 to 1,000, by you.",
      rule: "policy_version_7",
    }),
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
  const latest = (agent: AgentRef) =>
    past.filter((item) => item.agent?.id === agent.id).slice(0, 10);
  const ends = (minutes: number) => now + minutes * MINUTE;
  const connected = "connected on this machine";
  return [
    new_agent(CLAUDE, {
      budgets: [
        budget("Today", "210.00", "790.00", "1000.00", 21),
        budget("This month", "1700.00", "3300.00", "5000.00", 34),
      ],
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
        hour_percents: [
          0, 0, 0, 0, 0, 0, 4, 24, 60, 92, 88, 55, 80, 100, 96, 88, 66, 36, 8, 0, 0, 10, 0, 0,
        ],
        hours_text: "7 to 18 o’clock, about 9 payments a day",
        payees: plain("Anthropic, Replicate, Vercel, npm and 6 more; one in 20 is new"),
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
      budgets: [
        budget("Today", "93.80", "6.20", "100.00", 94, "review"),
        budget("This session", "31.00", "19.00", "50.00", 62),
      ],
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
