import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import { FLOW_HEADER } from '@countersign/protocol/flow';
import { memberOf } from '../dataset/members.ts';
import type { Target } from '../load/jobs.ts';
import { median } from '../load/tally.ts';
import { auc } from '../report/auc.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore } from './otp.ts';

/** How well the response time distinguishes a known name from an unknown one. */
interface NameTiming {
  auc: number;
  knownMs: number;
  unknownMs: number;
}

export interface TimingMeasurement {
  samples: number;
  stores: Record<StoreKind, { widget: NameTiming; api: NameTiming }>;
}

const SAMPLES = 300;
/** Wrong codes per name: too few to lock its token. */
const CODES_EACH = 2;
const WARM_UP = 40;

/**
 * Wrong codes as the only factor, for names of users with a token and for unknown names, in random order (SR-70).
 * Nothing else runs, because noise would hide what a patient attacker averages out.
 */
export async function measureTiming(bench: Bench): Promise<TimingMeasurement> {
  const size = 2 * (SAMPLES + WARM_UP);
  const stores = await eachStore(async (store) => {
    const site = await bench.openSite({ store, population: { size, totp: size, methodPolicy: 'otp' } });
    const { service, target } = await bench.start(site);
    const client = new Client(target);
    const names = { next: 0 };
    const timings = {
      widget: await timeNames(names, (name) => client.byWidget(name)),
      api: await timeNames(names, (name) => client.byApi(name)),
    };
    client.close();
    await service.stop();
    return timings;
  });
  return { samples: SAMPLES, stores };
}

/** @param takes milliseconds of each code for one name */
async function timeNames(names: { next: number }, takes: (name: string) => Promise<number[]>): Promise<NameTiming> {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let at = 0; at < WARM_UP / CODES_EACH; at++) {
    await takes(memberOf(names.next++).login);
    await takes(`stranger-${names.next++}`);
  }
  const turns = Array.from({ length: (2 * SAMPLES) / CODES_EACH }, (_, at) => at % 2 === 0);
  for (let at = turns.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [turns[at], turns[other]] = [turns[other] ?? false, turns[at] ?? false];
  }
  for (const isKnown of turns) {
    const login = memberOf(names.next++).login;
    // As long as a real name.
    const name = isKnown ? login : login.replace('person', 'nobody');
    (isKnown ? known : unknown).push(...(await takes(name)));
  }
  return { auc: auc(known, unknown), knownMs: median(known), unknownMs: median(unknown) };
}

/** One connection, one request at a time. */
class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  async byApi(user: string): Promise<number[]> {
    const { resource, apiKey } = this.#target;
    const takes: number[] = [];
    for (let at = 0; at < CODES_EACH; at++) {
      const body = { resource, method: 'otp', user, otp: wrongCode() };
      const { tookMs, status } = await this.#post('/v1/authentications', body, { authorization: `Bearer ${apiKey}` });
      if (status !== 403) throw new Error(`a wrong code was answered with ${status}`);
      takes.push(tookMs);
    }
    return takes;
  }

  async byWidget(login: string): Promise<number[]> {
    const { resource } = this.#target;
    const body = { resource, nonce: 'nonce-0123456789abcdef', origin: 'http://localhost:3000' };
    const started = await this.#post('/widget/v1/flows', body, {});
    const { handle } = JSON.parse(started.body) as { handle?: string };
    if (handle === undefined) throw new Error(`a sign-in did not begin: ${started.status}`);
    const headers = { [FLOW_HEADER]: handle };
    await this.#post('/widget/v1/flow/identify', { seq: 0, login }, headers);
    const takes: number[] = [];
    for (let seq = 1; seq <= CODES_EACH; seq++) {
      const answer = await this.#post('/widget/v1/flow/otp', { seq, otp: wrongCode() }, headers);
      if (answer.status !== 200) throw new Error(`a wrong code was answered with ${answer.status}: ${answer.body}`);
      takes.push(answer.tookMs);
    }
    return takes;
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: object, headers: Record<string, string>) {
    const text = JSON.stringify(body);
    return new Promise<{ status: number; body: string; tookMs: number }>((resolve, reject) => {
      const started = performance.now();
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.#target.port,
          path,
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
        },
        (answer) => {
          let read = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            read += chunk;
          });
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: read, tookMs: performance.now() - started }),
          );
          answer.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}

/** Right once in a million, which would only make one sample odd. */
function wrongCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
