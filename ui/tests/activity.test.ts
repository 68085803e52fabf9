import { afterEach, describe, expect, it, vi } from "vitest";
import { all, open, test_id } from "./support";

afterEach(() => vi.useRealTimers());

async function activity(scenario: "full" | "empty" = "full") {
  const opened = await open(scenario);
  await opened.user.click(test_id("nav-activity"));
  return opened;
}

describe("activity", () => {
  it("filters by state and by words, and says so when nothing fits", async () => {
    const { user } = await activity();
    expect(all("activity-row")).toHaveLength(15);
    await user.selectOptions(test_id("activity-state"), "refused");
    expect(all("activity-row")).toHaveLength(2);
    await user.type(test_id("activity-search"), "claude 89");
    expect(all("activity-row")).toHaveLength(1);
    await user.type(test_id("activity-search"), " yacht");
    expect(test_id("none-found")).toBeTruthy();
  });

  it("finds a hidden character by its name", async () => {
    const { user } = await activity();
    await user.type(test_id("activity-search"), "u+202e");
    expect(all("activity-row")).toHaveLength(1);
  });

  it("opens a row in place with the rule and the claim apart", async () => {
    const { user } = await activity();
    const row = all("activity-row")[2];
    if (row === undefined) throw new Error("no third row");
    await user.click(row);
    expect(row.getAttribute("aria-expanded")).toBe("true");
    expect(test_id("activity-detail").textContent).toContain("scope_category");
    expect(test_id("claim").textContent).toContain("not checked");
    await user.click(row);
    expect(all("activity-detail")).toHaveLength(0);
  });

  it("teaches when it is empty", async () => {
    await activity("empty");
    expect(test_id("empty").textContent).toContain("refusals too");
  });
});
