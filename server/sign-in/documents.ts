import type { FlowId } from '../kernel/ids.ts';
import { defineDocument } from '../store/define-document.ts';
import { sealedSeed } from '../tokens/seed-context.ts';
import type { Flow, LoginRequest, ResultRecord } from './flow.ts';

export const flowDocument = defineDocument<Flow, [id: FlowId]>({
  kind: 'flow',
  description: 'A sign-in through the widget, and the self-service session that may follow it.',
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: {
    fields: "a new token's seed",
    of: ({ account, enrolling }) => {
      const draft = enrolling?.making;
      return draft && 'sealedSecret' in draft ? [sealedSeed(account, draft)] : [];
    },
  },
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'with the sign-in',
});

/** Outlives the flow, but not the handle. After a restore, older handles start nothing. */
export const flowStartedDocument = defineDocument<{ at: number }, [id: FlowId]>({
  kind: 'flow-begun',
  description: 'That a sealed handle has started its sign-in, of any kind.',
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'with the handle',
});

export const loginRequestDocument = defineDocument<LoginRequest, [id: FlowId]>({
  kind: 'login-request',
  description: "A backend's request for a sign-in: user, nonce, what is demanded, a transaction.",
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: 'none',
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'with the request',
});

export const resultDocument = defineDocument<ResultRecord, [id: FlowId]>({
  kind: 'result',
  description: 'The result of a sign-in, and whether it was consumed.',
  anchor: 'sign-in',
  key: (id) => [id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'some time after the result',
});
