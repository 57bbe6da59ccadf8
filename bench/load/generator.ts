import { setTimeout as pause } from 'node:timers/promises';
import { takeJobs } from '../processes/child.ts';
import { Connection } from './connection.ts';
import { type LoadJob, STEPS } from './jobs.ts';
import { healthRequest, passwordRequests, type RequestQueue, SpentCodes, stepRequests } from './requests.ts';
import { type Tally, TallyBuilder } from './tally.ts';

/** Codes are prepared for this rate; a faster service ends its measurement early. */
const MAX_PER_SECOND = 20_000;
/** Enough different bodies for a route without state. */
const BASELINE_BODIES = 4_000;
/** Maximum concurrent requests at a fixed rate. */
const PACED_CONNECTIONS = 64;

const spentCodes = new SpentCodes();

async function load(job: LoadJob): Promise<Tally> {
  const { target, durationMs } = job;
  switch (job.kind) {
    case 'otp': {
      const count = job.rehearsal ? BASELINE_BODIES : (MAX_PER_SECOND * durationMs) / 1000;
      const lines = forClients(job.clients, (client) =>
        job.factor === 'hotp'
          ? spentCodes.hotpLine(target, job.members, client, Math.ceil(count / job.clients))
          : spentCodes.totpLine(target, job.members, client, Math.ceil(count / job.clients), Date.now()),
      );
      if (job.rehearsal) for (const line of lines) line.sent = () => {};
      return closedLoop(target.port, lines, durationMs, job.rehearsal ?? false);
    }
    case 'password':
      return closedLoop(
        target.port,
        forClients(job.clients, (client) => passwordRequests(target, job.members, client)),
        durationMs,
        true,
      );
    case 'step':
      return closedLoop(
        target.port,
        forClients(job.clients, (client) => stepRequests(target, job.step, job.members, client)),
        durationMs,
        true,
        STEPS[job.step],
      );
    case 'paced-otp': {
      const count = Math.ceil((job.perSecond * durationMs) / 1000);
      const line = spentCodes.hotpLine(target, job.members, { index: 0, of: 1 }, count);
      return paced(target.port, line, job.perSecond);
    }
    case 'paced-health': {
      const count = Math.ceil((job.perSecond * durationMs) / 1000);
      const requests = new Array<string>(count).fill(healthRequest(target));
      return paced(target.port, { requests, sent: () => {} }, job.perSecond);
    }
  }
}

/** Each client sends its next request when it has the response to the last one. */
async function closedLoop(
  port: number,
  lines: RequestQueue[],
  durationMs: number,
  again: boolean,
  expected = 200,
): Promise<Tally> {
  const connections = await Promise.all(lines.map(() => Connection.open(port)));
  try {
    const tallying = new TallyBuilder(expected);
    const started = performance.now();
    const end = started + durationMs;
    await Promise.all(
      connections.map(async (connection, client) => {
        const { requests, sent } = lines[client] ?? { requests: [], sent: () => {} };
        for (let position = 0; performance.now() < end; position++) {
          if (again && position === requests.length) position = 0;
          const request = requests[position];
          if (request === undefined) break;
          const sentAt = performance.now();
          sent(position);
          const status = await connection.send(request);
          tallying.count(status, performance.now() - sentAt);
        }
      }),
    );
    return tallying.finish(performance.now() - started);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function paced(port: number, { requests, sent }: RequestQueue, perSecond: number): Promise<Tally> {
  const connections = await Promise.all(Array.from({ length: PACED_CONNECTIONS }, () => Connection.open(port)));
  try {
    const tallying = new TallyBuilder();
    const started = performance.now();
    let next = 0;
    await Promise.all(
      connections.map(async (connection) => {
        for (;;) {
          const position = next++;
          const request = requests[position];
          if (request === undefined) return;
          const due = started + (position * 1000) / perSecond;
          const early = due - performance.now();
          if (early > 0) await pause(early);
          sent(position);
          const status = await connection.send(request);
          tallying.count(status, performance.now() - due);
        }
      }),
    );
    return tallying.finish(performance.now() - started);
  } finally {
    for (const connection of connections) connection.close();
  }
}

function forClients<T>(clients: number, make: (client: { index: number; of: number }) => T): T[] {
  return Array.from({ length: clients }, (_, index) => make({ index, of: clients }));
}

takeJobs(load);
