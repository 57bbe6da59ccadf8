import type { AccountId, ResourceId, TokenId, UserId } from '../../server/kernel/ids.ts';
import { assign } from '../../server/resources/assign.ts';
import { createOathToken } from '../../server/tokens/kinds/oath/create-oath-token.ts';
import { createOcraToken } from '../../server/tokens/kinds/ocra/create-ocra-token.ts';
import { parseSuite } from '../../server/tokens/kinds/ocra/suite.ts';
import { createRecoveryCodes } from '../../server/tokens/kinds/recovery/create-recovery-codes.ts';
import { createSentToken } from '../../server/tokens/kinds/sent/create-sent-token.ts';
import { createUser } from '../../server/user-management/create-user.ts';
import { appCode, fobCode } from './devices.ts';
import { must, newId, newPassword, type Past } from './past.ts';
import type { Site } from './plan-month.ts';

/** Everyone in the demo besides those whose logins are printed. None of them is a real person. */
const PEOPLE = [
  { login: 'ines', firstName: 'Inès', secondName: 'Moreau', device: 'app', sites: ['shop'] },
  { login: 'jonas', firstName: 'Jonas', secondName: 'Berg', device: 'fob', sites: ['shop', 'staff'] },
  { login: 'amara', firstName: 'Amara', secondName: 'Obi', device: 'app', sites: ['staff', 'shop'] },
  { login: 'kofi', firstName: 'Kofi', secondName: 'Asante', device: 'app', sites: ['shop'] },
  { login: 'leyla', firstName: 'Leyla', secondName: 'Demir', device: 'app', sites: ['staff'] },
  { login: 'rosa', firstName: 'Rosa', secondName: 'Lind', device: 'app', sites: ['shop'] },
  { login: 'yuki', firstName: 'Yuki', secondName: 'Mori', device: 'app', sites: ['shop'] },
  { login: 'zoe', firstName: 'Zoë', secondName: 'Keller', device: 'app', sites: ['shop'] },
  { login: 'pavel', firstName: 'Pavel', secondName: 'Novak', device: 'reader', sites: ['staff'] },
  { login: 'sven', firstName: 'Sven', secondName: 'Dahl', device: 'mail', sites: ['staff'] },
] as const;

export type Name = (typeof PEOPLE)[number]['login'] | 'maria';

/** A user with the device that shows their codes. */
export interface Member {
  id: UserId;
  login: Name;
  email: string;
  password: string;
  sites: readonly Site[];
  token: TokenId;
  /** The next code. Undefined: their device shows none by itself. */
  code?: (at: number) => string;
}

export interface Sites {
  account: AccountId;
  resources: Readonly<Record<Site, ResourceId>>;
}

/** Creates the people with their tokens, and assigns them. */
export function addMembers(past: Past, sites: Sites): Promise<Member[]> {
  return Promise.all(PEOPLE.map((person) => addMember(past, sites, person)));
}

async function addMember(past: Past, { account, resources }: Sites, person: (typeof PEOPLE)[number]): Promise<Member> {
  const act = { actor: { kind: 'operator', account } } as const;
  const { device, sites, ...names } = person;
  const email = `${names.login}@example.com`;
  const password = newPassword(past);
  const { user } = must(await createUser(past, act, newId(past, 'usr'), { ...names, email, password }));
  const made = await addDevice(past, account, user.id, person);
  for (const site of sites) {
    must(await assign(past, act, { resource: resources[site], user: user.id, token: made.token }));
  }
  return { id: user.id, login: names.login, email, password, sites, ...made };
}

async function addDevice(
  past: Past,
  account: AccountId,
  owner: UserId,
  { device, firstName, login }: (typeof PEOPLE)[number],
): Promise<Pick<Member, 'token' | 'code'>> {
  const act = { actor: { kind: 'operator', account } } as const;
  const id = () => newId(past, 'tok');
  if (device === 'reader') {
    const suite = parseSuite('OCRA-1:HOTP-SHA256-8:QN08-T1M');
    if (!suite) throw new Error('the demo could not be made: no suite');
    const reader = { kind: 'ocra', name: `${firstName}’s reader`, suite, counter: 0, owner } as const;
    return { token: must(await createOcraToken(past, act, id(), reader)).token.id };
  }
  if (device === 'mail') {
    const mailed = { kind: 'email', to: `${login}@example.com`, owner } as const;
    return { token: must(await createSentToken(past, act, id(), mailed)).token.id };
  }
  const isApp = device === 'app';
  const { token, secret } = must(
    await createOathToken(past, act, id(), {
      name: isApp ? `${firstName}’s phone` : `${firstName}’s fob`,
      kind: isApp ? 'totp' : 'hotp',
      algorithm: 'SHA1',
      digits: 6,
      periodMs: 30_000,
      counter: 0,
      owner,
    }),
  );
  must(await createRecoveryCodes(past, act, id(), { kind: 'recovery', name: `${firstName}’s recovery codes`, owner }));
  let pressed = 0;
  return { token: token.id, code: (at) => (isApp ? appCode(secret, at) : fobCode(secret, pressed++)) };
}
