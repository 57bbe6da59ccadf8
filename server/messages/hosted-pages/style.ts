import { LOGO_STYLE } from '@countersign/protocol/frame-document';
import { TOKENS } from '@countersign/ui/read-tokens';

/** The look of the widget's frame, for standalone pages. */
export const PAGE_STYLE = `${TOKENS}
[data-tone="dark"] { --light: ; --dark: initial }
@media (prefers-color-scheme: dark) { :root:not([data-tone]) { --light: ; --dark: initial } }
@media (prefers-contrast: more) { :root { --muted: var(--text); --edge: var(--text); --line: var(--text) } }
* { box-sizing: border-box }
body { margin: 0; padding: 20px 16px; min-height: 100vh; display: grid; place-items: center; background: color-mix(in srgb, var(--text) 5%, var(--card));
  color: var(--text); font: 400 16px/1.5 var(--font) }
main { width: 100%; max-width: 420px; padding: var(--space, clamp(20px, 6.5vw, 32px)); background: var(--card);
  border: 1px solid var(--line); border-radius: var(--radius); overflow-wrap: anywhere }
h1 { margin: 0 0 12px; font-size: clamp(21px, 6.2vw, 24px); line-height: 1.25; font-weight: 650; letter-spacing: -.015em }
h2 { margin: 20px 0 4px; font-size: 16px; font-weight: 600 }
header { margin: 0 0 20px; font-size: 15px }
${LOGO_STYLE}
p { margin: 0 0 12px; color: var(--muted) }
a { color: var(--accent) }
label { display: block; margin: 16px 0 6px; font-size: 14px; font-weight: 550 }
input { width: 100%; height: 48px; padding: 0 14px; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--edge); border-radius: var(--small-radius) }
input[readonly] { border-color: var(--line); color: var(--muted) }
input[aria-invalid] { border-color: var(--error); background: var(--error-wash) }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--mark); outline-offset: 1px }
.hint, .error { margin: 6px 0 0; font-size: 14px; line-height: 1.45 }
.error { color: var(--error); font-weight: 500 }
button, .primary { display: block; width: 100%; min-height: 48px; margin-top: 20px; padding: 11px 16px; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: var(--small-radius); cursor: pointer }
.box { position: relative }
.box input { padding-inline-end: 52px }
.box button { position: absolute; inset-inline-end: 4px; top: 4px; width: 40px; min-height: 40px; margin: 0; padding: 0;
  display: grid; place-items: center; color: var(--muted); background: none; border: 0 }
.box button[hidden], [aria-pressed="false"] .shut { display: none }
.box svg { fill: none; stroke: currentColor; stroke-width: 1.5px; stroke-linecap: round; stroke-linejoin: round }
footer { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 28px; font-size: 13px; color: var(--muted) }
footer a { color: inherit; text-underline-offset: 3px }
footer p { width: 100%; margin: 0 }
@media (forced-colors: active) { button, .primary { border-color: ButtonText } }
`;
