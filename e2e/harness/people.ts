import { randomBytes } from 'node:crypto';
import type {
  Client,
  CreatedToken,
  NewOathToken,
  NewResource,
  NewUser,
  Resource,
  User,
} from '../../clients/typescript/src/index.ts';
import { hotpCode } from './authenticator.ts';

export const PASSWORD = 'correct horse battery';
const PERIOD_MS = 30_000;

/** A token together with the device that shows its codes. */
export interface Device {
  token: CreatedToken['token'];
  /**
   * HOTP: consecutive codes, `ahead` of the first. TOTP: the current code, or one `ahead` by steps; the service accepts
   * the one before, too.
   */
  code(ahead?: number): string;
}

export interface Person {
  login: string;
  password: string;
  user: User;
}

let createdCount = 0;

/** A login that no other test uses. */
export function freshLogin(): string {
  createdCount += 1;
  return `person-${createdCount}-${randomBytes(3).toString('hex')}@harbour.example`;
}

/** A resource that pages of these origins may embed. */
export function makeResource(client: Client, origin: string, settings: Partial<NewResource> = {}): Promise<Resource> {
  return client.resources.create({ name: 'Harbour & Co.', allowedOrigins: [origin], ...settings });
}

/** A user assigned to the resource with a password only. */
export async function makePerson(client: Client, resource: string): Promise<Person> {
  const login = freshLogin();
  const user = await client.users.create({ login, password: PASSWORD });
  await client.assignments.create({ resource, user: user.id });
  return { login, password: PASSWORD, user };
}

/** A user assigned together with a token. HOTP by default, because its codes do not wait for a clock. */
export async function makePersonWithDevice(
  client: Client,
  resource: string,
  settings: { user?: Partial<NewUser>; token?: Partial<NewOathToken> } = {},
): Promise<Person & { device: Device }> {
  const login = settings.user?.login ?? freshLogin();
  const user = await client.users.create({ login, password: PASSWORD, ...settings.user });
  return { login, password: PASSWORD, user, device: await giveDevice(client, resource, user, settings.token) };
}

/** Assigns the user together with a token. */
export async function giveDevice(
  client: Client,
  resource: string,
  user: User,
  settings: Partial<NewOathToken> = {},
): Promise<Device> {
  const device = await makeDevice(client, { owner: user.id, ...settings });
  await client.assignments.create({ resource, user: user.id, token: device.token.id });
  return device;
}

async function makeDevice(client: Client, settings: Partial<NewOathToken>): Promise<Device> {
  const { token, secret } = await client.tokens.create({ name: 'Key fob', kind: 'hotp', ...settings });
  const counterNow = () => (token.kind === 'totp' ? Math.floor(Date.now() / PERIOD_MS) : (settings.counter ?? 0));
  return {
    token,
    code: (ahead = 0) => hotpCode(secret, counterNow() + ahead, token.digits),
  };
}

/** A code that the device does not show now. */
export function wrongCode(device: Device): string {
  const near = Array.from({ length: 24 }, (_, step) => device.code(step - (device.token.kind === 'totp' ? 12 : 0)));
  const digits = device.token.digits;
  for (let guess = 0; ; guess++) {
    const code = String(guess).padStart(digits, '0');
    if (!near.includes(code)) return code;
  }
}
