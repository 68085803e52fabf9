import { afterEach, describe, expect, it, vi } from "vitest";
import { FAKE_PASSPHRASE } from "../src/lib/backend/fake";
import { all, arm, open, pass, ready, test_id } from "./support";

afterEach(() => vi.useRealTimers());

describe("freezing", () => {
  it("is one click, tells what it stopped, and asks for the passphrase to undo", async () => {
    const { user } = await open("full");
    await user.click(test_id("freeze"));
    await pass(1);
    expect(test_id("stop-statement").textContent).toContain("No agent can begin a payment.");
    expect(test_id("stop-statement").textContent).toContain("Bechtle Direct");
    expect(document.activeElement).toBe(test_id("stop-statement"));
    expect(all("freeze")).toHaveLength(0);
    await arm();
    expect(ready("approve")).toBe(false);
    await user.type(test_id("unfreeze-passphrase"), "wrong one");
    await user.click(test_id("unfreeze"));
    await pass(1);
    expect(test_id("error").textContent).toContain("does not open this wallet");
    await user.type(test_id("unfreeze-passphrase"), FAKE_PASSPHRASE);
    await user.click(test_id("unfreeze"));
    await pass(1);
    expect(all("frozen")).toHaveLength(0);
    expect(test_id("freeze")).toBeTruthy();
  });
});

describe("locking", () => {
  it("shows nothing of the wallet afterwards", async () => {
    const { user } = await open("full");
    await user.click(test_id("nav-activity"));
    await user.click(test_id("lock"));
    await pass(1);
    expect(document.body.textContent).not.toContain("Replicate");
    await user.type(test_id("unlock-passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
    await pass(1);
    expect(test_id("nav-inbox").getAttribute("aria-current")).toBe("page");
  });
});

describe("messages", () => {
  it("are announced politely, go by themselves, and stay when they are errors", async () => {
    const { backend, user } = await open("full");
    await user.click(test_id("nav-agents"));
    await arm();
    await user.click(test_id("pause"));
    await pass(1);
    expect(test_id("notice").closest("[aria-live=polite]")).not.toBeNull();
    await pass(8_000);
    expect(all("notice")).toHaveLength(0);
    vi.spyOn(backend, "freeze").mockResolvedValue({
      ok: false,
      error: { code: "log_write_failed", message: "Not frozen.", what_to_do: "Stop the agents." },
    });
    await user.click(test_id("freeze"));
    await pass(60_000);
    expect(test_id("notice").textContent).toContain("Stop the agents.");
  });
});

describe("standing notices", () => {
  it("say what is the matter and what to do", async () => {
    await open("troubled");
    const text = all("banner")
      .map((banner) => banner.textContent)
      .join(" ");
    expect(text).toContain("The log cannot be written");
    expect(text).toContain("Free some space");
    expect(text).toContain("Agents cannot reach the wallet.");
  });
});
