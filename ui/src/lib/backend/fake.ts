import { money } from "../money";
import type { Backend } from "./backend";
import { full_view, new_agent } from "./fake-data";
import { stress_view } from "./fake-stress";
import { compared, with_limits } from "./fake-limits";
import { fake_why } from "./fake-why";
import { CLAUDE, mcp_command, mcp_snippet, plain, RUNNER } from "./fake-words";
import type {
  ActivityItem,
  ActivityState,
  AgentAdded,
  AgentDraft,
  AgentStatus,
  AgentView,
  CommandResult,
  CreateBegin,
  InboxItem,
  LimitsDraft,
  LimitsPlan,
  Outcome,
  StopStatement,
  TextPart,
  WalletView,
  Why,
} from "./types";

export type Scenario =
  | "full"
  | "absent"
  | "locked"
  | "empty"
  | "quiet"
  | "frozen"
  | "stress"
  | "troubled"
  | "unreachable";

const SCENARIOS: Scenario[] = [
  "full",
  "absent",
  "locked",
  "empty",
  "quiet",
  "frozen",
  "stress",
  "troubled",
  "unreachable",
];

/** `?fake=locked` in the address picks what the demonstration starts with. */
export function scenario_of(search: string): Scenario {
  const wanted = new URLSearchParams(search).get("fake");
  return SCENARIOS.find((one) => one === wanted) ?? "full";
}

/** Opens the demonstration wallet. */
export const FAKE_PASSPHRASE = "purser demo";
export const FAKE_WORDS =
  "orbit velvet canyon puzzle ribbon anchor maple lantern drift copper sail meadow".split(" ");
const CHECK = [3, 7, 11];

const ok = <T>(value: T): CommandResult<T> => ({ ok: true, value });
const no = <T>(code: string, message: string, what_to_do: string): CommandResult<T> => ({
  ok: false,
  error: { code, message, what_to_do },
});
const wrong_passphrase = <T>() =>
  no<T>(
    "wrong_passphrase",
    "That passphrase does not open this wallet.",
    "Check Caps Lock and try again.",
  );

/** An in-memory host for tests, screenshots and work on the window without a wallet. */
export class FakeBackend implements Backend {
  readonly demo = true;
  #scenario: Scenario;
  #delay_ms: number;
  #open: WalletView;
  #view: WalletView;
  #listeners = new Set<(view: WalletView) => void>();
  #passphrase = FAKE_PASSPHRASE;
  #next = 1;

