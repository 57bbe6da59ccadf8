import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { clientKeyOf, countFailure, rateLimitRefusal, WRONG_PER_MINUTE } from './rate-limit.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('guesses over processes');
});
afterAll(() => ports.close());

// SR-2. The attack: one client guesses at every process of a service, each of which remembers its own blocks.
test('SR-2: guesses over several processes share one limit, and each process evaluates one beyond it', async () => {
  const processes = [ports, ports.replica(), ports.replica(), ports.replica()];
  const client = clientKeyOf('203.0.113.66', 'shop');
  const evaluated: number[] = [];
  for (let guess = 0; guess < 4 * WRONG_PER_MINUTE; guess++) {
    const own = processes[guess % processes.length] ?? ports;
    if (rateLimitRefusal(own, client)) continue;
    evaluated.push(guess);
    const { refused } = await countFailure(own, client);
    expect(refused).toBe(evaluated.length <= WRONG_PER_MINUTE ? 'API_KEY_INVALID' : 'RATE_LIMITED');
  }
  expect(evaluated).toHaveLength(WRONG_PER_MINUTE + processes.length);
});
