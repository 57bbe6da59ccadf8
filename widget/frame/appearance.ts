import type { FrameAppearance } from '@countersign/protocol/frame-protocol';
import { LOOK_PROPERTIES, lookOf } from '@countersign/protocol/look';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
let current: Partial<FrameAppearance> = {};
systemIsDark.addEventListener('change', apply);

/**
 * Applies the look from now on, through CSSOM only: the frame's CSP forbids style attributes. This module is loaded
 * only if the page changes the look, or if the document was not made with it.
 */
export function showLook(look: FrameAppearance): void {
  current = look;
  document.getElementById('look')?.remove();
  apply();
}

function apply(): void {
  const { dataset, style } = document.documentElement;
  const { tone, colorScheme, properties } = lookOf(current, systemIsDark.matches);
  dataset.tone = tone;
  style.colorScheme = colorScheme;
  for (const name of LOOK_PROPERTIES) style.setProperty(name, properties[name] ?? '');
}
