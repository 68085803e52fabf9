// Steps of the window test. usage: node drive.mjs PROGRAMS SCRATCH, on a display and a session bus.
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  Page, click, end_all, fail, family, named, now, pss_mb, screenshot, start, tell_logs, until, windows,
} from './lib.mjs';

const run = promisify(execFile);
const [programs, scratch] = process.argv.slice(2).map((path) => resolve(path));
const app = `${programs}/purser-desktop`;
const home = `${scratch}/wallet`;
const PASSPHRASE = 'a long enough passphrase';
const NOTIFICATION = 'Xfce4-notifyd';
const figures = [];

const figure = (name, value) => figures.push([name, value]);
const check = (right, words) => right || fail(words);

async function step(name, work) {
  const began = now();
  await work().catch((error) => fail(`${name}: ${error.message}`));
  console.log(`  ok ${String(Math.round(now() - began)).padStart(6)} ms  ${name}`);
}

async function free_port() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// The desktop ------------------------------------------------------------------------------------

function start_notification_service() {
  const places = ['/usr/libexec', ...readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/xfce4/notifyd`)];
  const daemon = places.map((place) => `${place}/xfce4-notifyd`).find((path) => existsSync(path));
  start('notification service', daemon ?? fail('xfce4-notifyd is missing: scripts/setup.sh test'), []);
  // Asking the service itself would make the bus start another one.
  const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus',
    'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.Notifications'];
  return until('the notification service', async () =>
    (await run('dbus-send', ask)).stdout.includes('boolean true'));
}

/** What the session's programs ask the notification service to show, and what it answers. */
let bus;

function listen_to_the_bus() {
  bus = start('session bus', 'dbus-monitor', ['--session',
    "type='method_call',interface='org.freedesktop.Notifications',member='Notify'",
    "type='method_return'"]);
  bus.messages = [];
  bus.heard = (line) => {
    if (/^(method|signal|error)\b.* sender=/.test(line)) bus.messages.push([line]);
    else bus.messages.at(-1)?.push(line);
  };
  return until('the session bus to be heard', () => bus.messages.length > 0);
}

/**
 * Waits until the service was asked to show these words, all of them in one notification, and
 * answered with the id that it shows them under.
 */
async function shown_by_the_service(...words) {
  const has = ([head, ...body]) =>
    head.includes('member=Notify') && words.every((word) => body.join('\n').includes(word));
  const [asked] = await until(`a notification that says \`${words.join('`, `')}\``,
    () => bus.messages.find(has));
  const [, sender, serial] = / sender=(:[\d.]+) .*? serial=(\d+) /.exec(asked);
  const answers = ([head, id]) =>
    head.includes(`destination=${sender} `) && head.endsWith(` reply_serial=${serial}`)
      && /^\s*uint32 [1-9]/.test(id);
  await until('the service to take it', () => bus.messages.some(answers));
  await notification();
}

const notification = () =>
  until('a notification', async () => (await windows(NOTIFICATION))[0], { step: 2 });
const no_notification = () =>
  until('the notification to go', async () => (await windows(NOTIFICATION)).length === 0);

/** Buttons of one width stand along the bottom, to the right: Open, Approve, Deny. */
async function press_button(which) {
  const box = await notification();
  const from_right = { approve: 170, deny: 64 }[which];
  await click(box.x + box.width - from_right, box.y + box.height - 32);
}

// The agent ---------------------------------------------------------------------------------------

class Agent {
  #answers = new Map();
  #next = 1;

  constructor(argv) {
    const client = new URL('../world/mcp-client.mjs', import.meta.url).pathname;
    this.part = start('agent', 'node', [client, '--command', JSON.stringify(argv)]);
    this.part.heard = (line) => {
      let answer;
      try {
        answer = JSON.parse(line);
      } catch {
        return; // what the door logs
      }
      if (answer.server) this.server = answer.server;
      this.#answers.get(answer.id)?.(answer);
    };
  }

