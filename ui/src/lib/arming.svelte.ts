/** Nothing that decides can be pressed this soon after it appeared or changed. */
export const ARM_AFTER_MS = 700;

/**
 * Guards against the click that was meant for what stood there a moment ago: armed only when the
 * same thing, named by `key`, has stood for a while in a window that has the focus.
 */
export class Arming {
  #key: () => string;
  #armed_for = $state<string | null>(null);
  #returns = $state(0);

  /** Call while a component is being set up. */
  constructor(key: () => string) {
    this.#key = key;
    $effect(() => {
      const wanted = `${this.#returns} ${this.#key()}`;
      const timer = setTimeout(() => (this.#armed_for = wanted), ARM_AFTER_MS);
      return () => clearTimeout(timer);
    });
    $effect(() => {
      const restart = () => (this.#returns += 1);
      window.addEventListener("focus", restart);
      return () => window.removeEventListener("focus", restart);
    });
  }

  // Compared, not switched off: a changed key is unarmed in the very update that shows it.
  get armed(): boolean {
    return this.#armed_for === `${this.#returns} ${this.#key()}`;
  }
}
