import { html } from 'hono/html';
import { picture } from '../illustrations/pictures.ts';
import type { Product } from '../shop/catalogue.ts';
import type { Session } from '../shop/sessions.ts';
import { csrfField, layout, type Markup } from './layout.ts';
import { price } from './wording.ts';

export function productPage(session: Session, { product }: { product: Product }): Markup {
  const { slug, name, latin, cents, story, light, water, height } = product;
  const main = html`
  <article class="product ${slug}">
    <div class="stage">${picture(product)}</div>
    <div class="facts">
      <p class="crumb"><a href="/#plants">All plants</a></p>
      <h1>${name}</h1>
      <p class="latin" lang="la">${latin}</p>
      <p>${story}</p>
      <dl>
        <div><dt>Light</dt><dd>${light}</dd></div>
        <div><dt>Water</dt><dd>${water}</dd></div>
        <div><dt>Height</dt><dd>${height}</dd></div>
      </dl>
      <form class="buy" method="post" action="/basket">
        ${csrfField(session)}
        <input type="hidden" name="plant" value="${slug}">
        <span class="price">${price(cents)}</span>
        <button class="button">Put in the basket</button>
      </form>
    </div>
  </article>`;
  return layout(session, { title: name, main });
}
