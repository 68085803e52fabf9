// What the merchants saw. Tests ask it instead of guessing from the client's side.
import { EventEmitter } from 'node:events';
import { within } from './time.mjs';

const HEADERS = { 'payment-signature': 2, 'x-payment': 1 };

export class Witness {
  #routes = {};
  #payments = [];
  #settlements = [];
  #news = new EventEmitter().setMaxListeners(0);

  /** Middleware; `origin` is put before the route unless it is the shop itself. */
  watch(origin = '') {
    return (req, res, next) => {
      const route = origin + req.path;
      const seen = this.#route(route);
      seen.hits += 1;
      for (const [header, version] of Object.entries(HEADERS)) {
        const raw = req.get(header);
        if (raw === undefined) continue;
        seen.payments += 1;
        this.#payments.push({ route, method: req.method, header, x402_version: version, payload: decode(raw), raw });
      }
      res.on('finish', () => {
        seen.statuses[res.statusCode] = (seen.statuses[res.statusCode] ?? 0) + 1;
      });
      this.#news.emit('news');
      next();
    };
  }

  /** A settlement the facilitator was asked for, whatever came of it. */
  settled(entry) {
    this.#settlements.push(entry);
    this.#news.emit('news');
  }

  report() {
    return { routes: this.#routes, payments: this.#payments, settlements: this.#settlements };
  }

  /** Waits until a route was hit, and paid for, that many times. */
  async when(route, { hits = 0, payments = 0 }, ms) {
    const there = () => this.#route(route).hits >= hits && this.#route(route).payments >= payments;
    let look;
    const arrived = new Promise((resolve) => {
      look = () => there() && resolve();
      this.#news.on('news', look);
      look();
    });
    try {
      await within(ms, `${hits} hits and ${payments} payments on ${route}`, arrived);
    } finally {
      this.#news.off('news', look);
    }
  }

  forget() {
    this.#routes = {};
    this.#payments = [];
    this.#settlements = [];
  }

  #route(route) {
    return (this.#routes[route] ??= { hits: 0, payments: 0, statuses: {} });
  }
}

/** A payment header's JSON, or null when it is none. */
export function decode(raw) {
  try {
    return JSON.parse(Buffer.from(raw, 'base64').toString('utf8'));
  } catch {
    return null;
  }
}

export const encode = (value) => Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
