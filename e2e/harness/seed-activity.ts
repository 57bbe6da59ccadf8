import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountEvent } from '../../server/kernel/event.ts';
import type { AccountId, ResourceId, UserId } from '../../server/kernel/ids.ts';
import { countSignIns, sealEvents } from '../../server/testing/consuming.ts';
import { append } from '../../server/testing/event-stream.ts';
import type { TestPorts } from '../../server/testing/test-ports.ts';

const DAY_MS = 86_400_000;
/** Frequent reasons are repeated. */
const REASONS = [
  'OTP_WRONG',
  'INVALID_CREDENTIALS',
  'OTP_WRONG',
  'TOKEN_LOCKED',
  'OTP_WRONG',
  'INVALID_CREDENTIALS',
  'FILTER_DENIED',
] as const;

export interface SeededActivity {
  resources: readonly ResourceId[];
  people: readonly UserId[];
  days: number;
}

/**
 * Writes sign-in attempts for the last days up to today: more on working days and at the first resources, some refused.
 * Sealed and counted as the service does.
 */
export async function seedActivity(ports: TestPorts, account: AccountId, { resources, people, days }: SeededActivity) {
  const now = ports.clock.now();
  const midnight = now - (now % DAY_MS);
  let made = 0;
  for (let back = days - 1; back >= 0; back--) {
    const start = midnight - back * DAY_MS;
    const isWeekend = [0, 6].includes(new Date(start).getUTCDay());
    const attempts = isWeekend ? 4 + (back % 4) : 14 + ((back * 7) % 11);
    const events = Array.from({ length: attempts }, (_, at): AccountEvent => {
      made += 1;
      const who = people[(made * 7 + (at % 3) * back) % people.length];
      const where = resources[Math.min((made * 5) % 7, made % resources.length)];
      const isRefused = made % 5 === 0 || (back === 9 && at % 2 === 0);
      return {
        type: 'authentication',
        // No attempts in the future of today.
        at: start + Math.floor(((back === 0 ? now - midnight : DAY_MS) * (at + 1)) / (attempts + 1)),
        account,
        actor: { kind: 'user', ...omitUndefined({ id: who }) },
        ...omitUndefined({ subject: who, resource: where }),
        ...(isRefused
          ? { outcome: 'refused', reason: REASONS[made % REASONS.length] ?? 'OTP_WRONG', factors: [] }
          : { outcome: 'granted', factors: ['password', 'otp'], otp: 'verified' }),
      };
    });
    await append(ports, account, events);
  }
  await sealEvents(ports);
  await countSignIns(ports, { keptDays: 800 });
}
