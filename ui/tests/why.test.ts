import { afterEach, describe, expect, it, vi } from "vitest";
import type { CommandResult, Why } from "../src/lib/backend";
import { all, open, pass, test_id } from "./support";

afterEach(() => vi.useRealTimers());

/** Opens the row of the activity at this place. */
async function row(at: number) {
  const opened = await open("full");
  await opened.user.click(test_id("nav-activity"));
  const found = all("activity-row")[at];
  if (found === undefined) throw new Error(`no row ${at}`);
  await opened.user.click(found);
  return opened;
}

const steps = () => all("why-step").map((one) => one.dataset.code);

describe("why a payment was decided so", () => {
  it("shows the ladder in order, with the step that decided", async () => {
    const { backend, user } = await row(0);
    const explain = vi.spyOn(backend, "explain_payment");
    await user.click(test_id("why"));
    await pass(1);
    expect(explain).toHaveBeenCalledExactlyOnceWith("pay_a01");
    expect(test_id("why").getAttribute("aria-expanded")).toBe("true");
    expect(steps().slice(0, 2)).toEqual(["credential", "standing"]);
    expect(steps().at(-1)).toBe("reserve");
    const decided = all("why-step").filter((one) => one.textContent?.includes("Decided:"));
    expect(decided.map((one) => one.dataset.code)).toEqual(["tier"]);
    const daily = all("why-step").find((one) => one.dataset.code === "daily_cap");
    expect(daily?.textContent).toContain("251.24 of 1,000");
    expect(daily?.textContent).toContain("210.00 before + 41.20 held for sub-agents");
  });

  it("ends where it was refused, and marks what the agent chose", async () => {
    const { user } = await row(2);
    await user.click(test_id("why"));
    await pass(1);
    expect(steps().at(-1)).toBe("category");
    const last = all("why-step").at(-1);
    expect(last?.textContent).toContain("Decided: refused");
    expect(last?.textContent).toContain("not checked");
    expect(last?.querySelector('[data-testid="hidden-char"]')?.textContent).toContain("U+200B");
    expect(test_id("why-told").textContent).toContain("comes to the same");
  });

  it("opens and closes with the keyboard and asks the wallet once", async () => {
    const { backend, user } = await row(0);
    const explain = vi.spyOn(backend, "explain_payment");
    test_id("why").focus();
    await user.keyboard("{Enter}");
    await pass(1);
    expect(all("why-told")).toHaveLength(1);
    await user.keyboard(" ");
    expect(all("why-told")).toHaveLength(0);
    expect(document.activeElement).toBe(test_id("why"));
    await user.keyboard("{Enter}");
    expect(all("why-told")).toHaveLength(1);
    expect(explain).toHaveBeenCalledTimes(1);
  });

  it("says that it reads, and then what came of it", async () => {
    const { backend, user } = await row(0);
    let answer: (result: CommandResult<Why>) => void = () => {};
    vi.spyOn(backend, "explain_payment").mockReturnValueOnce(
      new Promise((done) => (answer = done)),
    );
    await user.click(test_id("why"));
    const region = document.getElementById(test_id("why").getAttribute("aria-controls") ?? "");
    expect(region?.getAttribute("aria-busy")).toBe("true");
    expect(region?.querySelector('[role="status"]')?.textContent).toContain("Reading");
    answer({ ok: false, error: { code: "log", message: "The log is busy.", what_to_do: "Wait." } });
    await pass(1);
    expect(region?.getAttribute("aria-busy")).toBe("false");
    expect(test_id("error").textContent).toContain("The log is busy.");
    await user.click(test_id("why-again"));
    await pass(1);
    expect(all("error")).toHaveLength(0);
    expect(all("why-told")).toHaveLength(1);
  });

  it("warns where deciding again gives something else", async () => {
    const { user } = await open("stress");
    await user.click(test_id("why"));
    await pass(1);
    expect(test_id("why-told").querySelector('[role="alert"]')?.textContent).toContain(
      "does not add up",
    );
  });

  it("is there for a request in the inbox, of that request alone", async () => {
    const { backend, user } = await open("full");
    const explain = vi.spyOn(backend, "explain_payment");
    await user.click(test_id("why"));
    await pass(1);
    expect(explain).toHaveBeenCalledTimes(1);
    const second = all("inbox-item")[1];
    if (second === undefined) throw new Error("no second request");
    await user.click(second);
    expect(all("why-told")).toHaveLength(0);
    expect(test_id("why").getAttribute("aria-expanded")).toBe("false");
  });

  it("is not offered for what is no payment", async () => {
    await row(5);
    expect(all("activity-detail")).toHaveLength(1);
    expect(all("why")).toHaveLength(0);
  });
});
