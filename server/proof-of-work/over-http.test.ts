import { setImmediate as nextTurn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { FLOW_HEADER, type StartedFlow } from '@countersign/protocol/flow';
import { type Puzzle, SOLUTION_HEADER } from '@countersign/protocol/puzzle';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFixture, type Fixture, NONCE, ORIGIN, PASSWORD } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { solvePuzzle } from '../testing/solve-puzzle.ts';
import { ISSUER, openTestPorts } from '../testing/test-ports.ts';

let service: Service;
let scene: Fixture;
beforeAll(async () => {
  const ports = Object.assign(await openTestPorts('proof over http'), { proofOfWork: 'always' as const });
  service = await openService('proof over http', ports);
  scene = await createFixture(ports, {
    resource: { passwordReset: true },
    user: { email: 'alice@shop.example', apiSupport: true },
  });
});
afterAll(() => service.ports.close());

const OURS = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };

test('a name is refused with a puzzle, and accepted once with its solution', async () => {
  const body = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN };
  const begun = await service.call('POST /widget/v1/flows', { body, headers: OURS });
  const { handle } = (await begun.json()) as StartedFlow;
  const identify = (headers: object = {}) =>
    service.call('POST /widget/v1/flow/identify', {
      body: { seq: 0, login: 'alice' },
      headers: { ...OURS, [FLOW_HEADER]: handle, ...headers },
    });
  const refused = await identify();
  expect(refused.status).toBe(428);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await refused.json()) as { code: string; puzzle: Puzzle };
  expect(problem.code).toBe('PUZZLE_NEEDED');
  const solution = solvePuzzle(problem.puzzle).text;
  expect((await identify({ [SOLUTION_HEADER]: solution })).status).toBe(200);
  expect(service.log.lines().some((line) => JSON.stringify(line).includes(solution))).toBe(false);
});

test('a site’s backend that checks a password is never asked', async () => {
  const key = await service.keyFor(scene.account);
  const body = { resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD };
  const response = await service.call('POST /v1/authentications', { key, body });
  expect(response.status).toBe(200);
});

describe('the page of the password reset', () => {
  const fields = () => ({ resource: scene.resource.id, name: 'alice', lang: 'en' });
  const post = (form: Record<string, string>) =>
    service.call('POST /reset', {
      text: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
      from: '198.51.100.7',
    });

  /** Runs the page's own script in a document with just what it uses. */
  async function runScript(html: string): Promise<string> {
    const script = /<script nonce="[^"]+">([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
    const attribute = /data-puzzle="([^"]*)"/.exec(html)?.[1] ?? '';
    const proof = { dataset: { puzzle: attribute.replaceAll('&quot;', '"') }, value: '' };
    return new Promise((resolve) => {
      const form = { elements: { proof }, submit: () => resolve(proof.value) };
      const document = { forms: [form], querySelector: () => ({ dataset: { late: 'Checking…' } }) };
      runInNewContext(script, { document, crypto, TextEncoder, Uint8Array, setTimeout: () => 0 });
    });
  }

  test('solves a puzzle by itself, and then sends one mail', async () => {
    const asked = await post(fields());
    expect(asked.status).toBe(428);
    const html = await asked.text();
    expect(html).toContain('value="alice"');
    expect(html).toContain('<noscript>');
    expect(html).toContain('role="status"');
    expect(service.ports.courier.sent).toEqual([]);
    const proof = await runScript(html);
    expect((await post({ ...fields(), proof })).status).toBe(200);
    await nextTurn();
    expect(service.ports.courier.sent).toHaveLength(1);
  });

  // A client whose network changes with each request would otherwise send the form for ever.
  test('does not send itself again after a solution that was not accepted', async () => {
    const again = await post({ ...fields(), proof: 'used' });
    expect(again.status).toBe(428);
    expect(await again.text()).not.toContain('<script');
  });

  test('shows a typed name as text', async () => {
    const html = await (await post({ ...fields(), name: '"><script>alert(1)</script>' })).text();
    expect(html).not.toContain('<script>alert');
  });
});