  constructor(scenario: Scenario = "full", delay_ms = 120) {
    this.#scenario = scenario;
    this.#delay_ms = delay_ms;
    const now = Date.now();
    this.#open = scenario === "stress" ? stress_view(now) : full_view(now);
    if (scenario === "absent" || scenario === "empty") {
      this.#open = {
        ...this.#open,
        inbox: [],
        agents: [],
        activity: [],
        log: { entries: 3, checkpoint: null },
      };
    }
    if (scenario === "quiet") this.#open = { ...this.#open, inbox: [] };
    if (scenario === "troubled") this.#trouble();
    this.#view = this.#open;
    if (scenario === "absent") this.#view = this.#closed("absent");
    if (scenario === "locked") this.#view = this.#closed("locked");
    if (scenario === "frozen") this.#freeze_view();
  }

  wallet_view = async () => {
    await this.#wait();
    if (this.#scenario === "unreachable") {
      return no<WalletView>(
        "log_unreadable",
        "The log cannot be opened: another Purser holds it.",
        "Close the other one, then try again.",
      );
    }
    return ok({ ...this.#view, now_ms: Date.now() });
  };

  on_wallet_view = async (listener: (view: WalletView) => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  create_begin = async (passphrase: string): Promise<CommandResult<CreateBegin>> => {
    await this.#wait();
    if (passphrase.length < 8) {
      return no(
        "passphrase_too_short",
        "The passphrase is too short.",
        "Use at least 8 characters.",
      );
    }
    this.#passphrase = passphrase;
    return ok({ words: FAKE_WORDS, check: CHECK });
  };

  create_confirm = async (answers: string[]): Promise<CommandResult<null>> => {
    await this.#wait();
    const wrong = CHECK.find((position, index) => FAKE_WORDS[position - 1] !== answers[index]);
    if (wrong !== undefined) {
      return no(
        "phrase_mismatch",
        `Word ${wrong} is not what was shown.`,
        "Look at your paper, or show the words again and correct it.",
      );
    }
    this.#push(this.#open);
    return ok(null);
  };

  restore = async (phrase: string, passphrase: string): Promise<CommandResult<null>> => {
    await this.#wait();
    const count = phrase.split(" ").length;
    if (count !== 12 && count !== 24) {
      return no(
        "phrase_length",
        `A recovery phrase has 12 or 24 words; this has ${count}.`,
        "Look for a word that is missing or written twice.",
      );
    }
    this.#passphrase = passphrase;
    this.#push(this.#open);
    return ok(null);
  };

  unlock = async (passphrase: string): Promise<CommandResult<null>> => {
    await this.#wait();
    if (passphrase !== this.#passphrase) return wrong_passphrase();
    this.#push(this.#open);
    return ok(null);
  };

  lock = async (): Promise<CommandResult<null>> => {
    await this.#wait();
    this.#open = this.#view;
    this.#push(this.#closed("locked"));
    return ok(null);
  };

  approve = async (payment: string, digest: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const item = this.#item(payment);
    if (item === null) return this.#gone();
    if (item.digest !== digest) {
      return no(
        "request_changed",
        "The request changed while you looked at it.",
        "Read it again, then decide.",
      );
    }
    if (item.approve_blocked !== null)
      return no("approve_blocked", item.approve_blocked, "Nothing was paid.");
    this.#settle(item, "submitted", "On the way", "Approved by you. The rail has it.");
    const title = `Approved ${money(item.amount)} ${item.currency}`;
    return ok({ tone: "allow", title, detail: "It is being paid now." });
  };

  deny = async (payment: string, reason: string | null): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const item = this.#item(payment);
    if (item === null) return this.#gone();
    const detail = reason === null ? "You gave no reason." : `You said: “${reason}”`;
    this.#settle(item, "declined", "Declined by you", detail);
    return ok({
      tone: "plain",
      title: `Denied ${money(item.amount)} ${item.currency}`,
      detail: `${item.agent.name} was told.`,
    });
  };

  not_mine = async (payment: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const item = this.#item(payment);
    const agent = item?.agent ?? this.#activity(payment)?.agent ?? null;
    if (agent === null) return this.#gone();
    if (item !== null) this.#settle(item, "canceled", "Called off", "You said it was not yours.");
    this.#stand(agent.id, "paused", "by you");
    return ok({
      tone: "review",
      title: "The agent is paused",
      detail: "What waited of it was called off. Resume it under Agents.",
    });
  };

  was_fine = async (payment: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    if (this.#activity(payment) === null) return this.#gone();
    return ok({
      tone: "allow",
      title: "Noted",
      detail: "The like counts as usual for this agent now.",
    });
  };

  add_agent = async (draft: AgentDraft): Promise<CommandResult<AgentAdded>> => {
    await this.#wait();
    if (this.#view.agents.some((one) => one.agent.name === draft.name)) {
      return no(
        "agent_name_taken",
        `There is already an agent called “${draft.name}”.`,
        "Give this one another name.",
      );
    }
    const id = `agt_new_${this.#next++}`;
    const initials = draft.name.slice(0, 2).toUpperCase();
    const agent = { id, name: draft.name, initials, colour_index: this.#view.agents.length % 8 };
    const line = {
      currency: "USD",
      percent: 0,
      held: null,
      held_percent: 0,
      tone: "plain",
    } as const;
    const added = new_agent(agent, {
      budgets: [
        { ...line, label: "Today", spent: "0.00", left: draft.daily, limit: draft.daily },
        {
          ...line,
          label: "This session",
          spent: "0.00",
          left: draft.per_session,
          limit: draft.per_session,
        },
      ],
      alone_up_to: draft.review_above ?? draft.per_transaction,
      above_text: draft.review_above === null ? "above: refused" : "above: you, within 60 min",
      per_transaction: draft.per_transaction,
      policy: [
        { label: "Categories", value: draft.allowed_categories.join(", ") || "any", mono: false },
      ],
    });
    this.#push({ ...this.#view, agents: [...this.#view.agents, added] });
    return ok({ agent, mcp_snippet: mcp_snippet(id), command: mcp_command(id) });
  };

  revoke_agent = async (id: string): Promise<CommandResult<StopStatement>> => {
    await this.#wait();
    const agent = this.#agent(id);
    if (agent === null) return this.#gone();
    const { name } = agent.agent;
    const waiting = this.#view.inbox.filter((item) => item.agent.id === id);
    for (const item of waiting) {
      this.#settle(item, "canceled", "Cancelled", `${name} was revoked.`);
    }
    this.#stand(id, "revoked", "by you, just now");
    const subs = id === CLAUDE.id ? 1 : 0;
    if (subs > 0) this.#stand(RUNNER.id, "revoked", "with Claude Code, just now");
    return ok({
      title: `${name} is revoked`,
      cancelled: waiting.length + subs,
      in_flight: subs === 0 ? [] : [this.#flight("Replicate", "0.04")],
      lines: [
        "Its credential no longer opens anything.",
        waiting.length === 0
          ? "Nothing of it was waiting."
          : `Cancelled: ${waiting.length} waiting request.`,
        ...(subs === 0
          ? []
          : ["Its sub-agent test-runner is revoked with it; 41.20 USD came back."]),
      ],
    });
  };

  pause_agent = async (id: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const agent = this.#agent(id);
    if (agent === null) return this.#gone();
    this.#stand(id, "paused", "by you");
    return ok({
      tone: "review",
      title: `${agent.agent.name} is paused`,
      detail: "Every request of it is refused until you resume it.",
    });
  };

  resume_agent = async (id: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const agent = this.#agent(id);
    if (agent === null) return this.#gone();
    this.#stand(id, "active", null);
    return ok({
      tone: "allow",
      title: `${agent.agent.name} goes on`,
      detail: "Within the same limits as before.",
    });
  };

  end_session = async (id: string, session: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const agent = this.#agent(id);
    const found = agent?.sessions.find((one) => one.session === session);
    if (agent === null || found === undefined) {
      return no("session_over", "This session is over.", "There is nothing left to end.");
    }
    const sessions = agent.sessions.filter((one) => one !== found);
    const agents = this.#view.agents.map((one) => (one === agent ? { ...one, sessions } : one));
    this.#push({ ...this.#view, agents });
    return ok({
      tone: "review",
      title: "The session has ended",
      detail: `${agent.agent.name} can pay nothing more in it.`,
    });
  };

  compare_limits = async (id: string, draft: LimitsDraft): Promise<CommandResult<LimitsPlan>> => {
    await this.#wait();
    const agent = this.#agent(id);
    return agent === null ? this.#gone() : ok(compared(agent.limits, draft));
  };

  set_limits = async (
    id: string,
    draft: LimitsDraft,
    seen: string,
    passphrase: string | null,
  ): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    const agent = this.#agent(id);
    if (agent === null) return this.#gone();
    const plan = compared(agent.limits, draft);
    if (passphrase !== null && passphrase !== this.#passphrase) return wrong_passphrase();
    if (plan.seen !== seen) {
      return no(
        "limits_changed",
        "The agent's policy changed meanwhile.",
        "Look at the changes again, then save.",
      );
    }
    if (plan.loosens && passphrase === null) {
      return no("presence_needed", "This loosens its limits.", "Give your passphrase.");
    }
    const agents = this.#view.agents.map((one) =>
      one === agent ? with_limits(agent, draft) : one,
    );
    this.#push({ ...this.#view, agents });
    const told = plan.changes.map((one) => `${one.label}: ${one.from} to ${one.to}.`);
    return ok({
      tone: plan.loosens ? "review" : "allow",
      title: plan.loosens ? "Limits loosened" : "Limits tightened",
      detail: told.join(" "),
    });
  };

  freeze = async (): Promise<CommandResult<StopStatement>> => {
    await this.#wait();
    this.#freeze_view();
    this.#push(this.#view);
    const count = this.#view.inbox.length;
    return ok({
      title: "Everything is frozen",
      cancelled: 2,
      in_flight: [this.#flight("Bechtle Direct", "1120.40", "EUR")],
      lines: [
        "No agent can begin a payment.",
        "Two signed authorizations that were not settled are cancelled.",
        `${count} requests stay in the inbox; you can deny them, not approve them.`,
      ],
    });
  };

  unfreeze = async (passphrase: string): Promise<CommandResult<Outcome>> => {
    await this.#wait();
    if (passphrase !== this.#passphrase) return wrong_passphrase();
    const inbox = this.#view.inbox.map((item) => ({ ...item, approve_blocked: null }));
    this.#push({ ...this.#view, frozen: false, inbox });
    return ok({
      tone: "allow",
      title: "No longer frozen",
      detail: "Agents can spend within their limits again.",
    });
  };

  explain_payment = async (payment: string): Promise<CommandResult<Why>> => {
    await this.#wait();
    const item = this.#item(payment);
    const past = this.#view.activity.find((one) => one.payment === payment);
    const why = fake_why(item, past ?? null, this.#scenario === "stress");
    if (why !== null) return ok(why);
    return no(
      "payment_not_found",
      "The log has no such payment.",
      "Look for it under Activity.",
    );
  };

  /** For tests: pushes the view as changed by `change`, as the wallet would. */
  change(change: (view: WalletView) => WalletView): void {
    this.#push(change(this.#view));
  }

  #wait(): Promise<void> {
    return new Promise((done) => setTimeout(done, this.#delay_ms));
  }

  #push(view: WalletView): void {
    this.#view = { ...view, now_ms: Date.now() };
    for (const listener of this.#listeners) listener(this.#view);
  }

  #closed(phase: "absent" | "locked"): WalletView {
    return {
      ...this.#open,
      phase,
      inbox: [],
      agents: [],
      activity: [],
      log: { entries: 0, checkpoint: null },
    };
  }

  #trouble(): void {
    this.#open = {
      ...this.#open,
      banner: {
        code: "log_write_failed",
        tone: "deny",
        title: "Every payment is refused.",
        detail: "The log cannot be written: the disk is full.",
        what_to_do: "Free some space; the wallet tries again by itself.",
      },
      gateway: {
        url: null,
        problem: "Port 7402 is taken by another program. Close it, or choose another port.",
      },
    };
  }

  #freeze_view(): void {
    const inbox = this.#view.inbox.map((item) => ({
      ...item,
      approve_blocked: "Everything is frozen. Unfreeze first.",
    }));
    this.#view = { ...this.#view, frozen: true, inbox };
  }

  #item(payment: string): InboxItem | null {
    return this.#view.inbox.find((item) => item.payment === payment) ?? null;
  }

  #activity(payment: string): ActivityItem | null {
    return this.#view.activity.find((item) => item.payment === payment) ?? null;
  }

  #agent(id: string): AgentView | null {
    return this.#view.agents.find((one) => one.agent.id === id) ?? null;
  }

  #gone<T>(): CommandResult<T> {
    return no(
      "not_waiting",
      "It no longer waits: it was decided or its time ran out.",
      "See under Activity how it ended.",
    );
  }

  #flight(payee: string, amount: string, currency = "USD") {
    const parts: TextPart[] = plain(payee);
    return {
      payment: `pay_${payee}`,
      amount,
      currency,
      payee: parts,
      ends_at_ms: Date.now() + 55_000,
    };
  }

  #stand(id: string, status: AgentStatus, status_reason: string | null): void {
    const resumable = status === "paused";
    const agents = this.#view.agents.map((one) =>
      one.agent.id === id ? { ...one, status, status_reason, resumable, tripped: null } : one,
    );
    this.#push({ ...this.#view, agents });
  }

  #settle(item: InboxItem, state: ActivityState, state_text: string, detail: string): void {
    const line: ActivityItem = {
      id: `settled_${this.#next++}`,
      payment: item.payment,
      at_ms: Date.now(),
      agent: item.agent,
      payee_name: item.payee_name,
      amount: item.amount,
      currency: item.currency,
      state,
      state_text,
      detail,
      rule: "owner_decided",
      claim: item.claim,
      facts: item.payee_known,
      sandbox: item.sandbox,
    };
    this.#push({
      ...this.#view,
      inbox: this.#view.inbox.filter((one) => one !== item),
      activity: [line, ...this.#view.activity.filter((one) => one.payment !== item.payment)],
      agents: this.#view.agents.map((one) =>
        one.agent.id === item.agent.id
          ? {
              ...one,
              waiting: Math.max(0, one.waiting - 1),
              latest: [line, ...one.latest].slice(0, 10),
            }
          : one,
      ),
    });
  }
}
