import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Mailbox, MailboxMessage } from '../../kernel/ports/mailer.ts';
import type { AppEnv } from '../context.ts';
import { showDemoPage } from './page.ts';

/**
 * The mails and text messages that the demo would have sent. A real installation has no such route.
 */
export function demoMailbox(mailbox: Mailbox) {
  const app = new Hono<AppEnv>();
  app.get('/mailbox', (c) =>
    showDemoPage(
      c,
      'Demo mailbox',
      html`<h1>Demo mailbox</h1>
<p>The demo sends no mail and no text messages. This is what it would have sent, newest first; reload to see more.</p>
${mailbox.read().map(article)}${mailbox.read().length === 0 ? html`<p>Nothing yet.</p>` : ''}`,
    ),
  );
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
