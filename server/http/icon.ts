import { createHash } from 'node:crypto';
import { ICON_PATHS } from '@countersign/protocol/icon';
import { Hono } from 'hono';
import type { AppEnv } from './context.ts';
import { csp } from './csp.ts';

/** The console's accent colours. An icon follows the colour scheme of the browser, not that of the page. */
const STYLE =
  '.seal{fill:#2447c8}.sign{stroke:#fff}@media(prefers-color-scheme:dark){.seal{fill:#9db4ff}.sign{stroke:#0b0d12}}';

/** The seal of the console's header. Its symbol is larger than there, because an icon is drawn at 16 pixels. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>${STYLE}</style><path class="seal" d="M16 1.8 19.5 4l4.1-.3 1.8 3.7 3.7 1.8-.3 4.1 2.2 3.5-2.2 3.5.3 4.1-3.7 1.8-1.8 3.7-4.1-.3L16 31l-3.5-2.2-4.1.3-1.8-3.7-3.7-1.8.3-4.1L1 16l2.2-3.5-.3-4.1 3.7-1.8 1.8-3.7 4.1.3z"/><path class="sign" fill="none" stroke-width="2.2" transform="translate(-5.7 -5.7) scale(1.35)" stroke-linecap="round" stroke-linejoin="round" d="m9 16.6 3.6 3.6 6.6-7.4M15.6 18.6l1.6 1.6 6-7.4"/></svg>`;

const HEADERS = {
  'content-type': 'image/svg+xml',
  'cache-control': 'public, max-age=86400',
  // The documentation, in its sandbox, has another origin.
  'cross-origin-resource-policy': 'cross-origin',
  // A browser that shows the icon as a page applies this policy.
  'content-security-policy': csp({
    'style-src': `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    'base-uri': undefined,
    'form-action': undefined,
  }),
};

/** The icon that browsers show in tabs and bookmarks, light or dark. */
export function icon() {
  const app = new Hono<AppEnv>();
  for (const path of ICON_PATHS) app.get(path, (c) => c.body(ICON, 200, HEADERS));
  return app;
}
