import { FACTOR_KINDS, FLOW_HEADER, FLOW_PURPOSES } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { browserTraits } from '../browsers/environment-fields.ts';
import { nonce, resourceId } from '../http/api/fields.ts';
import { internalRoute } from '../http/api/route.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { startAppFlow } from './apps/start-app-flow.ts';
import { startFlow } from './start/start-flow.ts';
import type { StartFlowNeeds } from './start/start-flow-input.ts';
import { startRedirectedFlow } from './start/start-redirected-flow.ts';
import { flowResponse } from './step-fields.ts';
import { viewFlow } from './view-flow.ts';

const startInput = z.strictObject({
  resource: resourceId,
  nonce,
  origin: z.string().min(1).max(300),
  loginRequest: z.string().max(200).optional(),
  // These are hints: an unknown value is ignored, not refused.
  prefer: z.enum(FACTOR_KINDS).optional().catch(undefined),
  purpose: z.enum(FLOW_PURPOSES).optional().catch(undefined),
  traits: browserTraits.optional(),
});
const beginRedirected = z.strictObject({ loginRequest: z.string().max(200), traits: browserTraits.optional() });
const beginForApp = z.strictObject({ query: z.string().max(3_000), traits: browserTraits.optional() });
type Needs = Ports & StartFlowNeeds;

/** Starts sign-ins and shows their state (see `shared/wire/flow.ts`). The steps are in `steps.ts`. */
export const flowRoutes = [
  internalRoute({
    method: 'post',
    path: '/flows',
    // The users are about to sign in. The handle that it returns is the authority from then on.
    scope: 'public',
    isSameOriginOnly: true,
    body: startInput,
    handle: async (c, ports: Needs, { loginRequest, prefer, purpose, traits, ...asked }) => {
      const verdict = await startFlow(ports, {
        ...asked,
        ...omitUndefined({ loginRequest, prefer, purpose, traits }),
        client: clientInfo(c),
      });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/redirected-flows',
    // The login request is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    body: beginRedirected,
    handle: async (c, ports: Needs, { loginRequest, traits }) => {
      const begun = { loginRequest, ...omitUndefined({ traits }), client: clientInfo(c) };
      const verdict = await startRedirectedFlow(ports, begun);
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/app-flows',
    // As `/flows`. The result goes to an address of the app, for its verifier alone.
    scope: 'public',
    isSameOriginOnly: true,
    body: beginForApp,
    handle: async (c, ports: Needs, { query, traits }) => {
      const verdict = await startAppFlow(ports, { query, ...omitUndefined({ traits }), client: clientInfo(c) });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/flow',
    // The handle is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    handle: async (c, ports: Needs) => flowResponse(c, await viewFlow(ports, c.req.header(FLOW_HEADER), clientInfo(c))),
  }),
];
