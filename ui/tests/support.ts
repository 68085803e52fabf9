import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import App from "../src/App.svelte";
import { ARM_AFTER_MS } from "../src/lib/arming.svelte";
import { FakeBackend, type Scenario } from "../src/lib/backend/fake";

export const test_id = (id: string) => screen.getByTestId(id);
export const all = (id: string) => screen.queryAllByTestId(id);

/** Shows the window with fake timers and a host that answers at once. */
export async function open(scenario: Scenario) {
  vi.useFakeTimers({ shouldAdvanceTime: false });
  const backend = new FakeBackend(scenario, 0);
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms) });
  const shown = render(App, { props: { backend } });
  await pass(1);
  return { backend, user, ...shown };
}

/** Lets time pass, promises and effects included. */
export async function pass(ms: number) {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Lets just enough pass that the buttons are armed. */
export const arm = () => pass(ARM_AFTER_MS + 1);

export const ready = (id: string) => test_id(id).getAttribute("aria-disabled") === "false";
