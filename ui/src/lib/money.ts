import type { Decimal } from "./backend";

/** A decimal string split for display. Strings only: no amount ever becomes a number here. */
export interface MoneyParts {
  whole: string;
  /** With its point, or empty. */
  fraction: string;
}

const DECIMAL = /^(-?)(\d+)(\.\d+)?$/;

/** Groups the whole part by thousands. Anything that is no decimal is shown as it came. */
export function money_parts(amount: Decimal): MoneyParts {
  const match = DECIMAL.exec(amount);
  if (match === null) return { whole: amount, fraction: "" };
  const [, sign = "", whole = "", fraction = ""] = match;
  return { whole: sign + whole.replace(/\B(?=(\d{3})+$)/g, ","), fraction };
}

/** "1240.00" as "1,240.00". */
export function money(amount: Decimal): string {
  const { whole, fraction } = money_parts(amount);
  return whole + fraction;
}

/** For limits and bars, where ".00" says nothing: "1000.00" as "1,000", "0.31" stays. */
export function money_short(amount: Decimal): string {
  const { whole, fraction } = money_parts(amount);
  return /^\.0+$/.test(fraction) ? whole : whole + fraction;
}

/** Whether what was typed has the form of an amount above nothing. The wallet decides the rest. */
export function looks_like_amount(typed: string): boolean {
  return /^\d{1,15}(\.\d{1,18})?$/.test(typed) && /[1-9]/.test(typed);
}
