import { html } from 'hono/html';
import { picture } from '../illustrations/pictures.ts';
import type { Quote } from '../shop/basket.ts';
import type { Markup } from './layout.ts';
import { price } from './wording.ts';

/** The items and the total of an order. */
export function slip(quote: Quote): Markup {
  return html`<ul class="slip">
    ${quote.lines.map(
      ({ product, quantity, cents }) => html`<li class="${product.slug}">
      <span class="stage">${picture(product)}</span><span>${quantity} × ${product.name}</span><span class="price">${price(cents)}</span>
    </li>`,
    )}
  </ul>
  ${total(quote)}`;
}

export function total({ deliveryCents, totalCents }: Quote): Markup {
  return html`<dl class="total">
    <div><dt>Delivery</dt><dd>${deliveryCents === 0 ? 'Free' : price(deliveryCents)}</dd></div>
    <div class="sum"><dt>Total</dt><dd>${price(totalCents)}</dd></div>
  </dl>`;
}
