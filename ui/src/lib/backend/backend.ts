import type {
  AgentAdded,
  AgentDraft,
  CommandResult,
  CreateBegin,
  LimitsDraft,
  LimitsPlan,
  Outcome,
  StopStatement,
  WalletView,
  Why,
} from "./types";

/**
 * The host's whole surface. One method is one Tauri command (snake_case, same argument names); the
 * event "wallet-view" carries a whole `WalletView` after every change.
 */
export interface Backend {
  /** True for the in-memory host: the window then says that no wallet is behind it. */
  readonly demo: boolean;

  wallet_view(): Promise<CommandResult<WalletView>>;
  /** Calls back on every pushed view, until the returned function is called. */
  on_wallet_view(listener: (view: WalletView) => void): Promise<() => void>;

  create_begin(passphrase: string): Promise<CommandResult<CreateBegin>>;
  /** Answers in the order of `CreateBegin.check`. The wallet then pushes "unlocked". */
  create_confirm(answers: string[]): Promise<CommandResult<null>>;
  restore(phrase: string, passphrase: string): Promise<CommandResult<null>>;
  unlock(passphrase: string): Promise<CommandResult<null>>;
  lock(): Promise<CommandResult<null>>;

  approve(payment: string, digest: string): Promise<CommandResult<Outcome>>;
  deny(payment: string, reason: string | null): Promise<CommandResult<Outcome>>;
  /** Says that a payment is not the owner's: calls it off if it waits, and pauses its agent. */
  not_mine(payment: string): Promise<CommandResult<Outcome>>;
  /** Says that a payment that was declined or ran out of time was fine. */
  was_fine(payment: string): Promise<CommandResult<Outcome>>;

  add_agent(draft: AgentDraft): Promise<CommandResult<AgentAdded>>;
  revoke_agent(id: string): Promise<CommandResult<StopStatement>>;
  pause_agent(id: string): Promise<CommandResult<Outcome>>;
  resume_agent(id: string): Promise<CommandResult<Outcome>>;
  /** Ends an open session of an agent: nothing more is paid in it. */
  end_session(id: string, session: string): Promise<CommandResult<Outcome>>;
  /** What new limits would change. Changes nothing. */
  compare_limits(id: string, draft: LimitsDraft): Promise<CommandResult<LimitsPlan>>;
  /** Sets them as compared; what loosens wants the passphrase. */
  set_limits(
    id: string,
    draft: LimitsDraft,
    seen: string,
    passphrase: string | null,
  ): Promise<CommandResult<Outcome>>;
  freeze(): Promise<CommandResult<StopStatement>>;
  unfreeze(passphrase: string): Promise<CommandResult<Outcome>>;

  /** Why a payment, or a refused attempt, was decided as it was. Reads the log, so it may take. */
  explain_payment(payment: string): Promise<CommandResult<Why>>;
}