  async call(tool, given, timeout_ms = 120_000) {
    const id = this.#next++;
    const answered = new Promise((done) => this.#answers.set(id, done));
    this.part.child.stdin.write(`${JSON.stringify({ id, tool, arguments: given, timeout_ms })}\n`);
    const { result, error } = await answered;
    check(result, `${tool}: ${error?.message}`);
    return result.structuredContent ?? JSON.parse(result.content[0].text);
  }

  pay(amount, key) {
    return this.call('request_payment', {
      payee: { name: 'Hetzner \u202eCloud', account: 'hetzner-1', url: 'https://hetzner.com/order' },
      amount, currency: 'USD', idempotency_key: key,
      context: 'Two servers <b>for</b> the staging environment, as you asked',
    });
  }

  wait(payment) {
    return this.call('wait_for_decision', { payment, timeout_s: 100 });
  }
}

// The steps ----------------------------------------------------------------------------------------

let page;
let agent;
let agent_argv;
let bursts = 0;
let failed;

async function open_window() {
  const port = await free_port();
  const driver = start('driver and app', 'WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'],
    { TAURI_WEBVIEW_AUTOMATION: 'true', PURSER_LOG: 'info' });
  const url = `http://127.0.0.1:${port}`;
  await until('the driver', async () => (await fetch(`${url}/status`)).ok);
  const began = now();
  page = await Page.open(url, app, ['--home', home, '--port', '0']);
  await page.find('create-passphrase', { patience: 30_000 });
  figure('launch to usable window, ms, driver included', Math.round(now() - began));
  check(driver.child.exitCode === null, 'the driver ended');
}

/** What a script that got into the page could do: nothing but what the window itself may. */
async function strict_page() {
  const tried = await page.script_async(`
    const done = arguments[arguments.length - 1];
    const blocked = [];
    addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
    const put = (tag, text) => {
      const element = document.createElement(tag);
      element.textContent = text;
      document.head.append(element);
      element.remove();
    };
    put('style', 'body { color: red }');
    put('script', 'window.ran = true');
    const image = new Image();
    image.src = 'https://example.com/x.png';
    const out = fetch('https://example.com/').then(() => 'out', () => 'kept in');
    const invoke = (command, args) => window.__TAURI_INTERNALS__.invoke(command, args)
      .then(() => 'allowed', (error) => String(error));
    const emitted = invoke('plugin:event|emit', { event: 'wallet-view', payload: {} });
    const opened = invoke('plugin:webview|create_webview_window', { options: { label: 'x' } });
    Promise.all([out, emitted, opened]).then(([net, emit, open]) => setTimeout(() => done({
      blocked, net, emit, open, ran: window.ran === true, global: typeof window.__TAURI__,
    })));
  `);
  const directives = tried.blocked.join(' ');
  for (const directive of ['style-src', 'script-src', 'img-src', 'connect-src']) {
    check(directives.includes(directive), `not kept in by ${directive}: ${JSON.stringify(tried)}`);
  }
  check(!tried.ran && tried.net === 'kept in', JSON.stringify(tried));
  check(tried.emit.includes('not allowed') && tried.open.includes('not allowed'), JSON.stringify(tried));
  check(tried.global === 'undefined', 'the page has `window.__TAURI__`');
}

async function create_wallet() {
  await page.shot('1-create');
  await page.type('create-passphrase', PASSPHRASE);
  await page.type('create-passphrase-again', PASSPHRASE);
  await page.press('create-next');
  await page.find('phrase-word-12');
  await page.shot('2-phrase');
  const words = [];
  for (let i = 1; i <= 12; i += 1) words.push((await page.text(`phrase-word-${i}`)).trim());
  check(new Set(words).size > 6 && words.every((word) => /^[a-z]{3,8}$/.test(word)), words.join());
  await page.press('phrase-written');
  const asked = await until('the check', async () => {
    const script = `return [...document.querySelectorAll('[data-testid^="check-word-"]')]
      .map((field) => Number(field.dataset.testid.slice(11)))`;
    const positions = await page.script(script);
    return positions.length === 3 && positions;
  });
  // A wrong word first: nothing is lost by it.
  for (const at of asked) await page.type(`check-word-${at}`, 'zebra');
  await page.press('check-done');
  check((await page.text('error')).includes('not the words'), 'wrong words were taken');
  for (const at of asked) await page.type(`check-word-${at}`, words[at - 1].toUpperCase());
  await page.press('check-done');
  await page.find('nav-agents');
}

