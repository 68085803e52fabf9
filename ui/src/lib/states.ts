import type { ActivityState, Tone } from "./backend";

/** The colour that goes with a state; the wallet brings the words. */
export const STATE_TONE: Record<ActivityState, Tone> = {
  paid: "allow",
  submitted: "allow",
  waiting: "review",
  unknown: "review",
  refused: "deny",
  failed: "deny",
  declined: "plain",
  expired: "plain",
  canceled: "plain",
  event: "plain",
};

/** What the filter calls them, in the order of its list. */
export const STATE_NAME: [ActivityState, string][] = [
  ["waiting", "Waiting"],
  ["submitted", "On the way"],
  ["paid", "Paid"],
  ["refused", "Refused"],
  ["declined", "Declined"],
  ["expired", "Expired"],
  ["canceled", "Cancelled"],
  ["failed", "Failed"],
  ["unknown", "Outcome unknown"],
  ["event", "Changes"],
];
