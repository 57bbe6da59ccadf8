import { isRefusal, refusal } from '../../kernel/result.ts';
import type { Rule } from '../rule.ts';
import { readSelfServiceContext } from '../self-service/context.ts';
import { loadOpener } from '../self-service/open.ts';
import { isReturn, openSelfService } from '../self-service/self-service-transitions.ts';

export const selfService: Rule = {
  name: 'self-service page',
  does: 'A sign-in to the self-service page opens it in place of a result, and one from there ends when anything has changed.',
  async beforeStep(ports, { flow, resource }) {
    // It is valid only while nothing has changed since the page was opened (SR-38).
    if (!flow.self || (await readSelfServiceContext(ports, flow, resource))) return undefined;
    return { end: refusal('FLOW_NOT_FOUND') };
  },
  async beforeResult(ports, { flow, resource, passed }) {
    if (flow.purpose !== 'self') return undefined;
    const opener = await loadOpener(ports, flow, resource, passed);
    return isRefusal(opener) ? { end: opener } : { passed: { opener } };
  },
  inResult(end, { flow, passed: { opener }, now }) {
    if (!opener) return end;
    const opened = openSelfService(flow, end.result, opener, now);
    // A return to the page is no sign-in.
    return { ...end, flow: opened, isIssued: false, isRecorded: !isReturn(flow) };
  },
};
