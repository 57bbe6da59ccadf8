import { html } from 'hono/html';
import type { Session } from '../shop/sessions.ts';
import { layout, type Markup } from './layout.ts';
import { ownPlace, widgetScripts } from './widget.ts';

export interface SecurityView {
  service: string;
  resource: string;
  nonce: string;
}

/** The self-service page: tokens, password and details stay with the service, which the shop embeds. */
export function securityPage(session: Session, { service, resource, nonce }: SecurityView): Markup {
  const main = html`<section class="narrow">
    <p class="crumb"><a href="/account">Your account</a></p>
    <h1>Sign-in and security</h1>
    <p class="small">This part belongs to Countersign at <code>${new URL(service).host}</code>: what you type in it goes there,
    and the shop does not see it. It asks you to sign in again.</p>
    ${ownPlace({ resource, nonce, title: 'Sign-in and security' })}
  </section>`;
  return layout(session, { title: 'Sign-in and security', main, head: widgetScripts(service) });
}
