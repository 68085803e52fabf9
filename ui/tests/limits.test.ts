import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { FAKE_PASSPHRASE } from "../src/lib/backend/fake";
import { all, open, pass, test_id } from "./support";

// jsdom has the element and not what opens it.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
  };
});
afterEach(() => vi.useRealTimers());

type Opened = Awaited<ReturnType<typeof open>>;

async function form(): Promise<Opened> {
  const opened = await open("full");
  await opened.user.click(test_id("nav-agents"));
  await opened.user.click(test_id("limits-change"));
  return opened;
}

async function type({ user }: Opened, field: string, text: string) {
  await user.clear(test_id(field));
  await user.type(test_id(field), text);
}

async function compare({ user }: Opened) {
  await user.click(test_id("limits-compare"));
  await pass(1);
}

const limits_of = async ({ backend }: Opened) => {
  const view = backend.wallet_view();
  await pass(1);
  const result = await view;
  return result.ok ? result.value.agents[0]?.limits : undefined;
};

describe("changing an agent's limits", () => {
  it("starts from what holds, and says so when nothing changes", async () => {
    const opened = await form();
    expect((test_id("limit-daily") as HTMLInputElement).value).toBe("1000");
    expect((test_id("limit-weekly") as HTMLInputElement).value).toBe("");
    await compare(opened);
    expect(test_id("limits-same").textContent).toContain("Nothing changes");
    expect(all("limits-save")).toHaveLength(0);
  });

  it("tightens at once, after showing what it tightens", async () => {
    const opened = await form();
    const set = vi.spyOn(opened.backend, "set_limits");
    await type(opened, "limit-daily", "400");
    await type(opened, "limit-weekly", "900");
    await compare(opened);
    const changes = test_id("limit-changes");
    expect(changes.textContent).toContain("Tighter");
    expect(changes.textContent).toContain("Most per day");
    expect(changes.textContent).toMatch(/1,000.*400/);
    expect(changes.textContent).toMatch(/no limit.*900/);
    await opened.user.click(test_id("limits-save"));
    await pass(1);
    expect(set.mock.calls[0]?.[3]).toBeNull();
    expect(all("limit-daily")).toHaveLength(0);
    expect(test_id("notice").textContent).toContain("Limits tightened");
    expect(document.activeElement).toBe(test_id("limits-change"));
  });

  it("asks for the passphrase to loosen, and a wrong one changes nothing", async () => {
    const opened = await form();
    const set = vi.spyOn(opened.backend, "set_limits");
    await type(opened, "limit-daily", "2000");
    await type(opened, "limit-per-transaction", "800");
    await compare(opened);
    expect(all("limits-save")).toHaveLength(0);
    await opened.user.click(test_id("limits-loosen"));
    const dialog = test_id("presence");
    expect(dialog.textContent).toContain("Most per day");
    expect(dialog.textContent).not.toContain("Most per payment");
    expect(document.activeElement).toBe(test_id("presence-passphrase"));
    await opened.user.click(test_id("presence-confirm"));
    expect(set).not.toHaveBeenCalled();
    await opened.user.type(test_id("presence-passphrase"), "a wrong one{Enter}");
    await pass(1);
    expect(test_id("error").textContent).toContain("does not open this wallet");
    expect((test_id("presence-passphrase") as HTMLInputElement).value).toBe("");
    expect((await limits_of(opened))?.daily).toBe("1000");
    await opened.user.type(test_id("presence-passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
    await pass(1);
    expect(all("presence")).toHaveLength(0);
    const limits = await limits_of(opened);
    expect([limits?.daily, limits?.per_transaction]).toEqual(["2000", "800"]);
  });

  it("changes nothing when the dialog is closed", async () => {
    const opened = await form();
    const set = vi.spyOn(opened.backend, "set_limits");
    await type(opened, "limit-review-above", " ");
    await compare(opened);
    expect(test_id("limit-changes").textContent).toMatch(/500.*your usual tiers/);
    await opened.user.click(test_id("limits-loosen"));
    await opened.user.click(test_id("presence-close"));
    expect(all("presence")).toHaveLength(0);
    expect(document.activeElement).toBe(test_id("limits-loosen"));
    expect(set).not.toHaveBeenCalled();
  });

  it("forgets what was compared as soon as something else is typed", async () => {
    const opened = await form();
    await type(opened, "limit-daily", "400");
    await compare(opened);
    expect(all("limits-save")).toHaveLength(1);
    await opened.user.type(test_id("limit-daily"), "0");
    expect(all("limits-save")).toHaveLength(0);
    expect(all("limit-changes")).toHaveLength(0);
  });

  it("refuses what was compared with limits that changed meanwhile", async () => {
    const opened = await form();
    await type(opened, "limit-daily", "400");
    await compare(opened);
    opened.backend.change((view) => ({
      ...view,
      agents: view.agents.map((one) => ({ ...one, limits: { ...one.limits, daily: "300" } })),
    }));
    await opened.user.click(test_id("limits-save"));
    await pass(1);
    expect(test_id("error").textContent).toContain("changed meanwhile");
    expect((await limits_of(opened))?.daily).toBe("300");
    await compare(opened);
    expect(test_id("limit-changes").textContent).toContain("Looser");
  });

  it("takes only amounts", async () => {
    const opened = await form();
    const asked = vi.spyOn(opened.backend, "compare_limits");
    await type(opened, "limit-daily", "1e3");
    await opened.user.clear(test_id("limit-per-session"));
    await compare(opened);
    expect(test_id("limit-daily").getAttribute("aria-invalid")).toBe("true");
    expect(document.body.textContent).toContain("A limit is required.");
    expect(asked).not.toHaveBeenCalled();
  });

  it("is not offered for a revoked agent", async () => {
    const opened = await open("full");
    opened.backend.change((view) => ({
      ...view,
      agents: view.agents.map((one) => ({ ...one, status: "revoked" })),
    }));
    await opened.user.click(test_id("nav-agents"));
    expect(all("limits-change")).toHaveLength(0);
  });
});
