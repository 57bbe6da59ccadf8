import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { languageTag } from '../http/api/fields.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import { mailLanguage } from '../kernel/mail.ts';
import type { BuiltFiles } from '../kernel/ports/built-files.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { flowResponse, parse, stepRequest } from '../login/page/flow-response.ts';
import { showDocument } from '../login/page/show-document.ts';
import { requestUnlock } from '../login/request-unlock.ts';
import { readEnrolmentPage } from './read-enrolment-page.ts';
import { startLinkedFlow } from './start-linked-flow.ts';

/** `language`: what the frame speaks, for the mail. */
const unlock = z.strictObject({ seq: z.int().min(0).max(1000), language: languageTag });
const beginLinked = z.strictObject({ link: z.string().max(200) });

/** Links to set up or unlock a token: the page that a mailed link opens, and what starts there. */
export function enrolment(ports: Ports & { issuer: string; rpId?: string | undefined }, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  app.use('/enrolment-flows', sameOrigin(ports.issuer));

  app.post('/enrolment-flows', async (c) => {
    const body = await parse(c, beginLinked);
    if (body instanceof Response) return body;
    const verdict = await startLinkedFlow(ports, { ...body, client: clientInfo(c) });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.post('/flow/unlock', async (c) => {
    const body = await parse(c, unlock);
    if (body instanceof Response) return body;
    const { seq, language } = body;
    return flowResponse(c, await requestUnlock(ports, { ...stepRequest(c, seq), language: mailLanguage(language) }));
  });

  // The same page for every link, also for none: the link itself is in the fragment, which no server sees (SR-40).
  app.get('/enrol', async (c) => {
    const { resource, shown } = await readEnrolmentPage(ports, c.req.query('resource') ?? '');
    return showDocument(c, widget, { resource, frameAncestors: [], enrols: true }, shown);
  });
  return app;
}
