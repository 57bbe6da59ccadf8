import { html } from 'hono/html';
import type { Quote } from '../shop/basket.ts';
import type { Session } from '../shop/sessions.ts';
import { csrfField, layout, type Markup } from './layout.ts';
import { slip } from './slip.ts';

/** For users whose token is deactivated: the widget asked them nothing, so the shop asks for confirmation. */
export function withoutCodePage(session: Session, { quote }: { quote: Quote }): Markup {
  const main = html`<section class="narrow">
    <h1>No code this time</h1>
    <p class="notice warn">Your device for one-time codes is switched off, so we cannot confirm that this order is yours.
    You can still order: we hold the order until we have called you.</p>
    ${slip(quote)}
    <form method="post" action="/checkout/without-code" class="actions">${csrfField(session)}
      <button class="button">Order and wait for the call</button> <a href="/basket">Change the basket</a>
    </form>
  </section>`;
  return layout(session, { title: 'Order without a code', main });
}
