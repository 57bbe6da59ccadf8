import type { BrowserTraits } from '@countersign/protocol/flow';

/** The browser's signals, for a resource that compares it with the user's known browsers. */
export function browserSignals(): BrowserTraits {
  const { width, height, colorDepth: colourDepth } = screen;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { language: navigator.language, zone, screen: { width, height }, colourDepth };
}
