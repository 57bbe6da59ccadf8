import { z } from '@hono/zod-openapi';
import type { TypedResponse } from 'hono';
import { eventView, presentEvent } from '../../events/routes.ts';
import { count, day, idOrNull, instantOf, resourceId, userId } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, refuseResult } from '../../http/api/router.ts';
import { textStream } from '../../http/text-stream.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal } from '../../kernel/result.ts';
import { presentTrustedBrowser, trustedBrowserView } from '../../sign-in/rules/trusted-browsers/routes.ts';
import { presentToken, tokenView } from '../../tokens/token-fields.ts';
import { presentUser, userView } from '../../user-management/routes.ts';
import { type ErasurePorts, eraseUser } from './erase-user.ts';
import type { Erasure } from './erasure.ts';
import { readErasure } from './read-erasure.ts';
import { readUserData, type UserData } from './read-user-data.ts';

const params = z.object({ id: userId });
const browser = z.object({
  resource: idOrNull(resourceId).openapi({ description: 'Where it counts. Null: on every resource.' }),
  firstSeenAt: instantOf('When it was first used.'),
  lastSeenAt: instantOf('When it was last used.'),
});
const userData = z
  .object({
    version: z.literal(1).openapi({ description: 'The version of this schema. Fields may be added.' }),
    readAt: instantOf('When it was read.'),
    user: userView.nullable().openapi({ description: 'The user. Null: deleted.' }),
    tokens: z.array(tokenView).openapi({ description: 'The tokens of the user, without secrets.' }),
    browsers: z.array(browser).openapi({ description: 'The known browsers of the user.' }),
    trustedBrowsers: z.array(trustedBrowserView).openapi({ description: 'The browsers that the user trusts.' }),
    wrongPasswords: z
      .object({
        failures: count('Consecutive wrong passwords.', 0),
        lastFailureAt: z
          .int()
          .openapi({ description: 'The last one, in milliseconds since 1970. 0: none.', example: 0 }),
        knownNetworks: count('Networks that the user has signed in from, stored as MACs.', 2),
      })
      .openapi({ description: 'What limits attempts at the password.' }),
    lastSignIns: z
      .array(z.object({ resource: resourceId, day }))
      .openapi({ description: 'The day of the last sign-in to each resource.' }),
    events: z.array(eventView).openapi({
      description:
        'The events that name the user, newest first, also messages that were sent. Addresses and user agents of other people are left out.',
    }),
  })
  .openapi('UserData', { description: 'Everything that is stored about a user.' });
const erasureView = z
  .object({
    user: userId,
    requestedAt: instantOf('When it was requested.'),
    state: z.enum(['running', 'done']).openapi({
      description:
        '`running`: the user is deleted, and addresses are being removed from past events, which takes about twenty minutes.',
    }),
    doneAt: instantOf('When it was complete.').optional(),
  })
  .openapi('UserErasure', { description: 'The erasure of a user.' });

const exporting = route({
  method: 'get',
  path: '/users/{id}/data',
  scope: 'administer',
  operationId: 'exportUserData',
  tag: 'Users',
  summary: 'Export everything that is stored about a user',
  description: 'For a request of the person (GDPR Articles 15 and 20). Also for a user who was deleted.',
  request: { params },
  responses: { 200: jsonAnswer('The data.', userData) },
  handle: async (c, ports: ErasurePorts) => {
    const { id } = c.req.valid('param');
    const data = await readUserData(ports, c.get('act'), id);
    if (isRefusal(data)) return refuseResult(c, data);
    const body = await textStream(c, textOf(data, c.get('act')));
    c.header('content-type', 'application/json');
    c.header('content-disposition', `attachment; filename="${id}.json"`);
    const streamed = c.body(body, 200);
    return streamed as typeof streamed & TypedResponse<z.input<typeof userData>, 200, 'json'>;
  },
});
const erasing = route({
  method: 'post',
  path: '/users/{id}/erasure',
  scope: 'administer',
  operationId: 'eraseUser',
  tag: 'Users',
  summary: 'Erase a user',
  description:
    'For a request of the person (GDPR Article 17). Deletes the user with all tokens, then removes their addresses and user agents from past events; type, time, ids and outcome stay, and exports still verify. It cannot be undone. Also for a user who was deleted.',
  request: { params },
  responses: { 202: jsonAnswer('The user is deleted, and the rest is going on.', erasureView) },
  handle: async (c, ports: ErasurePorts) => {
    const begun = await eraseUser(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(begun) ? refuseResult(c, begun) : c.json(presentErasure(begun.erasure), 202);
  },
});
const state = route({
  method: 'get',
  path: '/users/{id}/erasure',
  scope: 'administer',
  operationId: 'readUserErasure',
  tag: 'Users',
  summary: 'Read how far an erasure is',
  description: 'Until 30 days after its end.',
  request: { params },
  responses: { 200: jsonAnswer('The erasure.', erasureView) },
  handle: async (c, ports: ErasurePorts) => {
    const found = await readErasure(ports, c.get('act'), c.req.valid('param').id);
    return isRefusal(found) ? refuseResult(c, found) : c.json(presentErasure(found.object), 200);
  },
});

async function* textOf(
  { readAt, user, tokens, browsers, trustedBrowsers, wrongPasswords, lastSignIns, events }: UserData,
  act: RequestContext,
): AsyncGenerator<string> {
  const first = {
    version: 1,
    readAt,
    user: user ? presentUser(user, act) : null,
    tokens: tokens.map((token) => presentToken(token, act)),
    browsers: browsers.map(({ resource = null, firstSeenAt, lastSeenAt }) => ({ resource, firstSeenAt, lastSeenAt })),
    trustedBrowsers: trustedBrowsers.map(presentTrustedBrowser),
    wrongPasswords,
    lastSignIns: Object.entries(lastSignIns).map(([resource, day]) => ({ resource, day })),
  };
  let before = `${JSON.stringify(first).slice(0, -1)},"events":[`;
  for await (const event of events) {
    yield `${before}\n${JSON.stringify(presentEvent(event))}`;
    before = ',';
  }
  yield before === ',' ? ']}\n' : `${before}]}\n`;
}

function presentErasure({ id, requestedAt, doneAt }: Erasure): z.input<typeof erasureView> {
  return {
    user: id,
    requestedAt,
    ...(doneAt === undefined ? { state: 'running' as const } : { state: 'done' as const, doneAt }),
  };
}

export const personalDataRoutes = [exporting, erasing, state];
