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

/** The maximum age of the code when the result arrives. */
const RECENT_MS = 5 * 60_000;
/** How long an order can be confirmed; a page opened later requests it again. */
const SIGNING_MS = 4 * 60_000;
/** The tolerance between the shop's clock and the service's. */
const CLOCK_DIFFERENCE_MS = 30_000;

/**
 * Confirms an order: the user is already signed in, so the widget asks only for the second factor. Its result must be
 * of the same user, for this order and recent.
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
    // Removed before the first await: a nonce allows one try and one order.
    delete session.order;
    if (!person) return c.redirect('/sign-in?next=/checkout', 303);
    const fail = (code: string) => c.html(failurePage(session, { code, back: '/checkout' }), 403);
    if (!pending || now() - pending.startedAt > PENDING_MS) return fail('NO_ORDER_UNDER_WAY');
    if (!sameBasket(pending.basket, session.basket)) return fail('BASKET_CHANGED');

    let claims: ResultClaims;
    try {
      // The confirmed order must be the one placed below, whatever the page showed.
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
    // The service lets a user with a deactivated token pass without a code, and says so. The shop asks the user to
    // confirm, because opening the page is no order.
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
   * Asks the service for a confirmation of the order. A user without a device that can sign it confirms with a code
   * instead. Only the service decides that, never the user.
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
      // True if the user signed in here with a password: the session proves it.
      const passwordChecked = person.claims.amr.includes('pwd');
      const { loginRequest } = await client.createLoginRequest({ ...asked, passwordChecked });
      session.order = { nonce, startedAt, loginRequest, signed: false, basket, quote };
    }
    return session.order;
  }

  return app;
}

/** Whether the pending confirmation still matches the basket, so that a reload can continue it. */
function isCurrent({ order, basket }: Session, at: number): boolean {
  if (order === undefined) return false;
  return at - order.startedAt <= (order.signed ? SIGNING_MS : PENDING_MS) && sameBasket(order.basket, basket);
}

function isFresh({ at, basket }: WaivedOrder, session: Session, now: number): boolean {
  return now - at <= RECENT_MS && sameBasket(basket, session.basket);
}
