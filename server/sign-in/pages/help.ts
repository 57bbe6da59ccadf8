import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { ICON_LINK } from '@countersign/protocol/icon';
import { TOKENS } from '@countersign/ui/read-tokens';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { AppEnv } from '../../http/context.ts';
import { csp } from '../../http/csp.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { frameAccess } from './page-info.ts';

const STYLE = `${TOKENS}
:root { color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --light: ; --dark: initial } }
body { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; font: 16px/1.55 system-ui, sans-serif; color: var(--text);
  background: var(--card) }
h1 { font-size: 1.7rem } h2 { margin-top: 3rem } h3 { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
a { color: var(--accent) }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
pre { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: var(--small-radius); white-space: pre-wrap }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
td, th { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
.answer { border: 1px solid var(--edge); border-radius: var(--radius); padding: .25rem 1rem }
:target { color: var(--accent) }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = csp({ 'style-src': `'sha256-${STYLE_HASH}'`, 'img-src': "'self'" });

/** The document is beside the built server, or in the project. */
const DOCUMENT = ['./troubleshooting.md', '../../../docs/troubleshooting.md'].map(
  (path) => new URL(path, import.meta.url),
);

/**
 * The document on troubleshooting, as this version has it, for the links in the console of a misconfigured page. With
 * the page's resource and origin it also says what the frame's response would say to them (SR-13).
 */
export function help(ports: Pick<Ports, 'store' | 'clock' | 'texts'>) {
  const app = new Hono<AppEnv>();
  let document: Promise<string> | undefined;
  app.get('/help', async (c) => {
    document ??= renderDocument();
    const { resource, origin } = c.req.query();
    const access = resource && origin ? await frameAccess(ports, resource, origin) : undefined;
    c.header('content-security-policy', POLICY);
    return c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Troubleshooting · Countersign</title>
${raw(ICON_LINK)}
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
${resource && origin ? answer(resource.slice(0, 100), origin.slice(0, 300), access !== undefined) : ''}
${raw(await document)}
</main>
</body>
</html>
`);
  });
  return app;
}

function answer(resource: string, origin: string, isAllowed: boolean) {
  const pair = html`the resource <code>${resource}</code> and the origin <code>${origin}</code>`;
  return html`<div class="answer"><p>${
    isAllowed
      ? html`For ${pair}: this service shows the sign-in there.`
      : html`For ${pair}: there is no such resource, or it does not allow this origin. See <a href="#ORIGIN_NOT_ALLOWED"><code>ORIGIN_NOT_ALLOWED</code></a>.`
  }</p></div>`;
}

/** Headings get their codes as ids. Links to other documents lead nowhere from here, so only their text is left. */
async function renderDocument(): Promise<string> {
  const { Marked } = await import('marked');
  const renderer = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const [id] = /[A-Z]+_[A-Z_]+/.exec(text) ?? [];
        return `<h${depth}${id ? ` id="${id}"` : ''}>${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ tokens }) {
        return this.parser.parseInline(tokens);
      },
    },
  });
  const found = DOCUMENT.find((url) => existsSync(url));
  return renderer.parse(found ? readFileSync(found, 'utf8') : '', { async: false });
}
