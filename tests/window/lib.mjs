// Waiting, processes, the screen and the page: what the steps of drive.mjs are made of.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const SHOTS = new URL('shots/', import.meta.url).pathname;
/** How long a step may take. Long, because a busy machine is no reason to fail. */
export const PATIENCE_MS = 60_000;

export const now = () => performance.now();
export const fail = (words) => {
  throw new Error(words);
};

/** Asks again and again until there is an answer that is neither null, undefined nor false. */
export async function until(what, ask, { patience = PATIENCE_MS, step = 20 } = {}) {
  const end = now() + patience;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = `: ${error.message}`;
    }
    if (now() > end) fail(`waited ${patience} ms for ${what}, in vain${last}`);
    await pause(step);
  }
}

const started = [];

/** Starts a program and keeps its last lines of output. */
export function start(name, program, argv, env = {}) {
  const child = spawn(program, argv, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const part = { name, child, log: [] };
  child.on('error', (error) => part.log.push(error.message));
  // Programs that end early break their pipe; their exit says it.
  child.stdin.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      part.log.push(line);
      part.heard?.(line);
    });
  }
  started.push(part);
  return part;
}

/** Ends what was started, last first, by its id; waits until each is gone. */
export async function end_all() {
  for (const { child } of started.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    if ((await Promise.race([gone.then(() => true), pause(5000)])) !== true) child.kill('SIGKILL');
    await gone;
  }
}

export function tell_logs() {
  for (const { name, log } of started) {
    console.error(`\n-- ${name}, last lines`);
    for (const line of log.slice(-40)) console.error(`   ${line.slice(0, 400)}`);
  }
}

// The screen ------------------------------------------------------------------------------------

export const xdotool = async (...argv) => (await run('xdotool', argv.map(String))).stdout.trim();

export async function screenshot(name) {
  mkdirSync(SHOTS, { recursive: true });
  await run('import', ['-window', 'root', `${SHOTS}${name}.png`]);
}

/** Visible windows of a class, with where they are. */
export async function windows(of) {
  const found = await xdotool('search', '--onlyvisible', '--class', of).catch(() => '');
  const all = [];
  for (const id of found.split('\n').filter(Boolean)) {
    const geometry = await xdotool('getwindowgeometry', '--shell', id).catch(() => '');
    const value = (key) => Number(new RegExp(`^${key}=(-?\\d+)$`, 'm').exec(geometry)?.[1]);
    const box = { id, x: value('X'), y: value('Y'), width: value('WIDTH'), height: value('HEIGHT') };
    if (box.width > 40 && box.height > 40) all.push(box);
  }
  return all;
}

export async function click(x, y) {
  await xdotool('mousemove', Math.round(x), Math.round(y), 'click', 1);
}

// The page --------------------------------------------------------------------------------------

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

const LISTEN_FOR_A_CLICK = `const [wanted] = arguments;
  window.click_has_hit = false;
  addEventListener('click', ({ target }) => { window.click_has_hit = wanted.contains(target); },
    { capture: true, once: true });`;

/** The part of WebDriver that is needed here. */
export class Page {
  constructor(driver) {
    this.driver = driver;
  }

  static async open(driver, binary, args) {
    const page = new Page(driver);
    const options = { 'webkitgtk:browserOptions': { binary, args } };
    const made = await page.ask('POST', '/session', { capabilities: { alwaysMatch: options } });
    page.driver = `${driver}/session/${made.sessionId}`;
    return page;
  }

  async ask(method, path, body) {
    const response = await fetch(`${this.driver}${path}`, {
      method,
      ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { value } = await response.json();
    if (!response.ok) fail(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  async find(testid, { patience } = {}) {
    const selector = { using: 'css selector', value: `[data-testid="${testid}"]` };
    const found = await until(
      `\`${testid}\` in the window`,
      async () => (await this.ask('POST', '/elements', selector))[0],
      { patience },
    );
    return found[ELEMENT];
  }

  /**
   * Presses it once it can be pressed. The driver clicks at a place on the screen: where a push of the
   * wallet moved the page in between, the click has hit something else, and it is pressed again.
   */
  async press(testid) {
    await until(`\`${testid}\` to be pressed`, async () => {
      const element = await this.find(testid);
      const off = await this.ask('GET', `/element/${element}/attribute/aria-disabled`);
      if (off === 'true' || !(await this.ask('GET', `/element/${element}/enabled`))) return false;
      await this.script(LISTEN_FOR_A_CLICK, { [ELEMENT]: element });
      await this.ask('POST', `/element/${element}/click`);
      return this.script('return window.click_has_hit');
    });
  }

  async type(testid, text) {
    const element = await this.find(testid);
    await this.ask('POST', `/element/${element}/clear`);
    await this.ask('POST', `/element/${element}/value`, { text });
  }

  async text(testid, options) {
    return this.ask('GET', `/element/${await this.find(testid, options)}/text`);
  }

  script(script, ...args) {
    return this.ask('POST', '/execute/sync', { script, args });
  }

  script_async(script, ...args) {
    return this.ask('POST', '/execute/async', { script, args });
  }

  close() {
    return this.ask('DELETE', '');
  }

  /** A picture of the page once it stands still: two in a row are the same. */
  async shot(name) {
    let last;
    // A caret that blinks never stands still.
    await this.script("document.documentElement.style.caretColor = 'transparent'");
    const picture = await until('the page to stand still', async () => {
      const taken = await this.ask('GET', '/screenshot');
      const still = taken === last;
      last = taken;
      return still && taken;
    }, { step: 120, patience: 10_000 });
    mkdirSync(SHOTS, { recursive: true });
    writeFileSync(`${SHOTS}${name}.png`, Buffer.from(picture, 'base64'));
  }

  /** Waits until these words are somewhere in the window. */
  says(words) {
    const script = 'return document.body.innerText.includes(arguments[0])';
    return until(`\`${words}\` in the window`, () => this.script(script, words));
  }
}

// Processes -------------------------------------------------------------------------------------

const stat = (pid) => {
  // The name may hold spaces and brackets: what follows its end is in order.
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

/** The process that runs this program, and all that came from it. */
export function family(program) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map();
  const runs = (pid) => {
    try {
      parents.set(pid, stat(pid)[1]);
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === program;
    } catch {
      return false; // it has ended
    }
  };
  const members = new Set(pids.filter(runs));
  for (let grown = true; grown; ) {
    const more = pids.filter((pid) => !members.has(pid) && members.has(parents.get(pid)));
    more.forEach((pid) => members.add(pid));
    grown = more.length > 0;
  }
  return [...members];
}

/** A process's name and memory, to print. */
export const named = (pid) => `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} ${pss_mb([pid])}`;

/** Proportional set size of these processes in MB. */
export function pss_mb(pids) {
  const kb = (pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // it has ended
    }
  };
  return Math.round(pids.reduce((sum, pid) => sum + kb(pid), 0) / 1024);
}
