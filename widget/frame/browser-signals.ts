import type { BrowserTraits } from '@countersign/protocol/flow';

/** What this browser is like, for a resource that compares it with those that the person signed in with before. */
export function browserSignals(): BrowserTraits {
  const { width, height, colorDepth: colourDepth } = screen;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { language: navigator.language, zone, screen: { width, height }, colourDepth };
}
