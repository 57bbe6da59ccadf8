import type { FrameAppearance } from '@countersign/protocol/frame-protocol';
import { LOOK_PROPERTIES, lookOf } from '@countersign/protocol/look';

/** Loaded only if the page changes the look, or if the document was not made with it. */
const DARK = '(prefers-color-scheme: dark)';

let current: FrameAppearance | undefined;

/** Applies the look from now on, through CSSOM only: the frame's CSP forbids style attributes. */
export function showLook(look: FrameAppearance): void {
  if (!current) matchMedia(DARK).addEventListener('change', apply);
  current = look;
  document.getElementById('look')?.remove();
  apply();
}

function apply(): void {
  const { dataset, style } = document.documentElement;
  const { tone, colorScheme, properties } = lookOf({ ...current }, matchMedia(DARK).matches);
  dataset.tone = tone;
  style.colorScheme = colorScheme;
  for (const name of LOOK_PROPERTIES) style.setProperty(name, properties[name] ?? '');
}