async function add_agent() {
  await page.press('nav-agents');
  await page.press('add-agent');
  await page.type('agent-name', 'Claude Code');
  await page.type('agent-per-transaction', '1000');
  await page.type('agent-per-session', '2000');
  await page.type('agent-daily', '2000');
  await page.shot('3-add-agent');
  await page.press('agent-save');
  await page.find('mcp-command');
  await page.shot('4-connect');
  // The hosts stand side by side; the last shows the snippet of JSON.
  await page.script(`[...document.querySelectorAll('button')]
    .find((button) => button.textContent.trim() === 'Others').click()`);
  const { purser } = JSON.parse(await page.text('mcp-snippet')).mcpServers;
  agent_argv = [purser.command, ...purser.args];
  check(purser.command === `${programs}/purser`, `the snippet starts ${purser.command}`);
  agent = new Agent(agent_argv);
  await until('the agent to be connected', () => agent.server);
}

/** Asks for a payment that waits for the owner; tells how long until its notification is up. */
async function ask(amount, key) {
  const began = now();
  const asked = agent.pay(amount, key);
  await notification();
  const at = now();
  const { payment, status } = await asked;
  check(status === 'pending_approval', `asked for ${amount}: ${status}`);
  return { payment, shown: Math.round(at - began), at };
}

async function approve_by_notification() {
  const { payment, shown, at } = await ask('600', 'first');
  figure('request to notification on screen, ms, agent and polling included', shown);
  await press_too_early(payment, at);
  const armed_from = now();
  await page.press('nav-inbox');
  await page.find('approve');
  await forge(payment);
  await page.shot('5-inbox');
  await screenshot('6-notification');
  const decided = agent.wait(payment);
  await until('the button to be armed', () => now() - armed_from > 750);
  await press_button('approve');
  const { status } = await decided;
  check(status === 'succeeded', `approved, and then ${status}`);
  await no_notification();
}

/** A button pressed before anybody could read: the notification comes back, nothing is decided. */
async function press_too_early(payment, seen) {
  const first = await notification();
  if (now() - seen > 400) return console.log('     left out: too slow here for the unarmed button');
  await press_button('approve');
  await until('the notification to come back', async () => {
    const [again] = await windows(NOTIFICATION);
    return again && again.id !== first.id;
  });
  const { status } = await agent.call('get_payment', { payment });
  check(status === 'pending_approval', `an unarmed button decided: ${status}`);
}

/** Another program of the session says that Approve was pressed. It is not believed. */
async function forge(payment) {
  const names = await run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus', 'org.freedesktop.DBus.ListNames']);
  const unique = [...names.stdout.matchAll(/"(:[\d.]+)"/g)].map(([, name]) => `--dest=${name}`);
  for (const to of [[], ...unique.map((name) => [name])]) {
    for (let id = 1; id <= 6; id += 1) {
      await run('dbus-send', ['--session', '--type=signal', ...to, '/org/freedesktop/Notifications',
        'org.freedesktop.Notifications.ActionInvoked', `uint32:${id}`, 'string:approve']);
    }
  }
  const still = await agent.call('get_payment', { payment });
  check(still.status === 'pending_approval', `a forged signal decided: ${still.status}`);
}

async function deny_by_notification() {
  const { payment, shown, at } = await ask('610', 'second');
  figure('the same, second time, ms', shown);
  const decided = agent.wait(payment);
  await until('the button to be armed', () => now() - at > 750);
  await press_button('deny');
  const { status } = await decided;
  check(status === 'declined', `denied, and then ${status}`);
  await no_notification();
}

async function decide_in_the_window() {
  const { payment } = await ask('620', 'third');
  await page.press('nav-inbox');
  const decided = agent.wait(payment);
  await page.press('approve');
  const { status } = await decided;
  check(status === 'succeeded', `approved in the window, and then ${status}`);
  // Decided elsewhere: it goes.
  await no_notification();
  await page.press('nav-activity');
  await page.says('Declined by you');
  await page.shot('7-activity');
}

/** A decision explained from the real log: the limits of then, and who was asked. */
async function explain_in_the_window() {
  await page.press('activity-row');
  await page.press('why');
  await page.find('why-told');
  await page.says('A person was asked.');
  await page.says('up to 5,000: one approver');
  await page.says('Decided: asks a person');
  await page.says('decided again, it comes to the same');
  await page.script("document.querySelector('[data-testid=why]').scrollIntoView()");
  await page.shot('7-why');
}

