import { randomBytes } from 'node:crypto';
import { ICON_LINK } from '@countersign/protocol/icon';
import { TOKENS } from '@countersign/ui/read-tokens';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { AppEnv } from '../context.ts';
import { csp } from '../csp.ts';

const STYLE = `${TOKENS}
:root { color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --light: ; --dark: initial } }
html { background: var(--card) }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); }
article { border: 1px solid var(--line); border-radius: var(--radius); padding: 0 1.25rem; margin: 1rem 0; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-bottom: 0 } h2 + p { margin-top: .25rem }
h1 img { vertical-align: -.35em; margin-inline-end: .6rem }
p.meta { color: var(--muted); margin-top: 0; font-size: .875rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
a { color: var(--accent) }
`;

/** A page of the demo, in English. */
export function showDemoPage(c: Context<AppEnv>, title: string, body: ReturnType<typeof html>) {
  const nonce = randomBytes(16).toString('base64url');
  c.header('content-security-policy', csp({ 'style-src': `'nonce-${nonce}'`, 'img-src': "'self'" }));
  return c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${raw(ICON_LINK)}
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>`);
}
