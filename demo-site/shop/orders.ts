import { randomInt } from 'node:crypto';
import type { ResultClaims } from '../../clients/typescript/src/index.ts';
import type { Quote } from './basket.ts';

export interface Order {
  /** For people to read out: `JF-48213-7`. A name, not a secret; only its owner is shown it. */
  id: string;
  quote: Quote;
  placedAt: number;
  /** `held`: confirmed without a one-time password, so a human calls before anything is packed. */
  state: 'placed' | 'held';
  /** The result with which it was confirmed. */
  claims: ResultClaims;
}

/** The orders of each person, newest first, keyed on the id that results call `sub`: logins may change hands. */
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
