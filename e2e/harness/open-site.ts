import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../../docs/testing/account.ts';
import { exampleAddress, startExample } from './example-site.ts';
import type { FrameworkSite } from './framework-sites.ts';
import { type Person as AnyPerson, type Device, freshLogin, giveDevice } from './people.ts';
import type { Service } from './service.ts';

/** What the site's own table holds as a password; Countersign has another one, or none. */
export const SITE_PASSWORD = 'a password of the site';
/** More than the tests of one site take. */
const USERS = 12;

/** Who is added to the site's own table. */
interface TableUser {
  readonly login: string;
  /** The id is empty if Countersign does not know the user. */
  readonly user: { readonly id: string };
}

export type Person = AnyPerson & { device: Device };

/** An example that runs, with a resource and a table of users of its own. */
export interface OpenSite {
  readonly origin: string;
  readonly resource: string;
  readonly database: string;
  /** A user of Countersign and of the site's own table, whom no other test takes. */
  takeUser(): Person;
  /** With the password of the site where it checks that, and otherwise as the guide does, without one. */
  addToTable(people: readonly TableUser[]): void;
  addWithoutPassword(person: TableUser): void;
  close(): Promise<void>;
}

/** @param settings further variables of the example */
export async function openSite(
  site: FrameworkSite,
  service: Service,
  account: Account,
  settings: Record<string, string>,
): Promise<OpenSite> {
  const folder = await mkdtemp(join(tmpdir(), `countersign-${site.language}-`));
  const database = join(folder, 'shop.sqlite');
  const address = await exampleAddress();
  const { origin } = address;
  const resource = await account.resource({ allowedOrigins: [origin] });
  const secret = randomBytes(32).toString('base64');
  const env = {
    COUNTERSIGN_URL: service.url,
    COUNTERSIGN_RESOURCE: resource,
    COUNTERSIGN_API_KEY: service.apiKey,
    ORIGIN: origin,
    DATABASE: database,
    SESSIONS: join(folder, 'sessions'),
    STORAGE: join(folder, 'storage'),
    SECRET_KEY: secret,
    APP_SECRET: secret,
    APP_KEY: `base64:${secret}`,
    ...settings,
  };
  await site.prepare(env);
  const password = settings.OWN_PASSWORDS === '1' ? site.hash(SITE_PASSWORD) : undefined;
  const addToTable: OpenSite['addToTable'] = (people) => {
    const rows = people.map(({ login, user }) => ({ login, id: user.id }));
    if (password === undefined) return site.insertAsGuide(env, rows);
    site.table.insert(
      database,
      rows.map((row) => ({ ...row, password })),
    );
  };
  const users = await makeUsers(service, resource);
  // At once: a write to the table is a process.
  addToTable(users);
  const example = await startExample(
    { ...site, env: { ...site.env, ...env } },
    { ...address, service: service.url, resource },
  );
  return {
    ...{ origin, resource, database, addToTable },
    addWithoutPassword: (person) => site.insertAsGuide(env, [{ login: person.login, id: person.user.id }]),
    takeUser() {
      const user = users.pop();
      if (!user) throw new Error('more users are needed');
      return user;
    },
    async close() {
      await example.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Without a password at Countersign, which takes long to hash on purpose. */
function makeUsers({ client }: Service, resource: string): Promise<Person[]> {
  const making = Array.from({ length: USERS }, async () => {
    const user = await client.users.create({ login: freshLogin() });
    return { login: user.login, password: '', user, device: await giveDevice(client, resource, user) };
  });
  return Promise.all(making);
}
