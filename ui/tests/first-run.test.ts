import { afterEach, describe, expect, it, vi } from "vitest";
import { FAKE_PASSPHRASE, FAKE_WORDS } from "../src/lib/backend/fake";
import { all, open, pass, test_id } from "./support";

afterEach(() => vi.useRealTimers());

async function to_words() {
  const opened = await open("absent");
  await opened.user.type(test_id("create-passphrase"), "four random words");
  await opened.user.type(test_id("create-passphrase-again"), "four random words");
  await opened.user.click(test_id("create-next"));
  await pass(1);
  return opened;
}

describe("creating a wallet", () => {
  it("refuses a short passphrase and two that differ, before any command", async () => {
    const { backend, user } = await open("absent");
    const begin = vi.spyOn(backend, "create_begin");
    await user.type(test_id("create-passphrase"), "short");
    await user.click(test_id("create-next"));
    expect(document.body.textContent).toContain("Too short. At least 8 characters.");
    await user.type(test_id("create-passphrase"), " no longer");
    await user.type(test_id("create-passphrase-again"), "another one");
    await user.click(test_id("create-next"));
    expect(document.body.textContent).toContain("The two are not the same");
    expect(begin).not.toHaveBeenCalled();
  });

  it("shows the phrase once, checks three words and opens the wallet", async () => {
    const { user } = await to_words();
    FAKE_WORDS.forEach((word, index) =>
      expect(test_id(`phrase-word-${index + 1}`).textContent).toBe(word),
    );
    await user.click(test_id("phrase-written"));
    expect(all("phrase-word-1")).toHaveLength(0);
    for (const position of [3, 7, 11]) {
      await user.type(
        test_id(`check-word-${position}`),
        ` ${FAKE_WORDS[position - 1]?.toUpperCase()} `,
      );
    }
    await user.click(test_id("check-done"));
    await pass(1);
    expect(test_id("nav-inbox")).toBeTruthy();
  });

  it("says which word was wrong and what to do", async () => {
    const { user } = await to_words();
    await user.click(test_id("phrase-written"));
    for (const position of [3, 7, 11]) await user.type(test_id(`check-word-${position}`), "canyon");
    await user.click(test_id("check-done"));
    await pass(1);
    expect(test_id("error").textContent).toContain("Word 7 is not what was shown.");
    expect(test_id("error").textContent).toContain("Look at your paper");
  });

  it("restores from a phrase however it was spaced", async () => {
    const { backend, user } = await open("absent");
    const restore = vi.spyOn(backend, "restore");
    await user.click(test_id("restore-open"));
    await user.type(test_id("restore-phrase"), `  ${FAKE_WORDS.join("  ")} `);
    await user.type(test_id("restore-passphrase"), "four random words");
    await user.type(test_id("restore-passphrase-again"), "four random words");
    await user.click(test_id("restore-submit"));
    await pass(1);
    expect(restore).toHaveBeenCalledWith(FAKE_WORDS.join(" "), "four random words");
    expect(test_id("nav-inbox")).toBeTruthy();
  });
});

describe("unlocking", () => {
  it("shows the error, clears what was typed, and opens with the right passphrase", async () => {
    const { user } = await open("locked");
    await user.type(test_id("unlock-passphrase"), "wrong one");
    await user.click(test_id("unlock-submit"));
    await pass(1);
    expect(test_id("error").textContent).toContain("Check Caps Lock");
    expect((test_id("unlock-passphrase") as HTMLInputElement).value).toBe("");
    await user.type(test_id("unlock-passphrase"), `${FAKE_PASSPHRASE}{Enter}`);
    await pass(1);
    expect(test_id("nav-inbox")).toBeTruthy();
  });
});

describe("a wallet that does not answer", () => {
  it("says so and what to do, and offers to try again", async () => {
    await open("unreachable");
    expect(test_id("error").textContent).toContain("Close the other one");
    expect(test_id("load-again")).toBeTruthy();
  });
});
