import { expect, test, vi } from 'vitest';
import { createSecretBox } from '../../server/platform/secret-box/secret-box.ts';
import { checkSolution, newPuzzle } from '../../server/proof-of-work/puzzle.ts';
import { START, seededRandom } from '../../server/testing/test-ports.ts';
import { solve } from './solve.ts';

test('solves a puzzle of the service, and sends the same request again with the solution', async () => {
  const ports = { secrets: createSecretBox(new Uint8Array(32).fill(7)), random: seededRandom('solve') };
  const context = { purpose: 'name', resource: 'res_00000000001', address: '198.51.100.7' } as const;
  const puzzle = await newPuzzle(ports, context, 40, START);
  const repeated = vi.fn<typeof fetch>(async () => new Response());
  vi.stubGlobal('fetch', repeated);
  const headers = { 'countersign-flow': 'handle' };
  await solve(Response.json({ puzzle }, { status: 428 }), ['/widget/v1/flow/identify', { headers, body: 'same' }]);
  vi.unstubAllGlobals();
  const [address, request] = repeated.mock.calls[0] ?? [];
  expect([address, request?.body]).toEqual(['/widget/v1/flow/identify', 'same']);
  const sent = new Headers(request?.headers);
  expect(sent.get('countersign-flow')).toBe('handle');
  expect(checkSolution(ports, context, sent.get('countersign-solution') ?? '', START)).toBeDefined();
});
