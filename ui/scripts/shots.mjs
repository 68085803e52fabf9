// Takes a picture of every screen, light and dark, wide and at the smallest size, and fails on
// accessibility violations, policy violations, errors in the console and sideways overflow.
// `npm run shots -- inbox` takes only those whose name contains the word.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { SCENES } from "./scenes.mjs";
import { serve } from "./serve.mjs";

const ROOT = new URL("..", import.meta.url).pathname;
const OUT = join(ROOT, "shots");
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 940, height: 640 };
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const only = process.argv[2] ?? "";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await serve(join(ROOT, "dist"));
const profile = await mkdtemp(join(tmpdir(), "purser-shots-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: FLAGS,
});
const problems = [];
let pictures = 0;

/** Elements that stick out sideways: of the window, or of a box that does not scroll. */
function overflow() {
  const wide = [];
  for (const box of document.querySelectorAll(
    "body, main, nav, section, article, header, footer, li, .card",
  )) {
    const style = getComputedStyle(box);
    if (style.overflowX === "auto" || style.overflowX === "hidden") continue;
    if (box.scrollWidth > box.clientWidth + 1) wide.push(`${box.tagName}.${box.className}`);
  }
  return wide;
}

async function take(scene, colour, size, suffix) {
  const name = `${scene.name}${suffix}-${colour}`;
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: colour });
  page.on("console", (line) => {
    if (line.type() === "error") problems.push(`${name}: console: ${line.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}: ${error}`));
  await page.goto(`${server.origin}/?fake=${scene.fake}`);
  await page.waitForFunction(() => document.querySelector("main:not(.loading), section") !== null);
  await scene.act(page);
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(220);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  pictures += 1;
  for (const box of await page.evaluate(overflow)) problems.push(`${name}: overflows: ${box}`);
  // Contrast is measured on what stands, not on what is just changing.
  await page.waitForTimeout(scene.settles_ms ?? 0);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }),
  );
  for (const violation of violations) {
    const where = violation.nodes
      .slice(0, 3)
      .map((node) => node.target.join(" "))
      .join(" | ");
    const line = `${name}: axe ${violation.impact} ${violation.id}: ${where}`;
    if (violation.impact === "serious" || violation.impact === "critical") problems.push(line);
    else console.log(line);
  }
  await page.close();
}

try {
  await mkdir(OUT, { recursive: true });
  for (const scene of SCENES.filter((one) => one.name.includes(only))) {
    for (const colour of ["light", "dark"]) await take(scene, colour, WIDE, "");
    if (scene.narrow) await take(scene, "light", NARROW, "-narrow");
  }
} finally {
  await context.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}
console.log(`${pictures} pictures in ui/shots`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
