import type { TextPart } from "./backend";

/** Outside text as one line for tooltips and search, hidden characters spelled out. */
export function plain_text(parts: TextPart[]): string {
  return parts.map((part) => (part.kind === "hidden" ? `[${part.text}]` : part.text)).join("");
}
