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

describe("the tree of budgets", () => {
  it("shows what each sub-agent was handed, spent, holds for others and has left", async () => {
    const { user } = await agents();
    const below = all("sub-agent").map((one) => one.textContent?.replace(/\s+/g, " ").trim());
    expect(below).toHaveLength(2);
    expect(below[0]).toContain(
      "50 handed, today: 8.80 spent, 3 held for its sub-agents, 38.20 left",
    );
    expect(below[1]).toContain("5 handed, in all: 2 spent, 3 left");
    expect(document.body.textContent).toContain("44.20 held for sub-agents");
    const runner = all("sub-agent")[0]?.querySelector("button");
    if (!runner) throw new Error("no sub-agent to choose");
    await user.click(runner);
    expect(document.querySelector("h2")?.textContent).toBe("test-runner");
    expect(all("sub-agent")).toHaveLength(1);
    expect(test_id("parent").textContent?.trim()).toBe("Claude Code");
    await user.click(test_id("parent"));
    expect(document.querySelector("h2")?.textContent).toBe("Claude Code");
  });

  it("says nothing of sub-agents where there are none", async () => {
    const { user } = await agents();
    const trip = all("agent-row").find((row) => row.textContent?.includes("Trip planner"));
    if (trip === undefined) throw new Error("no such agent");
    await user.click(trip);
    expect(all("sub-agents")).toHaveLength(0);
    expect(all("sessions")).toHaveLength(0);
  });

  it("offers no Resume for an agent that is stopped with one above it", async () => {
    const { backend } = await agents();
    backend.change((view) => ({
      ...view,
      agents: view.agents.map((one) => ({
        ...one,
        status: "paused",
        status_reason: "with Boss",
        resumable: false,
      })),
    }));
    await pass(1);
    expect(all("resume")).toHaveLength(0);
    expect(document.body.textContent).toContain("with Boss");
  });
});

describe("open sessions", () => {
  it("say what for, how much and how long, and end with one click once armed", async () => {
    const { backend, user } = await agents();
    const end = vi.spyOn(backend, "end_session");
    const first = all("session")[0];
    expect(first?.textContent).toContain("Set up the staging server");
    expect(first?.textContent?.replace(/\s+/g, " ")).toContain("6.40 of 10");
    expect(first?.textContent).toContain("ends in 18 min");
    expect(all("session")[1]?.textContent).toContain("not checked");
    const button = () => all("end-session")[0] ?? document.body;
    await user.click(button());
    expect(end).not.toHaveBeenCalled();
    await arm();
    await user.click(button());
    await pass(1);
    expect(end).toHaveBeenCalledExactlyOnceWith("agt_01claude", "ses_01staging");
    expect(all("session")).toHaveLength(1);
    // The next one stands where the first did: it is not armed yet.
    await user.click(button());
    expect(end).toHaveBeenCalledTimes(1);
  });

  it("stay, with the reason, when the wallet refuses to end one", async () => {
    const { backend, user } = await agents();
    vi.spyOn(backend, "end_session").mockResolvedValueOnce({
      ok: false,
      error: { code: "session_over", message: "This session is over.", what_to_do: "Look again." },
    });
    await arm();
    await user.click(all("end-session")[0] ?? document.body);
    await pass(1);
    expect(test_id("error").textContent).toContain("This session is over.");
    expect(all("session")).toHaveLength(2);
  });
});

describe("a tripped breaker", () => {
  it("is told with its cause, and goes when the agent is resumed", async () => {
    const { backend, user } = await agents();
    const bidder = all("agent-row").find((row) => row.textContent?.includes("Ad bidder"));
    if (bidder === undefined) throw new Error("no such agent");
    await user.click(bidder);
    expect(test_id("tripped").textContent).toContain("6 times what is usual");
    expect(test_id("tripped").textContent).toContain("until you resume it");
    const resume = vi.spyOn(backend, "resume_agent");
    await arm();
    await user.click(test_id("resume"));
    await pass(1);
    expect(resume).toHaveBeenCalledTimes(1);
    expect(all("tripped")).toHaveLength(0);
    expect(test_id("pause")).toBeTruthy();
  });
});
