/**
 * The requests of the demonstration: an ordinary one, one of an agent that was talked into a wrong
 * purchase under a name with a hidden character, one for two approvers and one in the sandbox.
 */
import type { InboxItem, Millis } from "./types";
import { CLAUDE, fact, HOUR, MINUTE, plain, PROCURE, reason, RESEARCH, TRIP } from "./fake-words";

export function hetzner(now: Millis): InboxItem {
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
        ...reason(
          "payee_first_payment",
          "First payment to this account",
          "You named Hetzner yourself.",
          "plain",
        ),
        tag: { text: "Named by you", tone: "allow" },
      },
    ],
    task: {
      text: plain(
        "Set up a staging server on Hetzner like production and deploy the branch. Keep it cheap.",
      ),
      origin: "host_hook",
      said_in: "Claude Code",
      said_at_ms: now - 23 * MINUTE,
    },
    claim: plain("Annual prepayment of a CCX33 gives 20 % off compared to monthly billing."),
    merchant_claim: null,
    facts: [
      fact("Category", "Cloud computing"),
      fact("Pays by", "x402 exact, USDC on Base, 0x3C44…93BC"),
      fact("Terms", "640.00 fixed, valid for 41 min, refundable by the payee"),
      fact("Charged to", "deploy-staging, started by you"),
    ],
    budgets: [
      {
        label: "Claude Code, day",
        left_after: "150.00",
        limit: "1000.00",
        currency: "USD",
        spent_percent: 21,
        this_percent: 64,
      },
      {
        label: "Claude Code, month",
        left_after: "2660.00",
        limit: "5000.00",
        currency: "USD",
        spent_percent: 34,
        this_percent: 13,
      },
      {
        label: "Cloud computing, month",
        left_after: "320.00",
        limit: "2000.00",
        currency: "USD",
        spent_percent: 52,
        this_percent: 32,
      },
    ],
    approve_blocked: null,
    digest: "sha256:7f1c0e52b9a4d6d38f6a0c91e3f0b7a2c5d41e88",
  };
}

export function suite(now: Millis): InboxItem {
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
      reason(
        "hidden_character",
        "The payee's name hides a character",
        "It turns the direction of the text, so the name reads otherwise than it is written.",
        "deny",
      ),
      reason(
        "condition_hotel_night",
        "A hotel night above 300 asks",
        "This one is 1,200 a night, for two nights. Your condition on this trip.",
      ),
      reason(
        "task_mismatch",
        "It does not fit what you asked",
        "You asked for a standard room; the payee sells “Suite Royale”.",
      ),
    ],
    task: {
      text: plain(
        "Book two nights in Paris in January, a simple hotel near Le Marais. " +
          "Stay under 1,000 for the whole trip.",
      ),
      origin: "host_hook",
      said_in: "Claude Code",
      said_at_ms: now - 3 * HOUR,
    },
    claim: plain(
      "This is an industry standard room. The page says that prices rise within the hour, " +
        "so it should be booked at once.",
    ),
    merchant_claim: null,
    facts: [
      fact("Category", "Lodging"),
      fact("Pays by", "Stripe, virtual card for this merchant"),
      fact("Terms", "2,400.00 fixed, not refundable"),
      fact("Charged to", "Paris in January, started by you"),
    ],
    budgets: [
      {
        label: "Paris in January, trip",
        left_after: "0.00",
        limit: "1000.00",
        currency: "USD",
        spent_percent: 0,
        this_percent: 100,
      },
    ],
    approve_blocked: "It is above the trip's budget of 1,000. Raise the budget first, or deny.",
    digest: "sha256:11c2aa0f4be7720d9c1355e0aa6d51f09be3c7d1",
  };
}

export function steelcase(now: Millis): InboxItem {
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
      reason(
        "tier_two_approvers",
        "Above 5,000 needs two approvers",
        "Mara Lindqvist signed 4 minutes ago. You are the second.",
      ),
      {
        ...reason(
          "amount_within_usual",
          "A usual amount for this payee",
          "It pays 2,100 to 9,400.",
          "plain",
        ),
        tag: { text: "Known payee", tone: "allow" },
      },
    ],
    task: {
      text: plain("Twelve desks for the second floor, delivered before the move on 8 December."),
      origin: "mandate",
      said_in: null,
      said_at_ms: now - 26 * HOUR,
    },
    claim: plain(
      "Order 4471-B, 12 × Migration SE. Delivery on 3 December confirmed by the dealer.",
    ),
    merchant_claim: null,
    facts: [
      fact("Category", "Office furniture"),
      fact("Pays by", "SEPA transfer through Stripe"),
      fact("Terms", "7,900.00 invoice INV-2291, due in 14 days"),
      fact("Charged to", "Facilities, by cost rule 3"),
    ],
    budgets: [
      {
        label: "Procurement, month",
        left_after: "4500.00",
        limit: "20000.00",
        currency: "EUR",
        spent_percent: 38,
        this_percent: 39,
      },
    ],
    digest: "sha256:92f05bb17dd0a6f1e02c44c2a3709d1ebbaa5610",
  };
}

export function sandboxed(now: Millis): InboxItem {
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
    merchant_claim: null,
    facts: [fact("Category", "Books and periodicals"), fact("Pays by", "Sandbox")],
    budgets: [
      {
        label: "Research assistant, day",
        left_after: "84.20",
        limit: "100.00",
        currency: "USD",
        spent_percent: 3,
        this_percent: 13,
      },
    ],
    digest: "sha256:5ad0c7e1f2039b88b1c6e4d7f09a1b2c3d4e5f60",
  };
}
