import { Hono } from 'hono';
import { isCountersignError, newNonce, type ResultClaims } from '../../clients/typescript/src/index.ts';
import { checkoutPage } from '../pages/checkout-page.ts';
import { failurePage } from '../pages/failure-page.ts';
import { orderPage } from '../pages/order-page.ts';
import { withoutCodePage } from '../pages/without-code-page.ts';
import { fieldsOf, quoteOf, sameBasket } from './basket.ts';
import type { ShopContext, ShopEnv } from './context.ts';
import type { ShopOptions } from './options.ts';
import type { Order, Orders } from './orders.ts';
import type { PendingOrder, Person, Session, WaivedOrder } from './sessions.ts';
import { type Countersign, PENDING_MS, redeem, refuse } from './sign-in.ts';

/** How long ago the person may have given the code, when the result reaches us. */
const RECENT_MS = 5 * 60_000;
/** What is to be confirmed can be for so long; a page that is opened later asks anew. */
const SIGNING_MS = 4 * 60_000;
/** Our clock and the service's. */
const CLOCK_DIFFERENCE_MS = 30_000;

/**
 * Confirming an order: the person is signed in already, so the widget is asked for the second factor alone, and its
 * result has to be of that same person, of this order and of right now.
 */
export function checkout(
  options: ShopOptions,
  now: () => number,
  { orders, countersign }: { orders: Orders; countersign: Countersign },
) {
  const app = new Hono<ShopEnv>();

  app.get('/checkout', async (c) => {
    const session = c.get('session');
    const { person } = session;
    if (!person) return c.redirect('/sign-in?next=/checkout', 303);
    if (session.basket.size === 0) return c.redirect('/basket', 303);
    try {
      const pending = isCurrent(session, now()) ? session.order : await ask(session, person);
      if (!pending) return c.redirect('/checkout', 303);
      return c.html(checkoutPage(session, { ...options, person, pending }));
    } catch (error) {
      return refuse(c, error, '/checkout');
    }
  });

  app.post('/checkout/restart', (c) => {
    delete c.get('session').order;
    return c.redirect('/checkout', 303);
  });

  app.post('/checkout', async (c) => {
    const session = c.get('session');
    const { person, order: pending } = session;
    // Taken out before anything is awaited: one nonce, one try, one order.
    delete session.order;
    if (!person) return c.redirect('/sign-in?next=/checkout', 303);
    const fail = (code: string) => c.html(failurePage(session, { code, back: '/checkout' }), 403);
    if (!pending || now() - pending.startedAt > PENDING_MS) return fail('NO_ORDER_UNDER_WAY');
    if (!sameBasket(pending.basket, session.basket)) return fail('BASKET_CHANGED');

    let claims: ResultClaims;
    try {
      // What is confirmed must be what is placed below, whatever the page showed.
      const confirmed = pending.signed ? fieldsOf(pending.quote) : undefined;
      claims = await redeem(countersign, options, c, pending.nonce, confirmed);
    } catch (error) {
      return refuse(c, error, '/checkout');
    }
    if (claims.sub !== person.id) return fail('CONFIRMED_BY_SOMEBODY_ELSE');
    const authenticatedAt = claims.auth_time * 1000;
    const isRecent =
      authenticatedAt >= pending.startedAt - CLOCK_DIFFERENCE_MS &&
      now() - authenticatedAt <= RECENT_MS + CLOCK_DIFFERENCE_MS;
    if (!isRecent) return fail('CONFIRMATION_TOO_OLD');

    const { basket, quote } = pending;
    if (claims.otp === 'verified') return place(c, person, { basket, quote, claims, at: now() }, 'placed');
    if (claims.otp !== 'skipped') return fail('RESULT_OTP_REQUIRED');
    // The service lets a person pass whose token is switched off, and says so; what to make of it is ours to judge. It
    // did not ask them anything, so we do: opening a page is no order.
    session.waived = { basket, quote, claims, at: now() };
    return c.redirect('/checkout/without-code', 303);
  });

  app.get('/checkout/without-code', (c) => {
    const session = c.get('session');
    const { person, waived } = session;
    if (!person || !waived || !isFresh(waived, session, now())) return c.redirect('/checkout', 303);
    return c.html(withoutCodePage(session, { quote: waived.quote }));
  });

  app.post('/checkout/without-code', (c) => {
    const session = c.get('session');
    const { person, waived } = session;
    delete session.waived;
    if (!person || !waived || !isFresh(waived, session, now())) return c.redirect('/checkout', 303);
    return place(c, person, waived, 'held');
  });

  app.get('/orders/:id', (c) => {
    const session = c.get('session');
    if (!session.person) return c.redirect('/sign-in', 303);
    const order = orders.find(session.person.id, c.req.param('id'));
    return order ? c.html(orderPage(session, { order })) : c.notFound();
  });

  function place(c: ShopContext, person: Person, { quote, claims }: WaivedOrder, state: Order['state']) {
    const order = orders.place(person.id, { quote, placedAt: now(), state, claims });
    c.get('session').basket = new Map();
    return c.redirect(`/orders/${order.id}`, 303);
  }

  /**
   * Asks the service to have the order as it stands confirmed. Whoever has no device that could do that confirms with a code
   * that it is them who orders: plants may go that way. That they have none is the service's word, and nobody's choice.
   */
  async function ask(session: Session, person: Person): Promise<PendingOrder> {
    const nonce = newNonce();
    const startedAt = now();
    const { basket } = session;
    const quote = quoteOf(basket);
    const asked = { user: person.id, resource: options.resource, nonce };
    const { client } = countersign;
    try {
      const { loginRequest } = await client.createTransaction({ ...asked, fields: fieldsOf(quote) });
      session.order = { nonce, startedAt, loginRequest, signed: true, basket, quote };
    } catch (error) {
      if (!isCountersignError(error) || error.code !== 'SIGNING_TOKEN_MISSING') throw error;
      // True of everybody who signed in here with a password: their session is the proof.
      const passwordChecked = person.claims.amr.includes('pwd');
      const { loginRequest } = await client.createLoginRequest({ ...asked, passwordChecked });
      session.order = { nonce, startedAt, loginRequest, signed: false, basket, quote };
    }
    return session.order;
  }

  return app;
}

/** Whether a confirmation under way is still about what is in the basket. A reload goes on with it. */
function isCurrent({ order, basket }: Session, at: number): boolean {
  if (order === undefined) return false;
  return at - order.startedAt <= (order.signed ? SIGNING_MS : PENDING_MS) && sameBasket(order.basket, basket);
}

function isFresh({ at, basket }: WaivedOrder, session: Session, now: number): boolean {
  return now - at <= RECENT_MS && sameBasket(basket, session.basket);
}
