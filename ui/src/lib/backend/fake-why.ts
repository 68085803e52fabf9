/** Why the demonstration's payments were decided: a ladder as the wallet tells it. */
import { plain } from "./fake-words";
import type { ActivityItem, InboxItem, Why, WhyStep } from "./types";

const step = (
  number: number,
  code: string,
  title: string,
  over: Partial<WhyStep> = {},
): WhyStep => ({
  step: number,
  code,
  title,
  whose: null,
  named: [],
  claimed: false,
  result: "passed",
  decided: false,
  note: null,
  limit: null,
  observed: null,
  used: null,
  held: null,
  adds: null,
  before_percent: 0,
  adds_percent: 0,
  ...over,
});

const first_steps = (): WhyStep[] => [
  step(1, "credential", "Credential and its proof"),
  step(2, "standing", "May act"),
  step(4, "idempotency", "Not asked before"),
  step(3, "rate_limit", "Attempts in a minute", {
    limit: "30",
    observed: "3",
    used: "2",
    adds: "1",
    before_percent: 7,
    adds_percent: 3,
  }),
];

interface Sums {
  session: string;
  day: string;
  month: string;
  past: string;
  percents: [number, number, number, number];
}
const LARGE: Sums = {
  session: "850.00",
  day: "891.20",
  month: "2340.00",
  past: "850.00",
  percents: [64, 64, 13, 19],
};
const SMALL: Sums = {
  session: "210.04",
  day: "251.24",
  month: "1700.04",
  past: "210.04",
  percents: [1, 1, 1, 1],
};

function counted(amount: string, sums: Sums): WhyStep[] {
  const [one, day, month, past] = sums.percents;
  const used = "210.00";
  return [
    step(6, "per_transaction", "One payment", {
      limit: "1000.00",
      observed: amount,
      adds: amount,
      adds_percent: one,
    }),
    step(6, "session_cap", "One session", {
      limit: "1000.00",
      observed: sums.session,
      used,
      adds: amount,
      before_percent: 21,
      adds_percent: day,
    }),
    step(6, "daily_cap", "One day", {
      limit: "1000.00",
      observed: sums.day,
      used,
      held: "41.20",
      adds: amount,
      before_percent: 25,
      adds_percent: day,
    }),
    step(7, "envelope", "Envelope", {
      named: plain("monthly, cloud_computing"),
      limit: "5000.00",
      observed: sums.month,
      used: "1700.00",
      adds: amount,
      before_percent: 34,
      adds_percent: month,
    }),
    step(9, "spend_rate", "Spending in 24 hours beside the usual", {
      limit: "3400.00",
      observed: sums.past,
      used,
      adds: amount,
      before_percent: 6,
      adds_percent: past,
    }),
  ];
}

const last_steps = (amount: string, asks: boolean): WhyStep[] => [
  step(10, "signals", "Signals", { note: "nothing to tell" }),
  step(11, "tier", "Amount", {
    named: plain(asks ? "up to 5,000: one approver" : "up to 500: alone, within its budgets"),
    observed: amount,
    result: asks ? "asks" : "passed",
    decided: true,
  }),
  step(12, "reserve", "Reserved", {
    named: plain(asks ? "one approver" : "alone, within its budgets"),
    result: asks ? "asks" : "passed",
  }),
];

const refused: WhyStep[] = [
  step(5, "category", "Category", {
    named: [...plain("software_"), { kind: "hidden", text: "U+200B" }, ...plain("licences")],
    claimed: true,
    result: "refused",
    decided: true,
    note: "this category is not among those that the agent may pay for",
  }),
];

/** Null for what the demonstration has no payment of. */
export function fake_why(
  waiting: InboxItem | null,
  past: ActivityItem | null,
  stress: boolean,
): Why | null {
  const amount = waiting?.amount ?? past?.amount ?? null;
  const at_ms = waiting?.requested_at_ms ?? past?.at_ms ?? null;
  if (amount === null || at_ms === null) return null;
  const told = { seq: 12_377, at_ms, agrees: "same", warning: null, notes: [] } as const;
  if (past?.state === "refused") {
    const title = "Refused: this category is not among those that the agent may pay for.";
    const steps = [...first_steps(), ...refused];
    return { ...told, tone: "deny", title, steps, notes: [] };
  }
  const asks = past?.state !== "paid";
  const why: Why = {
    ...told,
    tone: asks ? "review" : "allow",
    title: asks ? "A person was asked." : "Allowed: the agent could pay alone.",
    steps: [
      ...first_steps(),
      ...counted(amount, asks ? LARGE : SMALL),
      ...last_steps(amount, asks),
    ],
    notes: [],
  };
  return stress ? stressed(why) : why;
}

/** All that could break the layout or worry the owner. */
function stressed(why: Why): Why {
  const unbroken = "0xdeadbeef".repeat(24);
  const long = why.steps.map((one) => ({
    ...one,
    whose: unbroken,
    named: [...plain(unbroken), { kind: "hidden", text: "U+202E" } as const],
    claimed: one.step % 2 === 0,
  }));
  return {
    ...why,
    steps: long,
    agrees: "differs",
    warning:
      "Decided again it is refused (daily_cap). Either the log was changed, or this program's " +
      "rules are others than those that decided. Check the log with `purser log verify`.",
    notes: ["It came without a credential, or before the log kept which."],
  };
}
