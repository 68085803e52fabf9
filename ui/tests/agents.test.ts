import { afterEach, describe, expect, it, vi } from "vitest";
import { all, arm, open, pass, ready, test_id } from "./support";

afterEach(() => vi.useRealTimers());

async function agents(scenario: "full" | "empty" = "full") {
  const opened = await open(scenario);
  await opened.user.click(test_id("nav-agents"));
  return opened;
}

describe("stopping an agent", () => {
  it("revokes with one click once armed, and tells what it stopped", async () => {
    const { backend, user } = await agents();
    const revoke = vi.spyOn(backend, "revoke_agent");
    await user.click(test_id("revoke"));
    expect(revoke).not.toHaveBeenCalled();
    await arm();
    await user.click(test_id("revoke"));
    await pass(1);
    expect(revoke).toHaveBeenCalledExactlyOnceWith("agt_01claude");
    expect(test_id("stop-statement").textContent).toContain("Claude Code is revoked");
    expect(all("revoke")).toHaveLength(0);
    expect(all("resume")).toHaveLength(0);
  });

  it("says what revoking does before it is pressed", async () => {
    await agents();
    const id = test_id("revoke").getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(id)?.textContent).toContain("for good");
  });

  it("does not let a second click on Pause resume", async () => {
    const { backend, user } = await agents();
    const resume = vi.spyOn(backend, "resume_agent");
    await arm();
    await user.click(test_id("pause"));
    await pass(1);
    expect(ready("resume")).toBe(false);
    await user.click(test_id("resume"));
    expect(resume).not.toHaveBeenCalled();
    await arm();
    await user.click(test_id("resume"));
    await pass(1);
    expect(test_id("pause")).toBeTruthy();
  });
});

describe("adding an agent", () => {
  it("starts from conservative limits and ends with how to connect it", async () => {
    const { backend, user } = await agents("empty");
    const add = vi.spyOn(backend, "add_agent");
    await user.click(test_id("add-agent"));
    await user.type(test_id("agent-name"), "Cursor");
    await user.click(test_id("agent-save"));
    await pass(1);
    expect(add).toHaveBeenCalledWith({
      name: "Cursor",
      per_transaction: "50",
      per_session: "200",
      daily: "500",
      weekly: null,
      monthly: null,
      review_above: null,
      allowed_categories: [],
    });
    expect(JSON.parse(test_id("mcp-snippet").textContent ?? "")).toHaveProperty("mcpServers");
    expect(test_id("mcp-command").textContent).toContain("claude mcp add");
  });

  it("asks for a name and for amounts that are amounts", async () => {
    const { backend, user } = await agents();
    const add = vi.spyOn(backend, "add_agent");
    await user.click(test_id("add-agent"));
    await user.clear(test_id("agent-daily"));
    await user.clear(test_id("agent-per-session"));
    await user.type(test_id("agent-per-session"), "1e3");
    await user.click(test_id("agent-save"));
    expect(document.body.textContent).toContain("A name is required.");
    expect(document.body.textContent).toContain("A limit is required.");
    expect(test_id("agent-per-session").getAttribute("aria-invalid")).toBe("true");
    expect(add).not.toHaveBeenCalled();
  });

  it("shows the wallet's refusal with what to do", async () => {
    const { user } = await agents();
    await user.click(test_id("add-agent"));
    await user.type(test_id("agent-name"), "Claude Code");
    await user.click(test_id("agent-save"));
    await pass(1);
    expect(test_id("error").textContent).toContain("Give this one another name.");
  });
});
