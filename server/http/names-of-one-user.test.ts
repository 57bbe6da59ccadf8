import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dialect, numberOf, openDialect } from '../testing/dialect.ts';
import { addUser } from '../testing/fixtures.ts';

// SR-17 The attack: wrong passwords for one name over the API until it is rate limited, then one for another name.
// Status, headers or body of the second response differ if both are names of one user.
let dialect: Dialect;
beforeAll(async () => {
  dialect = await openDialect('names of one user');
});
afterAll(() => dialect.service.ports.close());

const EMAIL = 'grace@example.com';
const WORLDS = {
  nobody: [],
  'one user': [{ login: 'grace', email: EMAIL }],
  'two users': [{ login: 'grace' }, { login: 'linus', email: EMAIL }],
};

type Guess = (own: Dialect) => Promise<(user: string) => Promise<unknown>>;

const shownBy = ({ status, headers }: Response) => ({
  status,
  headers: [...headers].filter(([name]) => name !== 'x-request-id'),
});

const overApi: Guess = async ({ service, scene }) => {
  const key = await service.keyFor(scene.account);
  const guess = { resource: scene.resource.id, method: 'password', password: 'guess' };
  return async (user) => {
    const answer = await service.call('POST /v1/authentications', { key, body: { ...guess, user } });
    const { requestId: _, ...body } = (await answer.json()) as { requestId?: string };
    return { ...shownBy(answer), body };
  };
};

const overDialect: Guess = async ({ ask, scene }) => {
  const resourceId = numberOf(scene.resource.id);
  return async (userLogin) => {
    const fields = { resourceId, userLogin, pwd: 'guess' };
    const { holder, response } = await ask('POST auth-service/authenticate/user-password', fields);
    return { ...shownBy(response), holder };
  };
};

test.each([
  ['over /v1', overApi],
  ['over /api/v1', overDialect],
])('SR-17: two names of one user are not revealed: %s every response is the same', async (_, guess) => {
  const stories: unknown[][] = [];
  for (const users of Object.values(WORLDS)) {
    const own = await dialect.another();
    for (const user of users) await addUser(own.service.ports, own.scene.account, own.scene.resource, { user });
    const send = await guess(own);
    const story: unknown[] = [];
    for (let at = 0; at < 9; at++) story.push(await send('grace'));
    story.push(await send(EMAIL));
    stories.push(story);
  }
  for (const story of stories) expect(story).toEqual(stories[0]);
  const [before, last] = (stories[0] ?? []).slice(-2);
  expect(last).not.toEqual(before);
});
