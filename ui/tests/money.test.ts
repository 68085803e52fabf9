import { describe, expect, it } from "vitest";
import { looks_like_amount, money, money_parts, money_short } from "../src/lib/money";

describe("money", () => {
  it("groups the whole part and keeps every digit of the fraction", () => {
    expect(money("640.00")).toBe("640.00");
    expect(money("1240.00")).toBe("1,240.00");
    expect(money("1234567.5")).toBe("1,234,567.5");
    expect(money("0.000001")).toBe("0.000001");
    expect(money("-1000.10")).toBe("-1,000.10");
  });

  it("does not lose what a float would lose", () => {
    expect(money("123456789012345.123456789012345678")).toBe(
      "123,456,789,012,345.123456789012345678",
    );
    expect(money("0.10")).toBe("0.10");
    expect(money("9007199254740993")).toBe("9,007,199,254,740,993");
  });

  it("drops only an empty fraction where there is little room", () => {
    expect(money_short("1000.00")).toBe("1,000");
    expect(money_short("0.310")).toBe("0.310");
    expect(money_short("50")).toBe("50");
  });

  it("splits off the minor units with their point", () => {
    expect(money_parts("2400.00")).toEqual({ whole: "2,400", fraction: ".00" });
    expect(money_parts("7")).toEqual({ whole: "7", fraction: "" });
  });

  it("shows what is no decimal as it came", () => {
    for (const odd of ["", "1e3", "NaN", "1.", ".5", "1,000", "0x10"]) expect(money(odd)).toBe(odd);
  });

  it("takes only the form of an amount above nothing", () => {
    for (const good of ["50", "12.50", "0.000001"]) expect(looks_like_amount(good)).toBe(true);
    for (const bad of ["", "0", "0.00", "-1", "1e3", "1,000", "5 USD", ".5", "5."]) {
      expect(looks_like_amount(bad)).toBe(false);
    }
  });
});
