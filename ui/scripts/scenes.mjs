// Every picture: what the demonstration starts with and what is done before the picture is taken.
const on = (page, id) => page.getByTestId(id);
const armed = (page, id) => page.locator(`[data-testid="${id}"][aria-disabled="false"]`).click();

export const SCENES = [
  {
    name: "create",
    fake: "absent",
    act: async (page) => {
      await on(page, "create-passphrase").fill("four random words");
    },
  },
  {
    name: "create-errors",
    fake: "absent",
    narrow: true,
    act: async (page) => {
      await on(page, "create-passphrase").fill("short");
      await on(page, "create-next").click();
    },
  },
  {
    name: "phrase",
    fake: "absent",
    narrow: true,
    act: async (page) => {
      await on(page, "create-passphrase").fill("four random words");
      await on(page, "create-passphrase-again").fill("four random words");
      await on(page, "create-next").click();
      await on(page, "phrase-word-12").waitFor();
    },
  },
  {
    name: "check",
    fake: "absent",
    act: async (page) => {
      await on(page, "create-passphrase").fill("four random words");
      await on(page, "create-passphrase-again").fill("four random words");
      await on(page, "create-next").click();
      await on(page, "phrase-written").click();
      for (const [position, word] of [
        [3, "canyon"],
        [7, "marple"],
        [11, "sail"],
      ]) {
        await on(page, `check-word-${position}`).fill(word);
      }
      await on(page, "check-done").click();
      await on(page, "error").waitFor();
    },
  },
  {
    name: "restore",
    fake: "absent",
    narrow: true,
    act: async (page) => {
      await on(page, "restore-open").click();
      await on(page, "restore-phrase").fill("orbit velvet canyon puzzle ribbon");
    },
  },
  {
    name: "unlock",
    fake: "locked",
    act: async (page) => {
      await on(page, "unlock-passphrase").fill("wrong one");
      await on(page, "unlock-submit").click();
      await on(page, "error").waitFor();
    },
  },
  { name: "unreachable", fake: "unreachable", act: (page) => on(page, "error").waitFor() },
  { name: "inbox-empty-first", fake: "empty", act: (page) => on(page, "empty").waitFor() },
  { name: "inbox-empty", fake: "quiet", act: (page) => on(page, "empty").waitFor() },
  {
    name: "inbox",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "inbox-item").nth(1).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "inbox-unarmed",
    settles_ms: 900,
    fake: "full",
    act: async (page) => {
      await page.keyboard.press("j");
      await page.waitForTimeout(150);
    },
  },
  { name: "inbox-quorum", fake: "full", act: (page) => page.waitForTimeout(900) },
  {
    name: "inbox-deception",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await on(page, "deny-reason-toggle").click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "inbox-sandbox",
    fake: "full",
    act: async (page) => {
      await on(page, "inbox-item").last().click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "inbox-decided",
    fake: "full",
    act: async (page) => {
      await armed(page, "approve");
      await on(page, "notice").waitFor();
      await page.waitForTimeout(1000);
    },
  },
  { name: "inbox-stress", fake: "stress", narrow: true, act: (page) => page.waitForTimeout(900) },
  { name: "troubled", fake: "troubled", narrow: true, act: (page) => page.waitForTimeout(900) },
  {
    name: "frozen",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "freeze").click();
      await on(page, "stop-statement").waitFor();
      await on(page, "unfreeze-passphrase").fill("wrong one");
      await on(page, "unfreeze").click();
      await on(page, "error").waitFor();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "agents",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-paused",
    fake: "full",
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "agent-row").filter({ hasText: "Ad bidder" }).click();
      await on(page, "tripped").waitFor();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-revoked",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await armed(page, "revoke");
      await on(page, "stop-statement").waitFor();
      await page.waitForTimeout(300);
    },
  },
  { name: "agents-empty", fake: "empty", act: (page) => on(page, "nav-agents").click() },
  {
    name: "agents-add",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "add-agent").click();
      await page.getByText("More limits").click();
      await page.getByTestId("category-travel").check();
    },
  },
  {
    name: "agents-added",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "add-agent").click();
      await on(page, "agent-name").fill("Cursor at work");
      await on(page, "agent-save").click();
      await on(page, "mcp-snippet").waitFor();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-sub",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "agent-row").nth(1).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-limits",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "limits-change").click();
      await on(page, "limit-daily").fill("1500");
      await on(page, "limit-per-transaction").fill("400");
      await on(page, "limit-weekly").fill("2500");
      await on(page, "limits-compare").click();
      await on(page, "limit-changes").waitFor();
      await on(page, "limits-cancel").scrollIntoViewIfNeeded();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-loosen",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await on(page, "limits-change").click();
      await on(page, "limit-daily").fill("1500");
      await on(page, "limits-compare").click();
      await on(page, "limits-loosen").click();
      await on(page, "presence-passphrase").fill("wrong one");
      await on(page, "presence-confirm").click();
      await on(page, "error").waitFor();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "agents-stress",
    fake: "stress",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-agents").click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "activity",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-activity").click();
      await on(page, "activity-row").nth(2).click();
    },
  },
  {
    name: "activity-why",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-activity").click();
      await on(page, "activity-row").nth(0).click();
      await on(page, "why").click();
      await on(page, "why-told").waitFor();
      await on(page, "why").evaluate((element) => element.scrollIntoView());
      await page.locator('[data-testid="not-mine"][aria-disabled="false"]').waitFor();
    },
  },
  {
    name: "activity-why-refused",
    fake: "full",
    act: async (page) => {
      await on(page, "nav-activity").click();
      await on(page, "activity-row").nth(2).click();
      await on(page, "why").click();
      await on(page, "why-told").waitFor();
    },
  },
  {
    name: "inbox-why",
    fake: "full",
    narrow: true,
    act: async (page) => {
      await on(page, "inbox-item").nth(1).click();
      await on(page, "why").click();
      await on(page, "why-told").waitFor();
      await on(page, "why").evaluate((element) => element.scrollIntoView());
      await page.waitForTimeout(900);
    },
  },
  {
    name: "inbox-why-stress",
    fake: "stress",
    narrow: true,
    act: async (page) => {
      await on(page, "why").click();
      await on(page, "why-told").waitFor();
      await on(page, "why").evaluate((element) => element.scrollIntoView());
      await page.waitForTimeout(900);
    },
  },
  {
    name: "activity-none",
    fake: "full",
    act: async (page) => {
      await on(page, "nav-activity").click();
      await on(page, "activity-search").fill("yacht");
    },
  },
  { name: "activity-empty", fake: "empty", act: (page) => on(page, "nav-activity").click() },
  {
    name: "activity-stress",
    fake: "stress",
    narrow: true,
    act: async (page) => {
      await on(page, "nav-activity").click();
      await on(page, "activity-row").first().click();
    },
  },
];
