import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLOW_HEADER } from '@countersign/protocol/flow';
import { createFixture, NONCE, ORIGIN, PASSWORD } from '../../server/testing/fixtures.ts';
import { openService } from '../../server/testing/http-service.ts';
import { ISSUER } from '../../server/testing/test-ports.ts';
import type { Call } from './functions.ts';

export interface LoginRun {
  /** What handles its requests, by name and file. */
  readonly roots: readonly (readonly [name: string, path: string])[];
  readonly isRun: (call: Call) => boolean;
  /** Files of the server in which something ran. */
  readonly files: readonly string[];
}

/** The first request starts the login, the others submit a step each. */
const ROOTS = [
  ['startFlow', 'server/sign-in/start/start-flow.ts'],
  ['submitStep', 'server/sign-in/submit-step.ts'],
  ['identify', 'server/sign-in/steps/identify.ts'],
  ['checkPassword', 'server/sign-in/steps/password.ts'],
  ['checkOtp', 'server/sign-in/steps/otp.ts'],
] as const;

/** The functions of the server that run while a user signs in through the widget with a password and an OTP. */
export async function runLogin(root: string): Promise<LoginRun> {
  const service = await openService('structure');
  const scene = await createFixture(service.ports, { tokens: [{}] });
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage');
    const send = async (path: string, body: object, handle?: string) => {
      const headers = { origin: ISSUER, 'sec-fetch-site': 'same-origin', ...(handle && { [FLOW_HEADER]: handle }) };
      const response = await service.call(`POST /widget/v1/${path}`, { body, headers });
      return (await response.json()) as { handle?: string; step?: string };
    };
    const { handle } = await send('flows', { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN });
    await send('flow/identify', { seq: 0, login: 'alice' }, handle);
    await send('flow/password', { seq: 1, password: PASSWORD }, handle);
    const last = await send('flow/otp', { seq: 2, otp: (await scene.tokens[0]?.code()) ?? '' }, handle);
    if (last.step !== 'done') throw new Error(`The login ended with ${JSON.stringify(last)}.`);
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const run = new Set<string>();
    const files = new Set<string>();
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const path = relative(root, fileURLToPath(url.replace(/\?.*$/, '')));
      if (!/^server\//.test(path) || path.includes('/testing/')) continue;
      for (const { functionName, ranges } of functions) {
        if ((ranges[0]?.count ?? 0) === 0) continue;
        files.add(path);
        run.add(`${path}#${functionName}`);
      }
    }
    return { roots: ROOTS, isRun: ({ path, name }) => run.has(`${path}#${name}`), files: [...files].sort() };
  } finally {
    session.disconnect();
    await service.ports.close();
  }
}
