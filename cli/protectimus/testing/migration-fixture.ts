import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { parse } from 'csv-parse/sync';
import { resourceDocument } from '../../../server/resources/documents.ts';
import type { GeoRule } from '../../../server/resources/filters/filter.ts';
import { assign, createFilter, operatorContext, updateToken, updateUser } from '../../../server/testing/as-operator.ts';
import { type Dialect, openDialect, PROXY } from '../../../server/testing/dialect.ts';
import { addResource, addToken, addUser, birth, overwrite, unwrap } from '../../../server/testing/fixtures.ts';
import { listen } from '../../../server/testing/listening.ts';
import { createToken } from '../../../server/tokens/create-token.ts';
import { createSentToken } from '../../../server/tokens/kinds/sent/create-sent-token.ts';
import { type Output, openTerminal, type Terminal } from '../../testing/terminal.ts';

export const FOB_SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** A source account behind its own API, and a terminal at the installation that it migrates to. */
export interface MigrationFixture {
  from: Dialect;
  url: string;
  terminal: Terminal;
  /** Runs the command, and reads the report. */
  move(flags?: readonly string[], env?: Record<string, string>): Promise<Output & { rows: Record<string, string>[] }>;
  /** The answer of the installation, as JSON. */
  ask(...args: string[]): Promise<Record<string, unknown>[]>;
  show(...args: string[]): Promise<Record<string, unknown>>;
  /** Imports the seed of the fob with the serial number F-1. */
  importSeeds(): Promise<void>;
  close(): Promise<void>;
}

/**
 * - Shop: alice (an app), bob (no token), carol (blocked), dave (email), eve (the fob F-1), frank (a locked token), a
 *   fob without an owner (N-1);
 * - Bank: alice, with the same app; and a filter.
 */
export async function createMigrationFixture(seed: string): Promise<MigrationFixture> {
  const from = await openDialect(`${seed} source`, { user: { email: 'alice@post.example' }, tokens: [{}] });
  await fillSource(from);
  const listening = await listen(from.service, PROXY);
  const terminal = await openTerminal(seed);
  await terminal.type(['account', 'create', '--name', 'Acme']);
  const report = join(terminal.dataFolder, 'report.csv');
  // The command uses the clock of this machine.
  const { clock } = from.service.ports;
  clock.advance(Date.now() - clock.now());
  const ask = async (...args: string[]) => JSON.parse((await terminal.type(['--json', ...args])).out);
  return {
    from,
    url: listening.url,
    terminal,
    async move(flags = [], env = { PROTECTIMUS_API_KEY: from.key }) {
      const where = ['--from', listening.url, '--login', from.superuser.email, '--report', report];
      const output = await terminal.type(['migrate', 'protectimus', ...where, ...flags], '', env);
      return { ...output, rows: await readReport(report) };
    },
    ask,
    show: ask as MigrationFixture['show'],
    async importSeeds() {
      const file = join(terminal.dataFolder, 'fobs.csv');
      await writeFile(file, `serial,seed,type\nf-1,${FOB_SEED},totp\n`);
      await terminal.type(['import', 'tokens', file]);
    },
    async close() {
      listening.close();
      await from.service.ports.close();
      await terminal.close();
      await terminal.ports.close();
    },
  };
}

async function fillSource({ service: { ports }, scene }: Dialect): Promise<void> {
  const { account, resource } = scene;
  const user = (login: string, options: object = {}) =>
    addUser(ports, account, resource, { user: { login, email: `${login}@post.example` }, ...options });
  const act = operatorContext(account);
  await user('bob');
  const carol = await user('carol');
  unwrap(await updateUser(ports, account, carol.user.id, { blocked: true }));
  const dave = await user('dave', { alone: false });
  const mail = { kind: 'email', to: 'dave@post.example', name: 'Mailbox', owner: dave.user.id } as const;
  const { token: mailbox } = unwrap(await createSentToken(ports, act, birth(ports, 'tok'), mail));
  unwrap(await assign(ports, { account, resource: resource.id, user: dave.user.id, token: mailbox.id }));
  const eve = await user('eve', { alone: false });
  const fob = await addFob(ports, account, 'F-1', eve.user.id);
  unwrap(await assign(ports, { account, resource: resource.id, user: eve.user.id, token: fob.id }));
  const frank = await user('frank', { tokens: [{}] });
  unwrap(await updateToken(ports, account, frank.tokens[0]?.id ?? fob.id, { locked: true }));
  const nobodys = await addFob(ports, account, 'N-1');
  unwrap(await assign(ports, { account, resource: resource.id, token: nobodys.id }));
  const bank = await addResource(ports, account, { name: 'Bank', failedAttemptsBeforeLock: 3 });
  const app = scene.tokens[0]?.id ?? fob.id;
  const rule: GeoRule = { kind: 'geo', mode: 'allow', countries: ['DE'], unlocated: 'deny' };
  const { filter } = unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'Home', rule }));
  await overwrite(ports, resourceDocument.key(bank.id), { geoFilter: filter.id });
  unwrap(await assign(ports, { account, resource: bank.id, user: scene.user.id, token: app }));
  await addToken(ports, account, {});
}

async function addFob(
  ports: Dialect['service']['ports'],
  account: Dialect['scene']['account'],
  serial: string,
  owner?: Dialect['scene']['user']['id'],
) {
  const input = {
    kind: 'totp',
    name: 'Fob',
    serial,
    algorithm: 'SHA1',
    digits: 6,
    periodMs: 30_000,
    counter: 0,
  } as const;
  const created = await createToken(ports, operatorContext(account), birth(ports, 'tok'), {
    ...input,
    ...omitUndefined({ owner }),
  });
  return unwrap(created).token;
}

async function readReport(file: string): Promise<Record<string, string>[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return parse(text, { columns: true }) as Record<string, string>[];
}
