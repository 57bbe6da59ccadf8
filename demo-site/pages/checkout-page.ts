import { html } from 'hono/html';
import type { PendingOrder, Person, Session } from '../shop/sessions.ts';
import { csrfField, layout, type Markup } from './layout.ts';
import { slip } from './slip.ts';
import { widgetForm, widgetScripts } from './widget.ts';

export interface CheckoutView {
  service: string;
  resource: string;
  person: Person;
  pending: PendingOrder;
}

export function checkoutPage(session: Session, { service, resource, person, pending }: CheckoutView): Markup {
  const { nonce, loginRequest, quote, signed } = pending;
  const main = html`<section class="desk">
    <div class="lead">
      <h1>Confirm this order</h1>
      <p>You are signed in as <b>${person.login}</b>, so no password is asked for again. ${
        signed
          ? 'Check that this is your order, and confirm it. Your answer counts for exactly this order.'
          : 'Confirm the order with your second factor:'
      }</p>
      ${slip(quote)}
    </div>
    ${widgetForm(session, { service, resource, nonce, loginRequest, action: '/checkout', title: 'Confirm with a one-time code' })}
    <div class="rest">
      ${signed ? '' : html`<p class="small">A code works once: if you have just signed in with one, wait for the next.</p>`}
      <form method="post" action="/checkout/restart" class="small">${csrfField(session)}
        Not right? <a href="/basket">Change the basket</a> or <button class="link">start this confirmation again</button>.
      </form>
    </div>
  </section>`;
  return layout(session, { title: 'Confirm this order', main, head: widgetScripts(service) });
}
