import { randomBytes } from 'node:crypto';
import { ICON_LINK } from '@countersign/protocol/icon';
import { TOKENS } from '@countersign/ui/read-tokens';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { Mailbox, MailboxMessage } from '../../kernel/ports/mailer.ts';
import type { AppEnv } from '../context.ts';

const STYLE = `${TOKENS}
:root { color-scheme: light dark }
@media (prefers-color-scheme: dark) { :root { --light: ; --dark: initial } }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
article { border: 1px solid var(--line); border-radius: var(--radius); padding: 0 1.25rem; margin: 1rem 0; }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-bottom: 0 }
p.meta { color: var(--muted); margin-top: 0; font-size: .875rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
a { color: var(--accent) }
`;

/**
 * The mails and text messages that the demo would have sent. A real installation has no such route.
 */
export function demoMailbox(mailbox: Mailbox) {
  const app = new Hono<AppEnv>();
  app.get('/mailbox', (c) => {
    const nonce = randomBytes(16).toString('base64url');
    c.header(
      'content-security-policy',
      `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    );
    return c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo mailbox</title>
${raw(ICON_LINK)}
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body>
<h1>Demo mailbox</h1>
<p>The demo sends no mail and no text messages. This is what it would have sent, newest first; reload to see more.</p>
${mailbox.read().map(article)}${mailbox.read().length === 0 ? html`<p>Nothing yet.</p>` : ''}
</body>
</html>`);
  });
  return app;
}

function article(message: MailboxMessage) {
  const { to, at, text } = message;
  const instant = new Date(at).toISOString();
  const link = message.channel === 'email' ? message.link : undefined;
  return html`<article>
<h2>${message.channel === 'email' ? message.subject : 'Text message'}</h2>
<p class="meta">To ${to}, <time datetime="${instant}">${instant}</time></p>
<pre>${text}</pre>
${link === undefined ? '' : html`<p><a href="${link}">Follow the link</a></p>`}
</article>
`;
}
