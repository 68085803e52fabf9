/** The demonstration's limits. Amounts are compared as text, padded so that it sorts as they do. */
import { money_short } from "../money";
import { fact } from "./fake-words";
import type { AgentView, Direction, LimitChange, LimitsDraft, LimitsPlan } from "./types";

const LABELS: [keyof LimitsDraft, string, string][] = [
  ["per_transaction", "Most per payment", ""],
  ["per_session", "Most per session", ""],
  ["daily", "Most per day", ""],
  ["weekly", "Most per week", "no limit"],
  ["monthly", "Most per month", "no limit"],
  ["review_above", "Asks you above", "your usual tiers"],
];

/** Text that sorts as the amount does; no limit is above all. */
function height(amount: string | null): string {
  if (amount === null) return "~";
  const [whole = "", fraction = ""] = amount.split(".");
  return `${whole.padStart(20, "0")}.${fraction.replace(/0+$/, "")}`;
}

export function compared(old: LimitsDraft, draft: LimitsDraft): LimitsPlan {
  const changes: LimitChange[] = [];
  for (const [path, label, none] of LABELS) {
    const [before, after] = [height(old[path]), height(draft[path])];
    if (before === after) continue;
    const words = (amount: string | null) => (amount === null ? none : money_short(amount));
    const direction: Direction = after > before ? "loosens" : "tightens";
    changes.push({ label, path, from: words(old[path]), to: words(draft[path]), direction });
  }
  const loosens = changes.some((change) => change.direction === "loosens");
  return { changes, loosens, seen: JSON.stringify([old, draft]) };
}

/** The agent as the wallet would show it with these limits. */
export function with_limits(agent: AgentView, limits: LimitsDraft): AgentView {
  const policy = agent.policy.filter((line) => !line.label.startsWith("Per "));
  const lines = [
    fact("Per payment", `at most ${money_short(limits.per_transaction)}`),
    fact("Per session", `at most ${money_short(limits.per_session)}`),
    fact("Per day", `at most ${money_short(limits.daily)}`),
  ];
  const { per_transaction } = limits;
  return { ...agent, limits, per_transaction, policy: [...lines, ...policy] };
}
