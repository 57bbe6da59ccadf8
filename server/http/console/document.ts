import { html } from 'hono/html';

/** What the browser may do on the console's pages: run what the service built for them and talk to the service. */
export function consoleCsp(nonce: string): string {
  return [
    "default-src 'none'",
    // Modules that are loaded later carry the nonce of the script that asks for them.
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    // QR codes, as pictures: in an image nothing runs.
    'img-src data:',
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

export interface ConsoleDocument {
  nonce: string;
  /** Paths of script and stylesheet. */
  script: string;
  style: string;
}

/** One page for all of the console's addresses: which of them it is, its script reads from the address bar. */
export function consoleDocument({ nonce, script, style }: ConsoleDocument) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Countersign</title>
<link rel="stylesheet" href="${style}" nonce="${nonce}">
<script type="module" src="${script}" nonce="${nonce}"></script>
</head>
<body>
<noscript>The console needs JavaScript: it keeps the secret of a link in your browser.</noscript>
</body>
</html>
`;
}
