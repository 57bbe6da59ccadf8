import { html } from 'hono/html';
import type { Order } from '../shop/orders.ts';
import type { Session } from '../shop/sessions.ts';
import { claimsTable } from './claims-table.ts';
import { layout, type Markup } from './layout.ts';
import { slip } from './slip.ts';

export function orderPage(session: Session, { order }: { order: Order }): Markup {
  const { id, quote, state, claims } = order;
  const main = html`<section class="narrow">
    <p class="crumb">Order ${id}</p>
    ${
      state === 'placed'
        ? html`<h1>Thank you for your order</h1><p>We water it and pack it tomorrow morning.</p>`
        : html`<h1>Almost: we will call you</h1><p class="notice warn">Your device for one-time codes is switched off, so
          this order was confirmed <b>without a code</b>. We hold it until we have called you.</p>`
    }
    ${slip(quote)}
    <h2>How it was confirmed</h2>
    ${claimsTable(claims)}
    <p class="actions"><a class="button" href="/#plants">More plants</a> <a href="/account">Your account</a></p>
  </section>`;
  return layout(session, { title: `Order ${id}`, main });
}
