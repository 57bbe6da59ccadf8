import { html } from 'hono/html';
import { picture } from '../illustrations/pictures.ts';
import type { Session } from '../shop/sessions.ts';
import { layout, type Markup } from './layout.ts';
import { widgetForm, widgetScripts } from './widget.ts';

export interface SignInView {
  service: string;
  resource: string;
  nonce: string;
  /** The page to open after the sign-in. */
  next: string;
  demo?: boolean;
}

const DEMO_HINT = html`<p class="hint">Trying the demo? Login, password and a live code are in the terminal. If it shows no
code, <code>npm start -- --codes</code> does.</p>`;

export function signInPage(session: Session, { service, resource, nonce, next, demo }: SignInView): Markup {
  const main = html`<section class="desk">
    <div class="lead">
      <h1>${next === '/checkout' ? 'Sign in to check out' : 'Good to see you'}</h1>
      <p>Your orders, your care notes, and a word from us when it is time to repot.</p>
    </div>
    ${widgetForm(session, { service, resource, nonce, action: '/sign-in', title: 'Sign in to Juniper & Fern', fields: { next } })}
    <div class="rest">
      ${demo ? DEMO_HINT : ''}
      <p class="small">The form belongs to Countersign at <code>${new URL(service).host}</code>. Your password and your
      code go there and nowhere else: the shop only learns who you are.</p>
      <div class="pair">${picture({ slug: 'pilea' })}${picture({ slug: 'rubber-tree' })}</div>
    </div>
  </section>`;
  return layout(session, { title: 'Sign in', main, head: widgetScripts(service) });
}
