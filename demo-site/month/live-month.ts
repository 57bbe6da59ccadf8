import { KEY_USE_STEP_MS } from '../../server/api-keys/api-key.ts';
import { apiKeyUseDocument } from '../../server/api-keys/documents.ts';
import { consumeEvents } from '../../server/events/consume-events.ts';
import { createSignInCounter } from '../../server/events/count-sign-ins.ts';
import { createSealer } from '../../server/events/seal-events.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../server/kernel/time.ts';
import { recordOnce } from '../../server/store/record-once.ts';
import { createSignInKeeper } from '../../server/user-management/keep-last-sign-ins.ts';
import { attemptDelivery, dueDeliveries } from '../../server/webhooks/attempt-delivery.ts';
import { createDeriver } from '../../server/webhooks/derive-deliveries.ts';
import { readBook } from '../../server/webhooks/edit-webhook.ts';
import type { Member } from './members.ts';
import { openMoment, type Past } from './past.ts';
import { type Attempt, planMonth } from './plan-month.ts';
import { signInByBackend } from './sign-in.ts';
import { type Cast, STORY } from './story.ts';

const STORY_MINUTE = 5 * 60;
const DELIVERIES_AT_ONCE = 50;
/** Each run waits for the disk several times, so the jobs run daily only in the last days. */
const JOBS_EVERY_DAYS = 6;
const LAST_DAYS = 4;
/** The receiver of the webhooks responds with an error during these days before today. */
const OUTAGE_DAYS: readonly number[] = [4, 3];

/**
 * Lives the days since the demo began, as the service would have: what people do, and the jobs. The rules
 * decide each outcome, at its time.
 */
export async function liveMonth(
  past: Past,
  cast: Cast,
  { days, keptDays }: { days: number; keptDays: number },
  now: number,
) {
  const members = [...cast.members.values()].filter(({ code }) => code !== undefined);
  const plan = planMonth(
    members.map(({ sites }) => sites),
    days,
    now,
  );
  const today = now - (now % DAY_MS);
  for (const [index, attempts] of plan.entries()) {
    const back = days - 1 - index;
    const start = today - back * DAY_MS;
    past.clock.at = start + STORY_MINUTE * MINUTE_MS;
    for (const act of STORY.get(back) ?? []) {
      await act(past, cast);
      past.clock.at += 2 * MINUTE_MS;
    }
    // Each person one after the other, and all side by side, so that their commits share the store's flushes.
    await Promise.all(
      members.map((member, who) =>
        liveDay(
          past,
          cast,
          member,
          attempts.filter((one) => one.who === who),
        ),
      ),
    );
    const end = Math.min(start + DAY_MS, now);
    if (back % JOBS_EVERY_DAYS !== 0 && back > LAST_DAYS) continue;
    await runJobs(openMoment(past, end), keptDays);
    await deliver(past, cast, { from: start + STORY_MINUTE * MINUTE_MS, to: end, isUp: !OUTAGE_DAYS.includes(back) });
  }
  await recordUses(past, cast, plan.flat());
}

/** Each site's backend has used its key for every attempt. */
async function recordUses(past: Past, { account, keys }: Cast, attempts: readonly Attempt[]): Promise<void> {
  for (const site of ['shop', 'staff'] as const) {
    const last = attempts.findLast((one) => one.site === site);
    if (last) await recordOnce(openMoment(past, last.at), apiKeyUseDocument.key(account, keys[site]), KEY_USE_STEP_MS);
  }
}

async function liveDay(past: Past, cast: Cast, member: Member, attempts: readonly Attempt[]): Promise<void> {
  for (const attempt of attempts) await signInByBackend(past, cast, member, attempt);
}

async function runJobs(past: Past, keptDays: number): Promise<void> {
  const counter = createSignInCounter(past, keptDays);
  await consumeEvents(past, [createSealer(past), counter, createDeriver(past), createSignInKeeper(past)]);
}

/** Tries the deliveries that are due, as often as the time between these allows. */
async function deliver(past: Past, { account }: Cast, { from, to, isUp }: { from: number; to: number; isUp: boolean }) {
  const status = isUp ? 204 : 503;
  const send = async () => ({ kind: 'answered', status }) as const;
  for (let at = from; at <= to; at += isUp ? DAY_MS / 2 : 3 * HOUR_MS) {
    const moment = { ...openMoment(past, at), webhookSender: { ...past.webhookSender, send } };
    for (const { id } of await readBook(moment, account)) {
      const { due } = await dueDeliveries(moment, id, DELIVERIES_AT_ONCE);
      for (const delivery of due) await attemptDelivery(moment, delivery);
    }
  }
}
