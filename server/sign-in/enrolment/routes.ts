import { FLOW_HEADER } from '@countersign/protocol/flow';
import { z } from '@hono/zod-openapi';
import { languageTag } from '../../http/api/fields.ts';
import { internalRoute } from '../../http/api/route.ts';
import { refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import { mailLanguage } from '../../kernel/mail.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { attestation } from '../../tokens/kinds/passkey/passkey-fields.ts';
import { readEnrolmentPage } from '../pages/page-info.ts';
import { showDocument } from '../pages/show-document.ts';
import { requestUnlock } from '../recovery/unlock/request-unlock.ts';
import { upgradePasskey } from '../rules/upgrade/upgrade-passkey.ts';
import type { StartFlowNeeds } from '../start/start-flow-input.ts';
import { startLinkedFlow } from '../start/start-linked-flow.ts';
import { flowResponse, stepRequest } from '../step-fields.ts';

/** `language`: the language of the frame, used for the mail. */
const unlock = z.strictObject({ seq: z.int().min(0).max(1000), language: languageTag });
const upgrade = z.strictObject({ response: attestation, language: languageTag });
const beginLinked = z.strictObject({ link: z.string().max(200) });

type Needs = Ports & StartFlowNeeds & { widget: BuiltFiles };

/** Links to set up or unlock a token, with the page that a mailed link opens; and a passkey after a sign-in. */
export const enrolmentRoutes = [
  internalRoute({
    method: 'post',
    path: '/enrolment-flows',
    // The mailed link is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    body: beginLinked,
    handle: async (c, ports: Needs, body) => {
      const verdict = await startLinkedFlow(ports, { ...body, client: clientInfo(c) });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
    },
  }),
  internalRoute({
    method: 'post',
    path: '/flow/unlock',
    // The handle of the sign-in is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    body: unlock,
    handle: async (c, ports: Needs, { seq, language }) =>
      flowResponse(c, await requestUnlock(ports, { ...stepRequest(c, seq), language: mailLanguage(language) })),
  }),
  internalRoute({
    method: 'post',
    path: '/flow/upgrade',
    // The handle of the completed sign-in is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    body: upgrade,
    handle: async (c, ports: Needs, { response, language }) => {
      const request = { handle: c.req.header(FLOW_HEADER), client: clientInfo(c) };
      const verdict = await upgradePasskey(ports, { ...request, response, language: mailLanguage(language) });
      return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
    },
  }),
  internalRoute({
    method: 'get',
    path: '/enrol',
    // The same page for every link, even without one: the link is in the fragment, which no server sees (SR-40).
    scope: 'public',
    handle: async (c, ports: Needs) => {
      const { resource, shown } = await readEnrolmentPage(ports, c.req.query('resource') ?? '');
      return showDocument(c, ports.widget, { resource, frameAncestors: [], enrols: true }, shown);
    },
  }),
];
