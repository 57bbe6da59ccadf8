import { html } from 'hono/html';
import { picture } from '../illustrations/pictures.ts';
import { MAX_QUANTITY, type Quote, quoteOf } from '../shop/basket.ts';
import type { Session } from '../shop/sessions.ts';
import { csrfField, layout, type Markup } from './layout.ts';
import { total } from './slip.ts';
import { price } from './wording.ts';

export function basketPage(session: Session): Markup {
  const quote = quoteOf(session.basket);
  const main =
    quote.lines.length === 0
      ? html`<section class="narrow"><h1>Your basket is empty</h1>
        <p>Nothing green in it yet.</p>
        <p><a class="button" href="/#plants">See the plants</a></p></section>`
      : html`<section class="narrow"><h1>Your basket</h1>
        ${lines(session, quote)}
        ${total(quote)}
        <p class="actions"><a class="button" href="/checkout">Check out</a> <a href="/#plants">Keep looking</a></p>
        ${session.person ? '' : html`<p class="small">You will be asked to sign in first.</p>`}
      </section>`;
  return layout(session, { title: 'Basket', main });
}

function lines(session: Session, quote: Quote): Markup {
  return html`<ul class="lines">
    ${quote.lines.map(
      ({ product, quantity, cents }) => html`<li class="${product.slug}">
      <span class="stage">${picture(product)}</span>
      <span class="what"><a href="/plants/${product.slug}">${product.name}</a><br><small>${price(product.cents)} each</small></span>
      <span class="amount">
        ${step(session, { slug: product.slug, quantity: quantity - 1, sign: '−', label: `One ${product.name} less` })}
        <span aria-label="Quantity">${quantity}</span>
        ${step(session, { slug: product.slug, quantity: quantity + 1, sign: '+', label: `One ${product.name} more` })}
      </span>
      <span class="price">${price(cents)}</span>
    </li>`,
    )}
  </ul>`;
}

function step(
  session: Session,
  { slug, quantity, sign, label }: { slug: string; quantity: number; sign: string; label: string },
): Markup {
  return html`<form method="post" action="/basket">${csrfField(session)}<input type="hidden" name="plant" value="${slug}"><input type="hidden" name="quantity" value="${quantity}"><button aria-label="${label}"${
    quantity > MAX_QUANTITY ? html` disabled` : ''
  }>${sign}</button></form>`;
}
