import { html } from 'hono/html';
import type { Order } from '../shop/orders.ts';
import type { Person, Session } from '../shop/sessions.ts';
import { claimsTable } from './claims-table.ts';
import { csrfField, layout, type Markup } from './layout.ts';
import { price } from './wording.ts';

export function accountPage(
  session: Session,
  { person, orders }: { person: Person; orders: readonly Order[] },
): Markup {
  const { claims } = person;
  const main = html`<section class="narrow">
    <h1>Hello, ${person.login}</h1>
    ${
      claims.otp === 'skipped'
        ? html`<p class="notice warn">Your device for one-time codes is switched off, so your password alone let you in.
          Orders are held until we have called you.</p>`
        : ''
    }
    <h2>How you signed in</h2>
    <p class="small">What the shop’s backend learned from the signed result, after checking and consuming it.</p>
    ${claimsTable(claims)}
    <h2>Orders</h2>
    ${
      orders.length === 0
        ? html`<p>None yet. <a href="/#plants">See the plants</a></p>`
        : html`<ul class="orders">${orders.map(
            ({ id, quote, state }) => html`<li><a href="/orders/${id}">${id}</a>
            <span class="badge ${state}">${state === 'placed' ? 'Confirmed by code' : 'Held'}</span>
            <span class="price">${price(quote.totalCents)}</span></li>`,
          )}</ul>`
    }
    <h2>Sign-in and security</h2>
    <p><a href="/account/security">Your tokens, password and details</a></p>
    <form method="post" action="/sign-out" class="actions">${csrfField(session)}<button class="button quiet">Sign out</button></form>
  </section>`;
  return layout(session, { title: 'Your account', main });
}
