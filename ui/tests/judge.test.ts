import { afterEach, describe, expect, it, vi } from "vitest";
import { all, open, pass, test_id } from "./support";

afterEach(() => vi.useRealTimers());

/** Opens the first row of the activity in this state. */
async function row(state: string) {
  const opened = await open("full");
  await opened.user.click(test_id("nav-activity"));
  const found = all("activity-row").find((one) => one.dataset.state === state);
  if (found === undefined) throw new Error(`no row is ${state}`);
  await opened.user.click(found);
  await pass(2000);
  return opened;
}

describe("what the owner says of a payment afterwards", () => {
  it("takes back what was paid and was not theirs", async () => {
    const { backend, user } = await row("paid");
    const not_mine = vi.spyOn(backend, "not_mine");
    await user.click(test_id("not-mine"));
    await pass(500);
    expect(not_mine).toHaveBeenCalledTimes(1);
    expect(document.body.textContent).toContain("The agent is paused");
  });

  it("learns from what was declined and was fine", async () => {
    const { backend, user } = await row("declined");
    const was_fine = vi.spyOn(backend, "was_fine");
    await user.click(test_id("was-fine"));
    await pass(500);
    expect(was_fine).toHaveBeenCalledTimes(1);
  });

  it("asks nothing about what was refused", async () => {
    await row("refused");
    expect(all("judge")).toHaveLength(0);
  });
});