/** The agent hands part of its budget on and opens a session; the owner sees both, and ends it. */
async function see_what_is_handed_on() {
  const handed = await agent.call('delegate_budget', {
    name: 'test-runner', public_key: generateKeyPairSync('ed25519').publicKey
      .export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
    amount: '50', interval: 'daily', per_transaction: '5',
  });
  check(handed.agent, `handed on: ${JSON.stringify(handed)}`);
  const opened = await agent.call('open_session',
    { purpose: 'Upscale <b>all</b> pictures', ceiling: '10', minutes: 30 });
  check(opened.session, `opened: ${JSON.stringify(opened)}`);
  await page.press('nav-agents');
  await page.find('sub-agents');
  await page.says('50 handed, today: 0 spent, 50 left');
  await page.says('50 held for sub-agents');
  await page.says('Upscale <b>all</b> pictures');
  await page.shot('7-agents');
  await page.press('end-session');
  await until('the session to go', async () =>
    !(await page.script('return !!document.querySelector("[data-testid=session]")')));
  const refused = await agent.call('request_payment', {
    payee: { name: 'Hetzner' }, amount: '1', currency: 'USD', idempotency_key: 'in-a-session',
    session: opened.session,
  });
  check(code_of(refused) === 'session_over', `in an ended session: ${JSON.stringify(refused)}`);
  // What was handed on comes back, so that the budget can be filled.
  const back = await agent.call('change_delegation', { agent: handed.agent });
  check(!back.problem, `taken back: ${JSON.stringify(back)}`);
  await page.says('nothing is held for it');
}

const changed = (words) => page.script(`return [...document.querySelectorAll(
  '[data-testid=limit-changes] li')].some((one) => one.innerText.replace(/\\s+/g, ' ')
    .includes(arguments[0]))`, words);

/** Tightening holds at once. Loosening wants the passphrase, and a wrong one changes nothing. */
async function change_the_limits() {
  await page.press('nav-agents');
  await page.press('limits-change');
  await page.type('limit-per-transaction', '900');
  await page.press('limits-compare');
  await until('the change in words', () => changed('Tighter Most per payment'));
  await page.press('limits-save');
  await page.says('at most 900');
  // What was set may be seen before the form has heard that it was.
  await until('the form to close', async () =>
    !(await page.script('return !!document.querySelector("[data-testid=limits-compare]")')));
  const over = await agent.pay('901', 'above-the-new-cap');
  check(code_of(over) === 'per_transaction_cap', `901 of 900: ${JSON.stringify(over)}`);
  await page.press('limits-change');
  await page.type('limit-per-transaction', '1000');
  await page.press('limits-compare');
  await until('the change in words', () => changed('Looser Most per payment'));
  await page.shot('7-limits');
  await page.press('limits-loosen');
  await page.type('presence-passphrase', 'a wrong passphrase');
  await page.press('presence-confirm');
  await page.says('Wrong passphrase.');
  await page.shot('7-loosen');
  const still = await agent.pay('901', 'still-above-the-cap');
  check(code_of(still) === 'per_transaction_cap', `after a wrong one: ${JSON.stringify(still)}`);
  await page.type('presence-passphrase', PASSPHRASE);
  await page.press('presence-confirm');
  await page.says('at most 1,000');
  await page.says('Limits loosened');
}

/** 1,220 of 2,000 are spent. The owner is told at 80 %, and when nothing is left. */
async function fill_a_budget() {
  const paid = await agent.pay('400', 'to-80-percent');
  check(paid.status !== 'refused', `400 of 780: ${JSON.stringify(paid)}`);
  await shown_by_the_service('"Claude Code has used 80 % of a budget"',
    'daily: 1,620 of 2,000 USD.');
  await screenshot('7-budget');
  const rest = await agent.pay('380', 'to-100-percent');
  check(rest.status !== 'refused', `380 of 380: ${JSON.stringify(rest)}`);
  await shown_by_the_service('"Claude Code has used up a budget"',
    'daily: 2,000 of 2,000 USD.', 'What would pass it is refused.');
}

/** A burst of refusals pauses the agent; the owner hears why, sees it, and lets it go on. */
async function trip_a_breaker() {
  const paused = await until('the breaker', async () => {
    const answer = await agent.pay('1', `burst-${bursts += 1}`);
    return code_of(answer) === 'agent_paused' && answer;
  });
  check(bursts > 20 && bursts < 60, `paused after ${bursts} attempts: ${JSON.stringify(paused)}`);
  await shown_by_the_service('"Claude Code was paused by a circuit breaker"',
    'requests were refused within 10 minutes', 'nothing more until you resume it in Purser.');
  await screenshot('7-breaker');
  await page.press('nav-agents');
  await page.find('tripped');
  await page.says('requests were refused within 10 minutes.');
  await page.shot('7-tripped');
  await page.press('resume');
  await page.find('pause');
  const again = await agent.pay('1', 'after-the-resume');
  check(code_of(again) !== 'agent_paused', `after the resume: ${JSON.stringify(again)}`);
}

