import type { Backend } from "./backend";

export type { Backend } from "./backend";
export type * from "./types";

/** The wallet's own host inside its window; demonstration data in an ordinary browser. */
export async function connect(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) {
    const { TauriBackend } = await import("./tauri");
    return new TauriBackend();
  }
  const { FakeBackend, scenario_of } = await import("./fake");
  return new FakeBackend(scenario_of(window.location.search));
}
