import type { LimitsDraft } from "./backend";
import { looks_like_amount } from "./money";

/** An agent's limits as they stand in the fields. */
export type TypedLimits = Record<keyof LimitsDraft, string>;
type Limit = keyof LimitsDraft;

const REQUIRED: Limit[] = ["per_transaction", "per_session", "daily"];

/** What is wrong with what was typed into one of the fields. */
export function wrong_limit(typed: TypedLimits, which: Limit): string | null {
  const amount = typed[which].trim();
  if (amount === "") return REQUIRED.includes(which) ? "A limit is required." : null;
  return looks_like_amount(amount) ? null : "An amount such as 50 or 12.50, above nothing.";
}

export const all_limits_right = (typed: TypedLimits): boolean =>
  (Object.keys(typed) as Limit[]).every((which) => wrong_limit(typed, which) === null);

export const limits_draft = (typed: TypedLimits): LimitsDraft => ({
  per_transaction: typed.per_transaction.trim(),
  per_session: typed.per_session.trim(),
  daily: typed.daily.trim(),
  weekly: typed.weekly.trim() || null,
  monthly: typed.monthly.trim() || null,
  review_above: typed.review_above.trim() || null,
});
