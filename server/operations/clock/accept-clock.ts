import { listAccounts } from '../../accounts/read-account.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { transact } from '../../store/transact.ts';
import type { ClockGuard, ClockState } from './clock-guard.ts';

/**
 * The operator vouches for the clock: the service goes on from its time, and old data up to it is removed. Every account
 * gets an event. Refused while the store's clock differs: one of the two is wrong, and both must be right.
 */
export async function acceptClock(
  ports: WritePorts,
  guard: Pick<ClockGuard, 'accept' | 'state'>,
): Promise<Result<ClockState>> {
  if (await guard.accept()) return refusal('CLOCK_IN_DOUBT');
  for (const { id } of await listAccounts(ports)) {
    await transact(ports, id, [], (_, now) => {
      const event = createEvent(
        { actor: { kind: 'operator', account: id } },
        { type: 'clock.accepted', subject: id },
        now,
      );
      return { answer: undefined, write: { append: [event] } };
    });
  }
  return guard.state();
}
