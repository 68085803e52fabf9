// @vitest-environment node
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
let out = "";
const files = new Map<string, string>();

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "purser-build-"));
  // Built as it is shipped, not as a test is.
  const kept = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  await build({
    root: ROOT,
    configFile: join(ROOT, "vite.config.ts"),
    mode: "production",
    logLevel: "error",
    build: { outDir: out, emptyOutDir: true },
  });
  process.env["NODE_ENV"] = kept;
  for (const entry of await readdir(out, { recursive: true })) {
    if (/\.(html|js|css)$/.test(entry)) files.set(entry, await readFile(join(out, entry), "utf8"));
  }
}, 60_000);

afterAll(() => rm(out, { recursive: true, force: true }));

const of_kind = (kind: string) => [...files].filter(([name]) => name.endsWith(kind));

describe("the built window keeps to its content security policy", () => {
  it("has pages, scripts and styles to look at", () => {
    for (const kind of [".html", ".js", ".css"]) expect(of_kind(kind).length).toBeGreaterThan(0);
  });

  it("has no inline style or script in its page", () => {
    for (const [name, text] of of_kind(".html")) {
      expect(text, name).not.toMatch(/\sstyle\s*=/);
      expect(text, name).not.toMatch(/<style/);
      expect(text, name).not.toMatch(/<script(?![^>]*\ssrc=)/);
      expect(text, name).not.toMatch(/\son\w+\s*=/);
    }
  });

  it("has no style attribute in any template, no eval and no constructed function", () => {
    for (const [name, text] of of_kind(".js")) {
      expect(text, name).not.toMatch(/<[a-z][^<>`]*\sstyle\s*=/);
      expect(text, name).not.toMatch(/setAttribute\(\s*["'`]style["'`]/);
      expect(text, name).not.toMatch(/\beval\s*\(/);
      expect(text, name).not.toMatch(/\bnew Function\b/);
    }
  });

  it("inlines no asset and reaches for nothing on the network", () => {
    for (const [name, text] of files) {
      expect(text, name).not.toMatch(/url\(\s*["']?data:/);
      expect(text, name).not.toMatch(/(src|href)=["']data:/);
      expect(text, name).not.toMatch(/@import\s+url/);
      const outside = [...text.matchAll(/\bhttps?:\/\/[\w.-]+/g)].map(([address]) => address);
      const known = outside.filter(
        (address) => !/127\.0\.0\.1|www\.w3\.org|svelte\.dev/.test(address),
      );
      expect(known, name).toEqual([]);
    }
  });
});

describe("the sources", () => {
  it("import the host only behind the backend, and never put raw markup on the page", async () => {
    const sources = (await readdir(join(ROOT, "src"), { recursive: true })).filter((name) =>
      /\.(ts|svelte)$/.test(name),
    );
    for (const name of sources) {
      const text = await readFile(join(ROOT, "src", name), "utf8");
      if (name !== join("lib", "backend", "tauri.ts"))
        expect(text, name).not.toContain("@tauri-apps");
      expect(text, name).not.toMatch(/\{@html|innerHTML|insertAdjacentHTML/);
      expect(text, name).not.toMatch(/parseFloat|\bNumber\(/);
      expect(text, name).not.toMatch(/<[^>]*\sstyle="/);
      if (name.endsWith(".svelte")) expect(text.split("\n").length, name).toBeLessThanOrEqual(300);
    }
  });

  it("lock their packages to no registry address", async () => {
    const lock = await readFile(join(ROOT, "package-lock.json"), "utf8");
    expect(lock).not.toMatch(/"resolved":\s*"http/);
  });
});