const code_of = (answer) => answer.problem?.code ?? answer.code;

async function freeze_and_unfreeze() {
  await page.press('freeze');
  await page.find('unfreeze-passphrase');
  await page.shot('8-frozen');
  const frozen = await agent.pay('1', 'while-frozen');
  check(code_of(frozen) === 'wallet_frozen', `while frozen: ${JSON.stringify(frozen)}`);
  await page.type('unfreeze-passphrase', 'a wrong passphrase');
  await page.press('unfreeze');
  await page.says('Wrong passphrase.');
  await page.type('unfreeze-passphrase', PASSPHRASE);
  await page.press('unfreeze');
  await page.find('freeze');
}

async function lock_and_unlock() {
  await page.press('lock');
  await page.find('unlock-passphrase');
  const locked = await agent.pay('1', 'while-locked');
  check(code_of(locked) === 'wallet_locked', `while locked: ${JSON.stringify(locked)}`);
  await page.type('unlock-passphrase', 'a wrong passphrase');
  await page.press('unlock-submit');
  await page.says('Wrong passphrase.');
  await page.shot('9-unlock');
  await page.type('unlock-passphrase', PASSPHRASE);
  await page.press('unlock-submit');
  await page.find('nav-agents');
}

async function revoke_in_the_window() {
  await page.press('nav-agents');
  await page.find('revoke');
  await page.shot('10-agents');
  await page.press('revoke');
  await page.find('stop-statement');
  await page.says('Revoked');
  await page.shot('11-revoked');
  const refused = await agent.call('request_payment', {
    payee: { name: 'Hetzner' }, amount: '1', currency: 'USD', idempotency_key: 'fourth',
  });
  // Its credential ended with it, and is looked at first; a new one would name the agent.
  const right = ['agent_revoked', 'credential_revoked'].includes(code_of(refused));
  check(right, `after the revocation: ${JSON.stringify(refused)}`);
}

async function measure() {
  const pids = family(app);
  check(pids.length > 1, 'the app and its web view are not to be found');
  const parts = pids.map(named).join(', ');
  figure(`memory of the app with its web view, MB PSS (${parts})`, pss_mb(pids));
}

async function close_window() {
  const pids = family(app);
  await page.close();
  await until('the app to end', () => pids.every((pid) => !family(app).includes(pid)));
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end_all().then(() => process.exit(1)));
console.log('the real window');
try {
  await step('the notification service runs', start_notification_service);
  await step('the session bus is listened to', listen_to_the_bus);
  await step('the window opens', open_window);
  await step('the page can do nothing but its own', strict_page);
  await step('a wallet is created, a wrong word refused', create_wallet);
  await step('an agent is added and connects by the snippet', add_agent);
  await step('a notification approves: not too early, not by forgery', approve_by_notification);
  await step('a notification denies', deny_by_notification);
  await step('the window approves and the notification goes', decide_in_the_window);
  await step('the window explains it', explain_in_the_window);
  await step('the window shows sub-agents and sessions, and ends one', see_what_is_handed_on);
  await step('the window changes limits, looser ones with the passphrase', change_the_limits);
  await step('a budget that fills is told at 80 % and at its end', fill_a_budget);
  await step('a tripped breaker is told, and resumed in the window', trip_a_breaker);
  await step('memory', measure);
  await step('the window freezes, and unfreezes with the passphrase', freeze_and_unfreeze);
  await step('the window locks and unlocks', lock_and_unlock);
  await step('the window revokes and the agent is refused', revoke_in_the_window);
  await step('the window closes and the app ends', close_window);
  for (const [name, value] of figures) console.log(`  ${String(value).padStart(6)}  ${name}`);
} catch (error) {
  await screenshot('failed').catch(() => {});
  tell_logs();
  // After the logs, which are long: the last lines are what is read first.
  failed = `\nwindow: ${error.message}`;
  process.exitCode = 1;
} finally {
  // The app is the driver's child: it stays when the driver is ended halfway.
  for (const pid of family(app)) {
    try {
      process.kill(Number(pid), 'SIGTERM');
    } catch {} // it has ended
  }
  await end_all();
  if (failed) console.error(failed);
  process.exit();
}
