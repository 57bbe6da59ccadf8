import type { SavedLook } from '@countersign/protocol/appearance';
import type { FrameAppearance } from '@countersign/protocol/frame-protocol';
import { linksOf } from '@countersign/protocol/links';
import { LOOK_PROPERTIES, lookOf, overSaved } from '@countersign/protocol/look';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const saved = JSON.parse(document.documentElement.dataset.saved ?? '{}') as SavedLook;
let current: Partial<FrameAppearance> = {};
systemIsDark.addEventListener('change', apply);

/**
 * Applies the look from now on, through CSSOM only: the frame's CSP forbids style attributes. This module is loaded
 * only if the page changes the look, or if the document was not made with it.
 *
 * @returns what the frame itself draws of it
 */
export function showLook(look: FrameAppearance): SavedLook {
  current = look;
  document.getElementById('look')?.remove();
  apply();
  const { links, footer } = { ...saved, ...look.variables };
  // A link opens in a new tab, never in the frame. The document has this element if it has links.
  document.head.append(Object.assign(document.createElement('base'), { target: '_blank' }));
  return { ...saved, links: linksOf(links), footer: footer !== false };
}

function apply(): void {
  const { dataset, style } = document.documentElement;
  const { tone, properties } = lookOf(overSaved(current, saved), systemIsDark.matches);
  dataset.tone = tone;
  // The root agrees with the page around, or else the browser paints a box behind the frame.
  style.colorScheme = lookOf(current, false).colorScheme;
  document.body.style.colorScheme = tone;
  for (const name of LOOK_PROPERTIES) style.setProperty(name, properties[name] ?? '');
}
