import { Hono } from 'hono';
import { basketPage } from '../pages/basket-page.ts';
import { homePage } from '../pages/home-page.ts';
import { productPage } from '../pages/product-page.ts';
import { withQuantity } from './basket.ts';
import { productOf } from './catalogue.ts';
import type { ShopEnv } from './context.ts';

/** The pages of products and basket, which need no sign-in. */
export function browse() {
  const app = new Hono<ShopEnv>();

  app.get('/', (c) => c.html(homePage(c.get('session'), { signedOut: c.req.query('signed-out') !== undefined })));

  app.get('/plants/:slug', (c) => {
    const product = productOf(c.req.param('slug'));
    return product ? c.html(productPage(c.get('session'), { product })) : c.notFound();
  });

  app.get('/basket', (c) => c.html(basketPage(c.get('session'))));

  app.post('/basket', (c) => {
    const session = c.get('session');
    const form = c.get('form');
    const slug = form.get('plant') ?? '';
    const quantity = form.get('quantity');
    const wanted = quantity === undefined ? (session.basket.get(slug) ?? 0) + 1 : Number(quantity || 'NaN');
    session.basket = withQuantity(session.basket, slug, wanted);
    return c.redirect('/basket', 303);
  });

  return app;
}
