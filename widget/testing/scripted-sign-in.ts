import type { FlowView } from '@countersign/protocol/flow';
import type { ToHost } from '@countersign/protocol/frame-protocol';
import type { FlowAnswer, FlowClient } from '../frame/flow-client.ts';
import type { Screen } from '../frame/screen.ts';
import { createSignIn } from '../frame/sign-in.ts';

export const NONCE = 'nonce-of-the-session-0001';
const view = (changes: Partial<FlowView> = {}): FlowView => ({
  step: 'identify',
  seq: 0,
  expiresAt: 900_000,
  now: 0,
  ...changes,
});
export const seen = (changes?: Partial<FlowView>): FlowAnswer => ({
  view: view(changes),
  requestId: 'req',
});
export const lost: FlowAnswer = {};

/** A sign-in with a scripted client; unexpected requests fail the test. */
export function setUp({
  kept,
  stale,
  isVisible = true,
  first,
}: {
  kept?: string;
  /** The handle of a flow of another session. */
  stale?: string;
  isVisible?: boolean;
  first?: FlowView;
} = {}) {
  const messages: ToHost[] = [];
  const requests: string[] = [];
  const answers: (FlowAnswer | Promise<FlowAnswer>)[] = [];
  const stored = { handle: kept ?? stale };
  let screen: Screen = { kind: 'loading' };
  const next = (request: string) => {
    requests.push(request);
    const answer = answers.shift();
    if (!answer) throw new Error(`Unexpected request: ${request}`);
    return Promise.resolve(answer);
  };
  const client: FlowClient = {
    begin: async () => {
      const answer = await next('begin');
      return answer.view ? { ...answer, view: { ...answer.view, handle: 'fresh' } } : answer;
    },
    read: (handle) => next(`read ${handle}`),
    answer: (_, seq, step, value) => next(`${step} ${seq} ${typeof value === 'object' ? value.id : value}`),
    act: (_, seq, path, fields = {}) => next(`${path} ${seq} ${Object.values(fields)}`.trim()),
  };
  const signIn = createSignIn({
    resource: 'res_01k8dq9z2mp',
    origin: 'https://shop.example',
    client,
    memoryOf: () => ({
      recall: async () => (stored.handle === stale ? undefined : stored.handle),
      keep: async (handle) => {
        stored.handle = handle;
      },
      forget: () => {
        stored.handle = undefined;
      },
    }),
    post: (message) => void messages.push(message),
    show: (shown) => {
      screen = shown;
    },
    isVisible: async () => isVisible,
    first,
  });
  return {
    signIn,
    stored,
    requests,
    messages,
    types: () => messages.map(({ type }) => type),
    screen: () => screen,
    expectAnswers: (...more: (FlowAnswer | Promise<FlowAnswer>)[]) => answers.push(...more),
  };
}

export async function startSignIn(options?: Parameters<typeof setUp>[0]) {
  const all = setUp(options);
  all.expectAnswers(seen());
  await all.signIn.begin(NONCE, '');
  return all;
}
