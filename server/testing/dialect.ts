import { SaxesParser } from '@rubensworks/saxes';
import { createProtectimusKey, type NewProtectimusKey } from '../api-keys/create-protectimus-key.ts';
import { type AccountId, idNumber } from '../kernel/ids.ts';
import { acceptedHours, hourlyPassword } from '../protectimus/hourly-password.ts';
import { addAdministrator, type FixtureAdministrator } from './administrators.ts';
import { operatorContext } from './as-operator.ts';
import { createFixture, type Fixture, type FixtureOptions, unwrap } from './fixtures.ts';
import { openService, type Service } from './http-service.ts';

export type Format = 'json' | 'xml';
export type Parameters = Record<string, string | number | boolean | undefined>;

export interface DialectAnswer {
  status: number;
  /** Content of the `responseHolder`. In XML every leaf is a text. */
  holder: { status: string; response?: unknown; error?: { code: number | string; message: string } };
  response: Response;
}

export interface DialectCall {
  format?: Format | 'none';
  login?: string;
  /** The text of a key. */
  key?: string;
  /** Replaces the password derived from the key. */
  password?: string;
  headers?: Record<string, string>;
  /** The peer address; the proxy by default. */
  from?: string;
  /** Of the API, in the address; `v1` by default. */
  version?: Version;
}

export type Version = 'v1' | 'none';

/** A service with one account, one resource and one user, and the superuser's key for the dialect. */
export interface Dialect {
  service: Service;
  scene: Fixture;
  superuser: FixtureAdministrator;
  /** The text of the superuser's key. */
  key: string;
  /** `POST auth-service/prepare` as a client library sends it: forms with empty fields, HTTP Basic, a suffix. */
  ask(route: string, parameters?: Parameters, call?: DialectCall): Promise<DialectAnswer>;
  /** A separate fixture for one test. */
  another(options?: FixtureOptions & { login?: string }): Promise<Dialect>;
}

/** TLS ends at this proxy. */
export const PROXY = '10.0.0.1';

export async function openDialect(seed: string, options: FixtureOptions = {}): Promise<Dialect> {
  return dialectOf(await openService(seed), 'ada@acme.example', options);
}

let accounts = 0;

async function dialectOf(service: Service, email: string, options: FixtureOptions): Promise<Dialect> {
  const { ports } = service;
  // Sign-ins of administrators are limited per minute, and tests make many.
  ports.clock.advance(30_000);
  const scene = await createFixture(ports, options);
  const superuser = await addAdministrator(ports, scene.account, { email, superuser: true });
  const key = await dialectKey(service, scene.account, { administrator: superuser.id });
  return {
    service,
    scene,
    superuser,
    key,
    ask: (route, parameters, call) => ask(service, route, parameters, { login: email, key, ...call }),
    another: (others = {}) => dialectOf(service, `ada${++accounts}@acme.example`, others),
  };
}

export async function dialectKey(
  service: Service,
  account: AccountId,
  input: Partial<NewProtectimusKey>,
): Promise<string> {
  const whole = { name: 'Old shop', lifetimeMs: 365 * 24 * 3_600_000, ...input };
  return unwrap(await createProtectimusKey(service.ports, operatorContext(account), whole)).text;
}

/** The password that a client derives from its key at this time, by the clock of the service. */
export function passwordOf(service: Service, key: string, at = service.ports.clock.now()): string {
  return hourlyPassword(key, acceptedHours(at)[0] ?? '').toString('hex');
}

export function basic(login: string, password: string): string {
  return `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
}

async function ask(
  service: Service,
  route: string,
  parameters: Parameters = {},
  { format = 'json', login = '', key = '', password, headers = {}, from = PROXY, version = 'v1' }: DialectCall,
): Promise<DialectAnswer> {
  const [method = 'GET', path = ''] = route.split(' ');
  const form = new URLSearchParams();
  // Libraries send an absent value as an empty field.
  for (const [name, value] of Object.entries(parameters)) form.append(name, value === undefined ? '' : String(value));
  const suffix = format === 'none' ? '' : `.${format}`;
  const query = method === 'GET' && form.size > 0 ? `?${form}` : '';
  const response = await service.call(`${method} ${version === 'v1' ? '/api/v1' : '/api'}/${path}${suffix}${query}`, {
    headers: {
      authorization: basic(login, password ?? passwordOf(service, key)),
      ...(method === 'POST' || method === 'PUT' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    ...(method === 'POST' || method === 'PUT' ? { text: form.toString() } : {}),
    from,
  });
  const text = await response.text();
  const whole = response.headers.get('content-type')?.includes('xml') ? readXml(text) : JSON.parse(text);
  return {
    status: response.status,
    holder: (whole as { responseHolder: DialectAnswer['holder'] }).responseHolder,
    response,
  };
}

const LISTS = new Set(['resources', 'tokens', 'users']);

interface Element {
  name: string;
  text: string;
  inner: Element[];
}

/** XML of the dialect as an object: lists by their names, every leaf a text. */
function readXml(text: string): unknown {
  const parser = new SaxesParser();
  const open: Element[] = [{ name: '', text: '', inner: [] }];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    const element = { name, text: '', inner: [] };
    open.at(-1)?.inner.push(element);
    open.push(element);
  });
  parser.on('text', (piece) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return contentOf(open[0] ?? { name: '', text: '', inner: [] });
}

function contentOf({ name, text, inner }: Element): unknown {
  if (LISTS.has(name)) return inner.map(contentOf);
  if (inner.length === 0 && name !== 'response') return text;
  return Object.fromEntries(inner.map((element) => [element.name, contentOf(element)]));
}

/** A JSON response as it reads in XML. */
export function inTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inTexts);
  if (typeof value !== 'object' || value === null) return String(value);
  // Keeps a matcher of the test.
  if ('asymmetricMatch' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inTexts(inner)]));
}

export const numberOf = idNumber;
