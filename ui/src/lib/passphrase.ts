export const PASSPHRASE_MIN = 8;

export interface Strength {
  /** 0 to 3 of three steps. */
  step: 0 | 1 | 2 | 3;
  words: string;
}

export const is_short = (passphrase: string): boolean =>
  [...passphrase].length < PASSPHRASE_MIN;

/** Plain help while typing. The wallet alone decides whether a passphrase will do. */
export function strength(passphrase: string): Strength {
  const length = [...passphrase].length;
  const kinds = new Set(passphrase).size;
  if (length === 0) return { step: 0, words: "At least 8 characters. Four random words are good." };
  if (length < PASSPHRASE_MIN) {
    return { step: 1, words: `${PASSPHRASE_MIN - length} more to go.` };
  }
  if (kinds < 5) return { step: 1, words: "Long enough, but it repeats itself: easy to guess." };
  if (length < 14) return { step: 2, words: "Good enough. Longer is stronger: add a word or two." };
  return { step: 3, words: "Strong. Make sure that you remember it." };
}
