import type { Appearance } from './appearance.ts';
import type { DocumentLook } from './frame-document.ts';
import { lookOf, overSaved, type RequestedLook } from './look.ts';

/** The look as the document states it. What depends on the user's system is left to the stylesheet. */
export function documentLook(requested: RequestedLook, saved: Appearance = {}): DocumentLook {
  const look = overSaved(requested, saved);
  const light = lookOf(look, false);
  const dark = lookOf(look, true);
  const tone = light.tone === dark.tone ? light.tone : undefined;
  // The root agrees with the page around, or else the browser paints a box behind the frame.
  const { colorScheme } = lookOf(requested, false);
  const [css, darkCss] = [light, dark].map(({ properties }) =>
    Object.entries(properties)
      .map(([name, value]) => `${name}:${value};`)
      .join(''),
  );
  // They win over the stylesheet, also where it has more contrast.
  const rule = (declarations = '') => (declarations === '' ? '' : `:root{${declarations}}`);
  return {
    tone,
    colorScheme,
    css:
      (tone && colorScheme !== tone ? `body{color-scheme:${tone}}` : '') +
      rule(css) +
      (darkCss === css ? '' : `@media (prefers-color-scheme:dark){${rule(darkCss)}}`),
  };
}
