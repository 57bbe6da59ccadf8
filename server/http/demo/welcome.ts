import { DOCUMENTS_PATH } from '@countersign/protocol/documents';
import { ICON_PATHS } from '@countersign/protocol/icon';
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { AppEnv } from '../context.ts';
import { showDemoPage } from './page.ts';

/**
 * The root of the demo: where to go. A real installation leads to the console.
 *
 * @param shop the address of the demo's shop, if there is one
 */
export function demoWelcome(shop: string | undefined) {
  const app = new Hono<AppEnv>();
  app.get('/', (c) =>
    showDemoPage(
      c,
      'Countersign demo',
      html`<h1><img src="${ICON_PATHS[0]}" width="32" height="32" alt="">Countersign demo</h1>
<p>The terminal shows the logins, with their passwords and codes as they are now.</p>
${shop === undefined ? '' : place(shop, 'Shop', 'Sign in with password and code. tom has the same password as maria (unless you changed it) and sets up a second factor.')}
${place('/console', 'Console', 'Administer the shop: users, tokens, filters, events of the last month.')}
${place('/demo/mailbox', 'Mailbox', 'Read what the demo would have sent: links and codes.')}
${place(DOCUMENTS_PATH, 'Documentation', 'Put the sign-in on a page of your own.')}
${place('/v1', 'API', 'See every endpoint.')}`,
    ),
  );
  return app;
}

function place(href: string, name: string, text: string) {
  return html`<article>
<h2><a href="${href}">${name}</a></h2>
<p>${text}</p>
</article>
`;
}
