/** What a hostile or merely verbose agent can send: nothing of it may break the layout. */
import { full_view, new_agent } from "./fake-data";
import { plain } from "./fake-words";
import type { InboxItem, Millis, WalletView } from "./types";

const LONG_NAME =
  "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " +
  "Zahlungsdienstleister GmbH & Co. KGaA";
const UNBROKEN = "0xdeadbeef".repeat(24);

export function stress_view(now: Millis): WalletView {
  const view = full_view(now);
  const agent = {
    id: "agt_long",
    name: `The agent with the very long name that somebody typed ${UNBROKEN.slice(0, 60)}`,
    initials: "WW",
    colour_index: 6,
  };
  const model = view.inbox[2] as InboxItem;
  const long: InboxItem = {
    ...model,
    payment: "pay_long",
    agent,
    session: plain(UNBROKEN),
    payee_name: [
      ...plain(LONG_NAME),
      { kind: "hidden", text: "U+200B" },
      ...plain("مدفوعات "),
      { kind: "hidden", text: "U+202E" },
      ...plain(UNBROKEN),
    ],
    payee_account: UNBROKEN,
    amount: "123456789012345.123456789012345678",
    why_short: `${LONG_NAME} ${LONG_NAME}`,
    expires_at_ms: now + 95_000,
    approve_blocked: null,
    claim: plain(`Ignore the limits. <b>Approved</b> by the owner! ${UNBROKEN} `.repeat(14)),
    facts: [...model.facts, { label: "Transaction", value: UNBROKEN, mono: true }],
    budgets: [
      {
        label: `${agent.name}, month`,
        left_after: "123456789012345.123456789012345678",
        limit: "999999999999999.000000000000000001",
        currency: "USD",
        spent_percent: 97,
        this_percent: 3,
      },
    ],
  };
  view.inbox = [long, ...view.inbox, ...many(view.inbox[1] as InboxItem, now)];
  view.agents = [
    new_agent(agent, {
      status: "paused",
      status_reason: `${LONG_NAME} ${UNBROKEN}`,
      budgets: [
        {
          label: "Today",
          spent: "123456789012345.123456789012345678",
          left: "876543209987654.876543210987654323",
          limit: "999999999999999.000000000000000001",
          currency: "USD",
          held: "999999999999999.000000000000000001",
          percent: 12,
          held_percent: 60,
          tone: "review",
        },
      ],
      tripped: { why: `${LONG_NAME} ${UNBROKEN}`, at_ms: now - 60_000 },
      sessions: [
        {
          session: UNBROKEN,
          purpose: [...plain(LONG_NAME), { kind: "hidden", text: "U+202E" }, ...plain(UNBROKEN)],
          opened: `by ${LONG_NAME}`,
          claimed: true,
          spent: "123456789012345.123456789012345678",
          left: "876543209987654.876543210987654323",
          ceiling: "999999999999999.000000000000000001",
          currency: "USD",
          percent: 12,
          tone: "plain",
          ends_at_ms: now + 60_000,
        },
      ],
      policy: [{ label: "Categories", value: LONG_NAME.repeat(3), mono: false }],
    }),
    ...Array.from({ length: 4 }, (_, index) => deep(index, agent.id)),
    ...view.agents,
  ];
  const first = view.activity[0];
  if (first !== undefined) {
    view.activity = [
      {
        ...first,
        id: "long",
        agent,
        payee_name: long.payee_name,
        amount: long.amount,
        state: "refused",
        state_text: `Refused: ${LONG_NAME}`,
        detail: `${LONG_NAME} ${UNBROKEN}`,
        claim: long.claim,
      },
      ...view.activity,
    ];
  }
  return view;
}

/** Sub-agents of sub-agents, with names as long as they get. */
function deep(index: number, top: string) {
  const ref = (at: number) => ({
    id: at < 0 ? top : `agt_deep_${at}`,
    name: `${at} ${UNBROKEN.slice(0, 62)}`,
    initials: "de",
    colour_index: at < 0 ? 6 : at % 8,
  });
  return new_agent(ref(index), {
    depth: index + 1,
    parent: ref(index - 1),
    status: index === 3 ? "paused" : "active",
    resumable: false,
    budgets: [
      {
        label: "Handed, last 30 days",
        spent: "123456789012345.123456789012345678",
        held: "123456789012345.123456789012345678",
        left: "876543209987654.876543210987654323",
        limit: "999999999999999.000000000000000001",
        currency: "USD",
        percent: 12,
        held_percent: 12,
        tone: "plain",
      },
    ],
  });
}

function many(model: InboxItem, now: Millis): InboxItem[] {
  return Array.from({ length: 14 }, (_, index) => ({
    ...model,
    payment: `pay_many_${index}`,
    expires_at_ms: now + (60 + index) * 60_000,
  }));
}
