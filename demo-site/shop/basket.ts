import type { TransactionField } from '../../clients/typescript/src/index.ts';
import { price } from '../pages/wording.ts';
import { type Product, productOf } from './catalogue.ts';

/** Quantities by product slug. */
export type Basket = ReadonlyMap<string, number>;

export interface BasketLine {
  product: Product;
  quantity: number;
  cents: number;
}

/** The items and the total of a basket, fixed once the user is asked to confirm it. */
export interface Quote {
  lines: readonly BasketLine[];
  deliveryCents: number;
  totalCents: number;
}

export const MAX_QUANTITY = 9;
const DELIVERY_CENTS = 490;
const FREE_DELIVERY_FROM_CENTS = 6_000;

/** Sets the quantity of a product; zero removes it. Unknown products and invalid quantities change nothing. */
export function withQuantity(basket: Basket, slug: string, quantity: number): Basket {
  if (!productOf(slug) || !Number.isInteger(quantity) || quantity < 0 || quantity > MAX_QUANTITY) return basket;
  const next = new Map(basket);
  if (quantity === 0) next.delete(slug);
  else next.set(slug, quantity);
  return next;
}

export function itemCount(basket: Basket): number {
  return [...basket.values()].reduce((sum, quantity) => sum + quantity, 0);
}

export function quoteOf(basket: Basket): Quote {
  const lines = [...basket].flatMap(([slug, quantity]) => {
    const product = productOf(slug);
    return product ? [{ product, quantity, cents: product.cents * quantity }] : [];
  });
  const goods = lines.reduce((sum, { cents }) => sum + cents, 0);
  const deliveryCents = goods === 0 || goods >= FREE_DELIVERY_FROM_CENTS ? 0 : DELIVERY_CENTS;
  return { lines, deliveryCents, totalCents: goods + deliveryCents };
}

export function sameBasket(one: Basket, other: Basket): boolean {
  return one.size === other.size && [...one].every(([slug, quantity]) => other.get(slug) === quantity);
}

/** The order as the user confirms it. The total comes first, since the first field is shown largest. */
export function fieldsOf({ lines, deliveryCents, totalCents }: Quote): TransactionField[] {
  return [
    { label: 'Total', value: price(totalCents) },
    { label: 'To', value: 'Juniper & Fern' },
    ...lines.map(({ product, quantity }) => ({ label: 'Plant', value: `${quantity} × ${product.name}` })),
    { label: 'Delivery', value: deliveryCents === 0 ? 'Free' : price(deliveryCents) },
  ];
}
