import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES, type Failure } from '../protectimus/failure-codes.ts';
import { type Dialect, type Format, inTexts, type Parameters, PROXY } from './dialect.ts';
import type { FixtureOptions } from './fixtures.ts';
import { FOREIGN_CLIENTS, type ForeignClient, type ForeignLanguage, startForeignClient } from './foreign-client.ts';
import { listen } from './listening.ts';

/** One request of the dialect in one situation, and its response. Each is sent in JSON and in XML. */
export interface DialectCase {
  row: string;
  when: string;
  scene?: FixtureOptions;
  /** The parameters; `path` replaces the endpoint's path if that contains a number. */
  send: (own: Dialect) => Sent | Promise<Sent>;
  /** Of a success, as in JSON; may contain matchers where both formats have a text. */
  response?: object | ((own: Dialect, sent: Sent) => object);
  /** Extra members in XML. */
  onlyInXml?: object;
  failure?: Failure;
}

export type Sent = Parameters & { path?: string };

type Asking = (own: Dialect, route: string, parameters: Parameters, format: Format) => Promise<object>;

/** Runs each case in JSON and in XML, from our own tests and from client libraries in other languages. */
export function tryCases(dialect: () => Dialect, cases: readonly DialectCase[]): void {
  describe('called here', () => {
    tryEach(dialect, cases, async (own, route, parameters, format) => {
      const { status, holder } = await own.ask(route, parameters, { format });
      expect(status).toBe(200);
      return holder.error ? { code: Number(holder.error.code) } : { response: holder.response };
    });
  });
  describe.each(Object.keys(FOREIGN_CLIENTS) as ForeignLanguage[])('called in %s', (language) => {
    let listening: Awaited<ReturnType<typeof listen>>;
    let client: ForeignClient;
    beforeAll(async () => {
      listening = await listen(dialect().service, PROXY);
      client = startForeignClient(language, listening.url);
    });
    afterAll(async () => {
      await client.close();
      listening.close();
    });
    tryEach(dialect, cases, (own, route, parameters, format) => client.ask(own, route, parameters, { format }));
  });
}

function tryEach(dialect: () => Dialect, cases: readonly DialectCase[], ask: Asking): void {
  describe.each(['json', 'xml'] as const)('in %s', (format) => {
    test.each(cases.map((one) => [one.row, one.when, one] as const))('%s, when %s', async (_row, _when, one) => {
      const own = await dialect().another(one.scene);
      const sent = await one.send(own);
      const { path, ...parameters } = sent;
      const route = path === undefined ? one.row : `${one.row.split(' ')[0]} ${path}`;
      const answer = await ask(own, route, parameters, format);
      if (one.failure) {
        expect(answer).toMatchObject({ code: FAILURES[one.failure] });
        return;
      }
      const response = typeof one.response === 'function' ? one.response(own, sent) : one.response;
      const whole = format === 'xml' ? inTexts({ ...response, ...one.onlyInXml }) : (response ?? {});
      expect(answer).toEqual({ response: whole });
    });
  });
}
