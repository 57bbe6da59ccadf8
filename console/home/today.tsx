import type { ComponentChildren } from 'preact';
import { Outcome } from '../events/event-parts.tsx';
import { reasonText } from '../events/i18n.ts';
import type { Read } from '../service/query-cache.ts';
import { UserName } from '../shared/names.tsx';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { type ActivityView, attemptsHref, type DayView, reasonsOf, startOf, sumOf } from './activity.ts';
import { t } from './i18n.ts';
import { useLatest } from './use-latest.ts';

export interface ActivityProps {
  /** The previous days, while a request is pending. */
  days: readonly DayView[] | undefined;
  read: Read<{ days: DayView[] }> & { retry(): void };
  view: ActivityView;
}

const LATEST = 5;
const MAX_REASONS = 4;

/** The sign-ins since midnight, and the latest attempts. */
export function Today({ days, read, view }: ActivityProps) {
  const { lang } = useConsole().texts;
  const today = days?.at(-1);
  if (!today) return <section class="panel">{read.problem ? <Problem read={read} /> : <Skeleton lines={4} />}</section>;
  const { resource } = view;
  const from = today.day;
  const refused = sumOf(today.refused);
  const number = new Intl.NumberFormat(lang);
  const userCount = number.format(today.activeUsers.count);
  const midnight = new Date(startOf(from));
  const isHereToo = midnight.getTimezoneOffset() === 0;
  const since = new Intl.DateTimeFormat(lang, { timeStyle: 'short' }).format(midnight);
  return (
    <section class="panel today" aria-labelledby="today">
      <h2 id="today">{t('today')}</h2>
      <p class="hint">{isHereToo ? t('todayUtc') : t('todaySince', { time: since })}</p>
      <dl class="figures">
        <Figure label={t('granted')} tone="good">
          <Link href={attemptsHref({ outcome: 'granted', resource, from })}>{number.format(today.granted)}</Link>
        </Figure>
        <Figure label={t('refused')} tone={refused > 0 ? 'bad' : undefined}>
          <Link href={attemptsHref({ outcome: 'refused', resource, from })}>{number.format(refused)}</Link>
        </Figure>
        <Figure label={t('people')}>{today.activeUsers.exact ? userCount : t('about', { count: userCount })}</Figure>
      </dl>
      {refused > 0 && (
        <>
          <h3>{t('refusedBecause')}</h3>
          <ul class="reasons">
            {reasonsOf([today])
              .slice(0, MAX_REASONS)
              .map(([reason, count]) => (
                <li key={reason}>
                  <Link href={attemptsHref({ outcome: 'refused', reason, resource, from })}>{reasonText(reason)}</Link>{' '}
                  <span class="muted">{number.format(count)}</span>
                </li>
              ))}
          </ul>
        </>
      )}
      <Latest resource={resource} from={from} />
    </section>
  );
}

function Figure({
  label,
  tone,
  children,
}: {
  label: string;
  tone?: 'good' | 'bad' | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class={tone === undefined ? 'figure' : `figure ${tone}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Latest({ resource, from }: { resource: string | undefined; from: string }) {
  const of = resource === undefined ? '' : `&resource=${resource}`;
  const { items, isCut, problem } = useLatest(`events?type=authentication&limit=${LATEST}${of}`);
  return (
    <>
      <h3>{t('latest')}</h3>
      {items && items.length > 0 && (
        <ul class="latest">
          {items.map(({ id, at, subject, outcome, reason }) => (
            <li key={id}>
              <span class="latest-who">
                {subject?.startsWith('usr_') ? (
                  <UserName id={subject} />
                ) : (
                  <span class="muted">{subject ?? t('nobodyKnown')}</span>
                )}
              </span>
              <span class="latest-outcome">
                <Outcome outcome={outcome} />
                {reason !== undefined && <span class="muted"> {reasonText(reason)}</span>}
              </span>
              <span class="muted latest-when">
                <Timestamp at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {items?.length === 0 && <p class="hint">{t(isCut ? 'noneRecent' : 'noneYet')}</p>}
      {!items && (problem ? <p class="hint">{t('notLoaded')}</p> : <Skeleton lines={3} />)}
      {items && (items.length > 0 || isCut) && (
        <p class="latest-all">
          <Link href={attemptsHref({ resource, from })}>{t('allToday')}</Link>
        </p>
      )}
    </>
  );
}
