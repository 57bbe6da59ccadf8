import { randomInt } from 'node:crypto';
import type { ResultClaims } from '../../clients/typescript/src/index.ts';
import type { Quote } from './basket.ts';

export interface Order {
  /** An order number to read out, such as `JF-48213-7`. Not a secret; the order is shown only to its owner. */
  id: string;
  quote: Quote;
  placedAt: number;
  /** `held`: confirmed without a one-time password, so the shop calls before it ships. */
  state: 'placed' | 'held';
  /** The claims of the result that confirmed it. */
  claims: ResultClaims;
}

/** The orders of each user, newest first. The key is the result's `sub`, because logins can be reassigned. */
export class Orders {
  readonly #byPerson = new Map<string, Order[]>();

  of(person: string): readonly Order[] {
    return this.#byPerson.get(person) ?? [];
  }

  find(person: string, id: string): Order | undefined {
    return this.of(person).find((order) => order.id === id);
  }

  place(person: string, order: Omit<Order, 'id'>): Order {
    const placed = { ...order, id: `JF-${randomInt(10_000, 100_000)}-${this.of(person).length + 1}` };
    this.#byPerson.set(person, [placed, ...this.of(person)]);
    return placed;
  }
}
