import { within } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ARM_AFTER_MS } from "../src/lib/arming.svelte";
import type { InboxItem, WalletView } from "../src/lib/backend";
import { all, arm, open, pass, ready, test_id } from "./support";

afterEach(() => vi.useRealTimers());

const chosen = () =>
  all("inbox-item").find((row) => row.getAttribute("aria-current") === "true")?.dataset["payment"];
const with_item = (view: WalletView, at: number, over: Partial<InboxItem>): WalletView => ({
  ...view,
  inbox: view.inbox.map((item, index) => (index === at ? { ...item, ...over } : item)),
});

describe("arming", () => {
  it("leaves every deciding button unarmed until the card has stood for 700 ms", async () => {
    expect(ARM_AFTER_MS).toBe(700);
    const { backend, user } = await open("full");
    const approve = vi.spyOn(backend, "approve");
    const deny = vi.spyOn(backend, "deny");
    await pass(690);
    for (const id of ["approve", "deny", "deny-pause"]) expect(ready(id)).toBe(false);
    test_id("approve").click();
    test_id("deny").click();
    expect(approve).not.toHaveBeenCalled();
    expect(deny).not.toHaveBeenCalled();
    await pass(20);
    for (const id of ["approve", "deny", "deny-pause"]) expect(ready(id)).toBe(true);
    await user.click(test_id("approve"));
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it("starts again when another card is shown", async () => {
    const { user } = await open("full");
    await arm();
    await user.keyboard("j");
    expect(ready("approve")).toBe(false);
    await arm();
    expect(ready("approve")).toBe(true);
  });

  it("starts again when the request changes under the pointer", async () => {
    const { backend } = await open("full");
    await arm();
    backend.change((view) => with_item(view, 0, { digest: "sha256:other", amount: "9900.00" }));
    await pass(1);
    expect(ready("approve")).toBe(false);
    await arm();
    expect(ready("approve")).toBe(true);
  });

  it("is left alone by a push that changes nothing about the card", async () => {
    const { backend } = await open("full");
    await arm();
    backend.change((view) => ({ ...view, unlocked_for_minutes: 11 }));
    await pass(1);
    expect(ready("approve")).toBe(true);
  });

  it("starts again when the window gets the focus back", async () => {
    await open("full");
    await arm();
    window.dispatchEvent(new Event("focus"));
    await pass(1);
    expect(ready("approve")).toBe(false);
  });

  it("never arms an approval that the wallet blocks, and says why", async () => {
    const { backend, user } = await open("full");
    const approve = vi.spyOn(backend, "approve");
    await user.keyboard("jj");
    await arm();
    expect(ready("approve")).toBe(false);
    expect(ready("deny")).toBe(true);
    const why = document.getElementById(test_id("approve").getAttribute("aria-describedby") ?? "");
    expect(why?.textContent).toContain("above the trip's budget");
    await user.click(test_id("approve"));
    expect(approve).not.toHaveBeenCalled();
  });

  it("disarms the approval when the time is up", async () => {
    const { backend } = await open("full");
    backend.change((view) => with_item(view, 0, { expires_at_ms: Date.now() + 2_000 }));
    await arm();
    expect(ready("approve")).toBe(true);
    await pass(3_000);
    expect(ready("approve")).toBe(false);
    expect(test_id("request-card").textContent).toContain("Time is up");
  });
});

describe("deciding", () => {
  it("carries back the digest that was shown", async () => {
    const { backend, user } = await open("full");
    const approve = vi.spyOn(backend, "approve");
    const shown = backend.wallet_view();
    await arm();
    await user.click(test_id("approve"));
    await pass(1);
    const view = await shown;
    const first = view.ok ? view.value.inbox[0] : undefined;
    expect(approve).toHaveBeenCalledWith(first?.payment, first?.digest);
    expect(test_id("notice").textContent).toContain("Approved 7,900.00 EUR");
    expect(all("inbox-item")).toHaveLength(3);
  });

  it("names the amount and the currency on the button", async () => {
    await open("full");
    expect(test_id("approve").textContent?.trim()).toBe("Approve 7,900.00 EUR");
  });

  it("moves on to the next card and leaves it unarmed", async () => {
    const { user } = await open("full");
    await arm();
    await user.click(test_id("deny"));
    await pass(1);
    expect(chosen()).toBe("pay_01jd8k2hetzner");
    expect(ready("approve")).toBe(false);
  });

  it("denies with a reason when one is given", async () => {
    const { backend, user } = await open("full");
    const deny = vi.spyOn(backend, "deny");
    await user.click(test_id("deny-reason-toggle"));
    await user.type(test_id("deny-reason"), "jk too dear ");
    await arm();
    await user.click(test_id("deny"));
    expect(deny).toHaveBeenCalledWith("pay_01jd8n7steel", "jk too dear");
  });

  it("shows an error with what to do, and keeps the card", async () => {
    const { backend, user } = await open("full");
    vi.spyOn(backend, "approve").mockResolvedValue({
      ok: false,
      error: { code: "log_write_failed", message: "The log is full.", what_to_do: "Free space." },
    });
    await arm();
    await user.click(test_id("approve"));
    await pass(1);
    const error = test_id("error");
    expect(error.textContent).toContain("The log is full.");
    expect(error.textContent).toContain("Free space.");
    expect(error.closest("[role=alert]")).not.toBeNull();
    expect(chosen()).toBe("pay_01jd8n7steel");
    await user.keyboard("j");
    expect(all("error")).toHaveLength(0);
  });
});

describe("the keyboard", () => {
  it("moves with J and K and stops at both ends", async () => {
    const { user } = await open("full");
    await user.keyboard("k");
    expect(chosen()).toBe("pay_01jd8n7steel");
    await user.keyboard("jj");
    expect(chosen()).toBe("pay_01jd8m4suite");
    await user.keyboard("jjjjk");
    expect(chosen()).toBe("pay_01jd8m4suite");
  });

  it("leaves J and K alone while typing and with a modifier", async () => {
    const { user } = await open("full");
    await user.keyboard("{Control>}j{/Control}");
    await user.click(test_id("deny-reason-toggle"));
    await user.type(test_id("deny-reason"), "jjk");
    expect(chosen()).toBe("pay_01jd8n7steel");
  });

  it("rests the focus on the card, so that Enter decides nothing", async () => {
    const { backend, user } = await open("full");
    const approve = vi.spyOn(backend, "approve");
    await arm();
    expect(document.activeElement).toBe(test_id("request-card"));
    await user.keyboard("j");
    expect(document.activeElement).toBe(test_id("request-card"));
    await arm();
    await user.keyboard("{Enter} ");
    expect(approve).not.toHaveBeenCalled();
  });
});

describe("the list", () => {
  it("stays on the chosen request when a sooner one arrives above it", async () => {
    const { backend, user } = await open("full");
    await user.keyboard("j");
    backend.change((view) => {
      const model = view.inbox[0] as InboxItem;
      return { ...view, inbox: [{ ...model, payment: "pay_new" }, ...view.inbox] };
    });
    await pass(1);
    expect(all("inbox-item")).toHaveLength(5);
    expect(chosen()).toBe("pay_01jd8k2hetzner");
  });

  it("teaches when it is empty", async () => {
    await open("empty");
    expect(test_id("empty").textContent).toContain("Nothing waits for you");
    expect(test_id("empty-add-agent")).toBeTruthy();
  });
});

describe("facts and claims", () => {
  it("never look alike: claims are quoted, labelled and outside the facts", async () => {
    const { user } = await open("full");
    await user.keyboard("j");
    const claim = test_id("claim");
    expect(claim.textContent).toContain("The agent says (not checked)");
    expect(claim.querySelector("blockquote")?.textContent).toMatch(/“Annual prepayment.*”/s);
    expect(claim.querySelector("a, button")).toBeNull();
    expect(test_id("facts").querySelector("blockquote")).toBeNull();
    expect(test_id("facts").textContent).not.toContain("Annual prepayment");
    expect(test_id("task").textContent).toContain("You asked, in Claude Code");
  });

  it("shows a task that only the agent tells as a claim", async () => {
    const { backend } = await open("full");
    backend.change((view) =>
      with_item(view, 0, {
        claim: null,
        task: {
          text: [{ kind: "plain", text: "Pay it" }],
          origin: "agent",
          said_in: null,
          said_at_ms: null,
        },
      }),
    );
    await pass(1);
    expect(all("task")).toHaveLength(0);
    expect(test_id("claim").textContent).toContain("not checked");
  });

  it("marks hidden characters and a name that is not checked", async () => {
    const { user } = await open("full");
    await user.keyboard("jj");
    const card = test_id("request-card");
    const chip = within(card).getByTestId("hidden-char");
    expect(chip.textContent).toBe("hidden character U+202E");
    expect(card.textContent).toContain("the name is not checked");
    expect(chip.closest("bdi")).not.toBeNull();
  });

  it("shows markup in outside text as text", async () => {
    await open("stress");
    const claim = test_id("claim");
    expect(claim.querySelector("b")).toBeNull();
    expect(claim.textContent).toContain("<b>Approved</b>");
  });

  it("marks the sandbox in words", async () => {
    const { user } = await open("full");
    await user.keyboard("jjj");
    expect(within(test_id("request-card")).getByTestId("sandbox").textContent).toBe(
      "Sandbox, no real money",
    );
  });
});
