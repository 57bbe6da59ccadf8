import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { presentClient } from '../../../browsers/device-fingerprint/user-agent-families.ts';
import { instantOf, resourceId, trustedBrowserId, userId } from '../../../http/api/fields.ts';
import { route } from '../../../http/api/route.ts';
import { jsonAnswer, refuseResult } from '../../../http/api/router.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { endBrowserTrust } from './end-trust.ts';
import { showTrustedBrowsers } from './list-trusted.ts';
import type { TrustedBrowser } from './trusted-browser.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

export const trustedBrowserView = z
  .object({
    id: trustedBrowserId,
    resource: resourceId,
    createdAt: instantOf('When the user trusted it.'),
    usedAt: instantOf('When it was last used.'),
    expiresAt: instantOf('When the trust ends at the latest.'),
    address: z.string().optional().openapi({
      description: 'The address from which it was trusted.',
      example: '203.0.113.7',
    }),
    userAgent: z.string().optional().openapi({
      description: 'The browser, as it describes itself.',
      example: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    }),
    browser: z.string().optional().openapi({ description: 'Its family, or `other`.', example: 'firefox' }),
    platform: z.string().optional().openapi({ description: 'The family of its system, or `other`.', example: 'linux' }),
  })
  .openapi('TrustedBrowser', { description: 'A browser in which a user needs the password alone.' });

export function presentTrustedBrowser(browser: TrustedBrowser): z.input<typeof trustedBrowserView> {
  const { id, resource, createdAt, usedAt, expiresAt, userAgent } = browser;
  return { id, resource, createdAt, usedAt, expiresAt, ...omitUndefined({ userAgent }), ...presentClient(browser) };
}

const params = z.object({ id: userId });

const list = route({
  method: 'get',
  path: '/users/{id}/trusted-browsers',
  scope: 'read',
  operationId: 'listTrustedBrowsers',
  tag: 'Users',
  summary: 'List the browsers that a user trusts',
  description: 'Where the user is not asked for a code. Those whose trust has ended are left out.',
  request: { params },
  responses: {
    200: jsonAnswer(
      'The newest first.',
      z
        .object({ browsers: z.array(trustedBrowserView).openapi({ description: 'At most 10.' }) })
        .openapi('TrustedBrowsers', { description: 'The browsers that a user trusts.' }),
    ),
  },
  handle: async (c, ports: Needs) => {
    const found = await showTrustedBrowsers(ports, c.get('act'), c.req.valid('param').id);
    if (isRefusal(found)) return refuseResult(c, found);
    return c.json({ browsers: found.browsers.map(presentTrustedBrowser) }, 200);
  },
});
const end = route({
  method: 'delete',
  path: '/users/{id}/trusted-browsers',
  scope: 'write',
  operationId: 'endBrowserTrust',
  tag: 'Users',
  summary: 'End the trust in the browsers of a user',
  description: 'The next sign-in in each of them asks for a code.',
  request: {
    params,
    query: z.strictObject({
      browser: trustedBrowserId.optional().openapi({ description: 'Only this one. Default: all of them.' }),
    }),
  },
  responses: { 204: { description: 'Ended, or there was none.' } },
  handle: async (c, ports: Needs) => {
    const { browser } = c.req.valid('query');
    const ended = await endBrowserTrust(ports, c.get('act'), { user: c.req.valid('param').id, browser });
    return isRefusal(ended) ? refuseResult(c, ended) : c.body(null, 204);
  },
});

export const trustedBrowserRoutes = [list, end];
