import { hotp } from '../../server/tokens/kinds/oath/code.ts';
import { memberOf, PASSWORD } from '../dataset/members.ts';
import type { Members, Step, Target } from './jobs.ts';

/** Prepared requests of one client, in the order to send them. */
export interface RequestQueue {
  requests: string[];
  /** Called with the position of each sent request. */
  sent(position: number): void;
}

const STEP_MS = 30_000;

/** Used codes of each target: HOTP counters and TOTP steps by member. */
export class SpentCodes {
  readonly #counters = new Map<string, Uint32Array>();

  /** `count` requests with the next HOTP counters, alternating between this client's members. */
  hotpLine(target: Target, members: Members, client: { index: number; of: number }, count: number): RequestQueue {
    const counters = this.#of(target, members.to);
    const own = membersOf(members, client).map((index) => ({ index, ...memberOf(index) }));
    const ahead = own.map(({ index }) => counters[index] ?? 0);
    const order = Array.from({ length: own.length === 0 ? 0 : count }, (_, at) => at % own.length);
    const requests = order.flatMap((at) => {
      const member = own[at];
      const counter = ahead[at];
      if (member === undefined || counter === undefined) return [];
      ahead[at] = counter + 1;
      return [otpRequest(target, member.login, codeOf(member.secret, counter))];
    });
    return {
      requests,
      sent: (position) => {
        const member = own[position % own.length];
        if (member) counters[member.index] = (counters[member.index] ?? 0) + 1;
      },
    };
  }

  /** Codes of the current time step, of members who have not used theirs. Valid for at least 30 s. */
  totpLine(
    target: Target,
    members: Members,
    client: { index: number; of: number },
    count: number,
    now: number,
  ): RequestQueue {
    const steps = this.#of(target, members.to);
    const step = Math.floor(now / STEP_MS);
    const fresh = membersOf(members, client)
      .filter((index) => (steps[index] ?? 0) < step)
      .slice(0, count);
    return {
      requests: fresh.map((index) => {
        const { login, secret } = memberOf(index);
        return otpRequest(target, login, codeOf(secret, step));
      }),
      sent: (position) => {
        const index = fresh[position];
        if (index !== undefined) steps[index] = step;
      },
    };
  }

  #of({ resource }: Target, size: number): Uint32Array {
    const known = this.#counters.get(resource);
    if (known && known.length >= size) return known;
    const grown = new Uint32Array(size);
    if (known) grown.set(known);
    this.#counters.set(resource, grown);
    return grown;
  }
}

/** One login of each of the client's members; can be repeated. */
export function passwordRequests(
  target: Target,
  members: Members,
  client: { index: number; of: number },
): RequestQueue {
  const requests = membersOf(members, client).map((index) =>
    authentication(target, {
      method: 'password',
      resource: target.resource,
      user: memberOf(index).login,
      password: PASSWORD,
    }),
  );
  return { requests, sent: () => {} };
}

/** One request for each of the client's members; can be repeated. */
export function stepRequests(
  target: Target,
  step: Step,
  members: Members,
  client: { index: number; of: number },
): RequestQueue {
  const requests = membersOf(members, client).map((index) => stepRequest(target, step, memberOf(index).login));
  return { requests, sent: () => {} };
}

function stepRequest(target: Target, step: Step, login: string): string {
  switch (step) {
    case 'live':
      return healthRequest(target);
    case 'malformed-key':
      return otpRequest({ ...target, apiKey: 'malformed' }, login, '000000');
    case 'malformed-code':
      return otpRequest(target, login, 'code');
  }
}

export function healthRequest({ port }: Target): string {
  return `GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
}

/** Members of one client: no two clients use the same member at once. */
function membersOf({ from, to }: Members, { index, of }: { index: number; of: number }): number[] {
  const own: number[] = [];
  for (let member = from + index; member < to; member += of) own.push(member);
  return own;
}

function otpRequest(target: Target, user: string, otp: string): string {
  return authentication(target, { method: 'otp', resource: target.resource, user, otp });
}

/** Bodies are ASCII, so characters are bytes. */
function authentication({ port, apiKey }: Target, body: object): string {
  const json = JSON.stringify(body);
  return (
    `POST /v1/authentications HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${apiKey}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`
  );
}

function codeOf(secret: Uint8Array, counter: number): string {
  return hotp({ secret, counter, digits: 6, algorithm: 'SHA1' });
}
