import { THEME_KEY } from '@countersign/protocol/console-theme';
import { ICON_LINK } from '@countersign/protocol/icon';
import { html, raw } from 'hono/html';
import { csp } from '../csp.ts';

/** The console's pages may run only the service's own build and talk only to the service. */
export function consoleCsp(nonce: string): string {
  return csp({
    // Modules loaded later carry the nonce of the script that imports them.
    'script-src': `'nonce-${nonce}'`,
    'style-src': `'nonce-${nonce}'`,
    // QR codes, the logos of resources and our own icon: an image runs no script.
    'img-src': "data: 'self'",
    // The widget's preview, for a resource that lets our own origin embed it.
    'frame-src': "'self'",
    'connect-src': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': "'none'",
  });
}

/** Runs before the first paint, so that the chosen colour scheme does not flash the other one. */
const THEME_SCRIPT = `try{const t=localStorage.getItem('${THEME_KEY}');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;

interface ConsoleDocument {
  nonce: string;
  /** Paths of script and stylesheet. */
  script: string;
  style: string;
  /** Scripts that the first one imports: preloaded in parallel. */
  needs: readonly string[];
}

/** One page for all of the console's addresses: its script reads the address bar. */
export function consoleDocument({ nonce, script, style, needs }: ConsoleDocument) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Countersign</title>
${raw(ICON_LINK)}
<script nonce="${nonce}">${raw(THEME_SCRIPT)}</script>
<link rel="stylesheet" href="${style}" nonce="${nonce}">
${needs.map((path) => html`<link rel="modulepreload" href="${path}" nonce="${nonce}">`)}
<script type="module" src="${script}" nonce="${nonce}"></script>
</head>
<body>
<noscript>The console needs JavaScript: it keeps the secret of a link in your browser.</noscript>
</body>
</html>
`;
}
