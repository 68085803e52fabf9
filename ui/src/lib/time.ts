import type { Millis } from "./backend";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// A fixed locale: a system language of "C" is no valid tag and would throw.
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** "14:02" */
export const time_of_day = (at: Millis): string => TIME.format(at);

/** "21 Nov 2026, 14:02:11" */
export const full_time = (at: Millis): string => FULL.format(at);

/** "Today", "Yesterday", "Thu, 19 Nov" */
export function day_of(at: Millis, now: Millis): string {
  const day = DATE.format(at);
  if (day === DATE.format(now)) return "Today";
  if (day === DATE.format(now - DAY)) return "Yesterday";
  return day;
}

/** "14:02", "yesterday 23:40", "Thu, 19 Nov, 14:02" */
export function moment(at: Millis, now: Millis): string {
  const day = day_of(at, now);
  if (day === "Today") return time_of_day(at);
  return day === "Yesterday" ? `yesterday ${time_of_day(at)}` : `${day}, ${time_of_day(at)}`;
}

/** What remains, coarse while there is time and to the second when there is not. */
export function remaining(until: Millis, now: Millis): string {
  const left = Math.max(0, until - now);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= 2 * HOUR) {
    return `${Math.floor(left / HOUR)} h ${Math.floor((left % HOUR) / MINUTE)} min`;
  }
  if (left >= 10 * MINUTE) return `${Math.floor(left / MINUTE)} min`;
  const seconds = Math.floor((left % MINUTE) / SECOND);
  return `${Math.floor(left / MINUTE)}:${String(seconds).padStart(2, "0")}`;
}

/** How long something lasts that is given in minutes. */
export function lasting(minutes: number): string {
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}

/** Under five minutes the countdown turns red. */
export const is_urgent = (until: Millis, now: Millis): boolean => until - now < 5 * MINUTE;
