import { createContext } from "svelte";
import type {
  Backend,
  CommandError,
  CommandResult,
  Millis,
  Outcome,
  StopStatement,
  Tone,
  WalletView,
} from "./backend";

export type Page = "inbox" | "agents" | "activity";

/** A passing message. Errors stay until they are put away. */
export interface Message {
  id: number;
  tone: Tone;
  title: string;
  detail: string;
}

const MESSAGE_MS = 7_000;

/** What the window holds beside the wallet's view: where it stands and what it just heard. */
export class AppState {
  readonly backend: Backend;
  view = $state.raw<WalletView | null>(null);
  load_error = $state.raw<CommandError | null>(null);
  page = $state<Page>("inbox");
  /** The agents page opens its form when it is shown next. */
  adding_agent = $state(false);
  messages = $state.raw<Message[]>([]);
  frozen_statement = $state.raw<StopStatement | null>(null);
  revoked_statement = $state.raw<StopStatement | null>(null);
  now = $state<Millis>(Date.now());

  #clock_offset = 0;
  #pushes = 0;
  #next_message = 1;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Subscribes, loads the first view and starts the clock. Returns what ends all three. */
  start(): () => void {
    const timer = setInterval(() => this.#tick(), 1_000);
    let unlisten: (() => void) | null = null;
    let stopped = false;
    void (async () => {
      try {
        const end = await this.backend.on_wallet_view((view) => this.#show(view));
        if (stopped) return end();
        unlisten = end;
      } catch (error) {
        this.load_error = {
          code: "no_events",
          message: `The window cannot listen to the wallet: ${String(error)}`,
          what_to_do: "Close Purser and start it again.",
        };
        return;
      }
      await this.load();
    })();
    return () => {
      stopped = true;
      clearInterval(timer);
      unlisten?.();
    };
  }

  async load(): Promise<void> {
    this.load_error = null;
    const pushes = this.#pushes;
    const result = await this.backend.wallet_view();
    // A view pushed meanwhile is newer than the answer.
    if (this.#pushes !== pushes) return;
    if (result.ok) this.#show(result.value);
    else this.load_error = result.error;
  }

  /** Runs a command whose outcome is worth a passing message; hands back the error, if any. */
  async perform(command: Promise<CommandResult<Outcome>>): Promise<CommandError | null> {
    const result = await command;
    if (!result.ok) return result.error;
    this.tell(result.value.tone, result.value.title, result.value.detail);
    return null;
  }

  tell(tone: Tone, title: string, detail: string): void {
    const message = { id: this.#next_message++, tone, title, detail };
    this.messages = [...this.messages, message].slice(-3);
    if (tone !== "deny") setTimeout(() => this.put_away(message.id), MESSAGE_MS);
  }

  put_away(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }

  go(page: Page): void {
    this.page = page;
    this.adding_agent = false;
  }

  #show(view: WalletView): void {
    this.#pushes += 1;
    this.load_error = null;
    if (view.phase !== "unlocked" && this.view?.phase === "unlocked") this.#forget();
    if (!view.frozen) this.frozen_statement = null;
    this.#clock_offset = view.now_ms - Date.now();
    this.view = view;
    this.#tick();
  }

  #tick(): void {
    this.now = Date.now() + this.#clock_offset;
  }

  /** A locked window keeps nothing of what it showed. */
  #forget(): void {
    this.messages = [];
    this.frozen_statement = null;
    this.revoked_statement = null;
    this.go("inbox");
  }
}

export const [get_app, set_app] = createContext<AppState>();
