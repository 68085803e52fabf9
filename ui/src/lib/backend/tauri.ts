import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";
import type {
  AgentAdded,
  AgentDraft,
  CommandError,
  CommandResult,
  CreateBegin,
  LimitsDraft,
  LimitsPlan,
  Outcome,
  StopStatement,
  WalletView,
  Why,
} from "./types";

function is_command_error(error: unknown): error is CommandError {
  if (typeof error !== "object" || error === null) return false;
  const fields = error as Record<string, unknown>;
  return ["code", "message", "what_to_do"].every((name) => typeof fields[name] === "string");
}

/** Anything that is not a `CommandError` comes from the window itself, before a command ran. */
function command_error(error: unknown): CommandError {
  if (is_command_error(error)) return error;
  return {
    code: "window_unreachable",
    message: `The wallet did not take the command: ${String(error)}`,
    what_to_do: "Nothing was done. Try again; if it stays, close Purser and start it again.",
  };
}

async function call<T>(command: string, args?: Record<string, unknown>): Promise<CommandResult<T>> {
  try {
    return { ok: true, value: await invoke<T>(command, args) };
  } catch (error) {
    return { ok: false, error: command_error(error) };
  }
}

/** Forwards each method to the Tauri command of the same name. */
export class TauriBackend implements Backend {
  readonly demo = false;

  wallet_view = () => call<WalletView>("wallet_view");
  on_wallet_view = (listener: (view: WalletView) => void) =>
    listen<WalletView>("wallet-view", (event) => listener(event.payload));

  create_begin = (passphrase: string) => call<CreateBegin>("create_begin", { passphrase });
  create_confirm = (answers: string[]) => call<null>("create_confirm", { answers });
  restore = (phrase: string, passphrase: string) => call<null>("restore", { phrase, passphrase });
  unlock = (passphrase: string) => call<null>("unlock", { passphrase });
  lock = () => call<null>("lock");

  approve = (payment: string, digest: string) => call<Outcome>("approve", { payment, digest });
  deny = (payment: string, reason: string | null) => call<Outcome>("deny", { payment, reason });
  not_mine = (payment: string) => call<Outcome>("not_mine", { payment });
  was_fine = (payment: string) => call<Outcome>("was_fine", { payment });

  add_agent = (draft: AgentDraft) => call<AgentAdded>("add_agent", { draft });
  revoke_agent = (id: string) => call<StopStatement>("revoke_agent", { id });
  pause_agent = (id: string) => call<Outcome>("pause_agent", { id });
  resume_agent = (id: string) => call<Outcome>("resume_agent", { id });
  end_session = (id: string, session: string) => call<Outcome>("end_session", { id, session });
  compare_limits = (id: string, draft: LimitsDraft) =>
    call<LimitsPlan>("compare_limits", { id, draft });
  set_limits = (id: string, draft: LimitsDraft, seen: string, passphrase: string | null) =>
    call<Outcome>("set_limits", { id, draft, seen, passphrase });
  freeze = () => call<StopStatement>("freeze");
  unfreeze = (passphrase: string) => call<Outcome>("unfreeze", { passphrase });

  explain_payment = (payment: string) => call<Why>("explain_payment", { payment });
}
