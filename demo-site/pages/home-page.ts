import { html } from 'hono/html';
import { picture, windowSill } from '../illustrations/pictures.ts';
import { PRODUCTS } from '../shop/catalogue.ts';
import type { Session } from '../shop/sessions.ts';
import { layout, type Markup } from './layout.ts';
import { price } from './wording.ts';

export function homePage(session: Session, { signedOut }: { signedOut: boolean }): Markup {
  const main = html`
  ${signedOut && !session.person ? html`<p class="notice" role="status">You are signed out. See you soon.</p>` : ''}
  <section class="hero">
    <div>
      <h1>Green things for patient people</h1>
      <p>Six plants, grown slowly in our own glasshouse and packed by hand. We would rather sell you one that lives than
      three that do not.</p>
      <p><a class="button" href="#plants">See the plants</a></p>
    </div>
    ${windowSill()}
  </section>
  <section id="plants" aria-labelledby="plants-title">
    <h2 id="plants-title">This season</h2>
    <ul class="grid">
      ${PRODUCTS.map(
        (product) => html`<li class="card ${product.slug}">
        <a href="/plants/${product.slug}">
          <span class="stage">${picture(product)}</span>
          <span class="about"><b>${product.name}</b> <span class="price">${price(product.cents)}</span></span>
          <span class="line">${product.line}</span>
        </a>
      </li>`,
      )}
    </ul>
  </section>
  <section class="promises" aria-label="What we promise">
    <p><b>Packed in straw</b>Not a crumb of plastic, from our bench to your door.</p>
    <p><b>Thirty days</b>If it sulks, we take it back and nurse it.</p>
    <p><b>Two locks</b>Orders are confirmed with a code from your own device.</p>
  </section>`;
  return layout(session, { title: 'Plants for patient people', main });
}
