import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../kernel/actor.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { listFilters } from '../../resources/filters/list-filters.ts';
import { listResources } from '../../resources/list-resources.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { birth, createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { listTokens } from '../../tokens/list-tokens.ts';
import { listUsers } from '../../user-management/list-users.ts';
import { showUser } from '../../users/find-user.ts';
import { showObject } from './read-object.ts';

// SR-27: visibility is checked for the actor, also behind a route that would have refused them.
let ports: TestPorts;
let scene: Fixture;
let cases: Record<string, (act: RequestContext) => Promise<object>>;
beforeAll(async () => {
  ports = await openTestPorts('seeing');
  scene = await createFixture(ports, { tokens: [{}] });
  const page = { limit: 10 };
  cases = {
    users: (act) => listUsers(ports, act, page),
    tokens: (act) => listTokens(ports, act, page),
    resources: (act) => listResources(ports, act, page),
    filters: (act) => listFilters(ports, act, page),
    'a user': (act) => showUser(ports, act, 'alice'),
    'a token': (act) =>
      showObject(ports, act, tokenDocument.key(scene.tokens[0]?.id ?? birth(ports, 'tok').id), 'TOKEN_NOT_FOUND'),
    'a resource': (act) => showObject(ports, act, resourceDocument.key(scene.resource.id), 'RESOURCE_NOT_FOUND'),
  };
});
afterAll(() => ports.close());

test('SR-27: a key that is restricted to a resource, and a user, see neither lists nor objects', async () => {
  const { account } = scene;
  const confined: Actor = {
    kind: 'api-key',
    account,
    id: birth(ports, 'key').id,
    scopes: ['read', 'write', 'administer'],
    resources: [scene.resource.id],
  };
  const actors: Actor[] = [confined, { kind: 'user', account, id: scene.user.id }];
  for (const [what, see] of Object.entries(cases)) {
    for (const actor of actors) expect(await see({ actor }), what).toEqual({ refused: 'FORBIDDEN' });
    unwrap(await see(operatorContext(account)));
  }
});
