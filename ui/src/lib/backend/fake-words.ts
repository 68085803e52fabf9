/** Who appears in the demonstration, and short ways to write its views. */
import type { AgentRef, FactLine, Reason, TextPart, Tone } from "./types";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const plain = (text: string): TextPart[] => [{ kind: "plain", text }];
export const fact = (label: string, value: string, mono = false): FactLine => ({
  label,
  value,
  mono,
});
export const ref = (
  id: string,
  name: string,
  initials: string,
  colour_index: number,
): AgentRef => ({
  id,
  name,
  initials,
  colour_index,
});
export const reason = (
  code: string,
  title: string,
  detail: string,
  tone: Tone = "review",
): Reason => ({
  code,
  title,
  detail,
  tone,
  tag: null,
  spread: null,
});

export const CLAUDE = ref("agt_01claude", "Claude Code", "CC", 0);
export const RUNNER = ref("agt_02runner", "test-runner", "te", 5);
export const DOCS = ref("agt_07docs", "docs-search", "do", 7);
export const TRIP = ref("agt_03trip", "Trip planner", "TR", 1);
export const PROCURE = ref("agt_04procure", "Procurement", "PR", 2);
export const BIDDER = ref("agt_05bidder", "Ad bidder", "AD", 4);
export const RESEARCH = ref("agt_06research", "Research assistant", "RA", 3);

export function mcp_command(id: string): string {
  return `purser mcp --agent ${id}`;
}

export function mcp_snippet(id: string): string {
  const server = { command: "purser", args: ["mcp", "--agent", id] };
  return JSON.stringify({ mcpServers: { purser: server } }, null, 2);
}
