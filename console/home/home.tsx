import type { ChecklistView } from '@countersign/protocol/checklist';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { setIdleAwareInterval } from '../shell/idle-aware-interval.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Skeleton } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { AccountCard } from './account-card.tsx';
import { type DayView, isQuiet, readActivityView } from './activity.ts';
import { Activity } from './activity.tsx';
import { Checklist } from './checklist.tsx';
import { t } from './i18n.ts';
import { Today } from './today.tsx';

const POLL_INTERVAL_MS = 10_000;

/** The home page: checklist, today's activity, charts and the account. */
export function Home() {
  const { address, reads, preferences, setPreferences } = useConsole();
  const view = readActivityView(address.query);
  const checklist = useQuery<ChecklistView>('checklist');
  const of = view.resource === undefined ? '' : `&resource=${view.resource}`;
  const statistics = useQuery<{ days: DayView[] }>(`statistics?days=${view.days}${of}`);
  // Keep showing the previous data until the response for another choice arrives.
  const last = useRef<readonly DayView[]>(undefined);
  if (statistics.body) last.current = statistics.body.days;
  const days = statistics.problem ? statistics.body?.days : last.current;
  // Refresh regularly, since changes in other tabs and by users show up here.
  useEffect(
    () => setIdleAwareInterval(POLL_INTERVAL_MS, () => reads.changed('checklist', 'statistics', 'events')),
    [reads],
  );
  const isDone = checklist.body?.done === true;
  const isComplete = checklist.body?.items.every(({ done }) => done) === true;
  // A list that is complete goes by itself, though not before the eyes of the user who completed it.
  const [isAsked, setIsAsked] = useState(false);
  if (checklist.body && !isComplete && !isAsked) setIsAsked(true);
  const hasChecklist = preferences.hasChecklist && (!isComplete || isAsked);
  const showChecklist = (has: boolean) => {
    setIsAsked(true);
    setPreferences({ hasChecklist: has });
  };
  // Show the introduction only if there has been no activity at all, not for a quiet resource or week.
  const isFirst = !isDone && view.resource === undefined && isQuiet(days ?? []);
  const isKnown = checklist.body !== undefined || checklist.problem !== undefined;
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          isKnown &&
          !hasChecklist && (
            <button type="button" class="quiet" onClick={() => showChecklist(true)}>
              {t('showChecklist')}
            </button>
          )
        }
      />
      <div class="columns">
        <div>
          {isKnown ? (
            <>
              {hasChecklist && <Checklist read={checklist} hide={() => showChecklist(false)} />}
              {!isFirst && <Today days={days} read={statistics} view={view} />}
            </>
          ) : (
            <Skeleton lines={6} />
          )}
        </div>
        <AccountCard />
      </div>
      {isKnown && <Activity days={days} read={statistics} view={view} isFirst={isFirst} />}
    </>
  );
}
