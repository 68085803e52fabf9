import { describe, expect, it } from "vitest";
import { is_urgent, lasting, moment, remaining } from "../src/lib/time";

const MINUTE = 60_000;

describe("how long something lasts", () => {
  it("is told in hours from two on", () => {
    expect([1, 60, 119].map(lasting)).toEqual(["1 min", "60 min", "119 min"]);
    expect([120, 125, 720].map(lasting)).toEqual(["2 h", "2 h 5 min", "12 h"]);
  });
});

describe("what remains", () => {
  it("is coarse while there is time and to the second when there is not", () => {
    expect(remaining(41 * MINUTE + 20_000, 0)).toBe("41 min");
    expect(remaining(9 * MINUTE + 4_000, 0)).toBe("9:04");
    expect(remaining(59_000, 0)).toBe("0:59");
    expect(remaining(3 * 60 * MINUTE + 5 * MINUTE, 0)).toBe("3 h 5 min");
    expect(remaining(72 * 60 * MINUTE, 0)).toBe("3 days");
  });

  it("never goes below nothing", () => expect(remaining(0, 5_000)).toBe("0:00"));

  it("is urgent under five minutes", () => {
    expect(is_urgent(5 * MINUTE, 0)).toBe(false);
    expect(is_urgent(5 * MINUTE - 1, 0)).toBe(true);
  });

  it("names the day when it is not today", () => {
    const noon = new Date(2026, 10, 21, 12).getTime();
    expect(moment(noon, noon)).toBe("12:00");
    expect(moment(noon - 24 * 60 * MINUTE, noon)).toBe("yesterday 12:00");
    expect(moment(noon - 48 * 60 * MINUTE, noon)).toMatch(/^Thu,? 19 Nov, 12:00$/);
  });
});
