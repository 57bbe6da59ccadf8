/** How long `g` waits for the second key. */
const CHORD_MS = 1_500;

export interface Shortcuts<Act> {
  /** Returns the action of a pressed key, if any. */
  press(key: string, now: number): Act | undefined;
}

/**
 * Keyboard shortcuts: a single key (`?`) or a sequence of two (`g r`). Does not use the DOM.
 *
 * @param keys `'?'`, `'g r'`
 */
export function createShortcuts<Act>(keys: ReadonlyMap<string, Act>): Shortcuts<Act> {
  const firsts = new Set([...keys.keys()].filter((chord) => chord.includes(' ')).map((chord) => chord.split(' ')[0]));
  let first: { key: string; at: number } | undefined;
  return {
    press(key, now) {
      const before = first && now - first.at <= CHORD_MS ? first.key : undefined;
      first = undefined;
      if (before !== undefined) {
        const act = keys.get(`${before} ${key}`);
        if (act !== undefined) return act;
      }
      if (firsts.has(key)) {
        first = { key, at: now };
        return undefined;
      }
      return keys.get(key);
    },
  };
}

/** Whether the focused element uses keys itself: a text field or a list. */
export function acceptsTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
}
