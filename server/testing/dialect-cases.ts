import { describe, expect, test } from 'vitest';
import { FAILURES, type Failure } from '../domain/protectimus/failure-codes.ts';
import { type Dialect, inTexts, type Parameters } from './dialect.ts';
import type { SceneOptions } from './scene.ts';

/** One row of the dialect in one situation, and what is answered. Every one is tried in JSON and in XML. */
export interface DialectCase {
  row: string;
  when: string;
  scene?: SceneOptions;
  /** What is sent; its `path` goes in place of the row's where that has a number. */
  send: (own: Dialect) => Sent | Promise<Sent>;
  /** Of a success. As in JSON; may hold matchers where both formats have a text. */
  response?: object | ((own: Dialect, sent: Sent) => object);
  failure?: Failure;
}

export type Sent = Parameters & { path?: string };

export function tryCases(dialect: () => Dialect, cases: readonly DialectCase[]): void {
  describe.each(['json', 'xml'] as const)('in %s', (format) => {
    test.each(cases.map((one) => [one.row, one.when, one] as const))('%s, when %s', async (_row, _when, one) => {
      const own = await dialect().another(one.scene);
      const sent = await one.send(own);
      const { path, ...parameters } = sent;
      const route = path === undefined ? one.row : `${one.row.split(' ')[0]} ${path}`;
      const { status, holder } = await own.ask(route, parameters, { format });
      expect(status).toBe(200);
      const as = (value: unknown) => (format === 'xml' ? inTexts(value) : value);
      if (one.failure) {
        expect(holder).toMatchObject({ status: 'FAILURE', error: { code: as(FAILURES[one.failure]) } });
        return;
      }
      const response = typeof one.response === 'function' ? one.response(own, sent) : one.response;
      expect(holder).toEqual({ status: 'OK', response: as(response ?? {}) });
    });
  });
}
