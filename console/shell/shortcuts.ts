/** How long `g` waits for what comes after it. */
const CHORD_MS = 1_500;

export interface Shortcuts<Act> {
  /** What a key that was pressed now is to do, if anything. */
  press(key: string, now: number): Act | undefined;
}

/**
 * Keys that do something: one by itself (`?`), or two after each other (`g r`). Knows no DOM.
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

/** Whether keys are for what has the focus: somebody is writing, or chooses from a list. */
export function acceptsTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
}
