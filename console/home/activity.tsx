import { ChartColumn } from 'lucide';
import { useId } from 'preact/hooks';
import { reasonText } from '../events/i18n.ts';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { useQuery } from '../shell/use-query.ts';
import {
  type ActivityView,
  attemptsHref,
  type DayView,
  hrefOf,
  isQuiet,
  OTHERS,
  outcomesByDay,
  PERIODS,
  reasonsByDay,
} from './activity.ts';
import { ByResource } from './by-resource.tsx';
import { Chart } from './chart.tsx';
import type { ChartData } from './chart-props.ts';
import { t } from './i18n.ts';
import type { ActivityProps } from './today.tsx';

/** Charts of granted and refused sign-ins, by reason and by resource. */
export function Activity({ days, read, view, isFirst }: ActivityProps & { isFirst: boolean }) {
  return (
    <section class="activity" aria-labelledby="activity" aria-busy={!read.body}>
      <div class="activity-head">
        <div>
          <h2 id="activity">{t('activity')}</h2>
          <p class="hint">{t('activityLead')}</p>
        </div>
        {!isFirst && <Choices view={view} />}
      </div>
      {days && isQuiet(days) && <Quiet view={view} isFirst={isFirst} />}
      {days && !isQuiet(days) && <Charts days={days} view={view} />}
    </section>
  );
}

/** The choice of period and resource, both kept in the address. */
function Choices({ view }: { view: ActivityView }) {
  const { go } = useConsole();
  const id = useId();
  const resources = useQuery<{ items: { id: string; name: string }[] }>('resources?limit=200&sort=name');
  const known = resources.body?.items ?? [];
  const { resource, days } = view;
  const choices =
    resource === undefined || known.some((one) => one.id === resource)
      ? known
      : [...known, { id: resource, name: resource }];
  return (
    <div class="activity-choices">
      <div class="choice-resource">
        <label class="unseen" for={`${id}-resource`}>
          {t('resource')}
        </label>
        <select
          id={`${id}-resource`}
          class="input"
          value={resource ?? ''}
          onChange={({ currentTarget: { value } }) =>
            go(hrefOf({ ...view, resource: value === '' ? undefined : value }), true)
          }
        >
          <option value="">{t('allResources')}</option>
          {choices.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <fieldset class="segments">
        <legend class="unseen">{t('period')}</legend>
        {PERIODS.map((one) => (
          <label key={one}>
            <input
              type="radio"
              class="unseen"
              name={`${id}-period`}
              checked={one === days}
              onChange={() => go(hrefOf({ ...view, days: one }), true)}
            />
            <span>{t('lastDays', { count: one })}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function Quiet({ view, isFirst }: { view: ActivityView; isFirst: boolean }) {
  const { session } = useConsole();
  const newest = useQuery<{ items: { id: string }[] }>('resources?limit=1');
  const resource = view.resource ?? newest.body?.items[0]?.id;
  return (
    <Empty
      icon={ChartColumn}
      title={t(isFirst ? 'emptyTitle' : 'quietTitle')}
      text={isFirst ? t('emptyText') : `${t('quietText', { count: view.days })} ${t('emptyTextDone')}`}
    >
      {(resource !== undefined || isSuperuser(session)) && (
        <Link
          class="small-primary"
          href={resource === undefined ? '/console/resources/new' : `/console/resources/${resource}/try`}
        >
          {t(resource === undefined ? 'emptyMake' : 'emptyAction')}
        </Link>
      )}
    </Empty>
  );
}

function Charts({ days, view }: { days: readonly DayView[]; view: ActivityView }) {
  const { resource } = view;
  const names = days.map(({ day }) => day);
  const span = { resource, from: names[0] ?? '', to: names.at(-1) };
  const lost = days.filter(({ complete }) => !complete).map(({ day }) => day);
  const outcomes = outcomesByDay(days).map(({ key, values }): ChartData => {
    const outcome = key === 'granted' ? 'granted' : 'refused';
    return { key, values, label: t(outcome), colour: `--${outcome}`, href: attemptsHref({ outcome, ...span }) };
  });
  const reasons = reasonsByDay(days).map(({ key, values }, at): ChartData => {
    const isReason = key !== OTHERS;
    return {
      key,
      values,
      label: isReason ? reasonText(key) : t('others'),
      colour: `--series-${at + 1}`,
      href: isReason ? attemptsHref({ outcome: 'refused', reason: key, ...span }) : undefined,
    };
  });
  const people = [
    {
      key: 'people',
      values: days.map(({ activeUsers }) => activeUsers.count),
      label: t('people'),
      colour: '--series-1',
      // A user who signed in on two days would be counted twice.
      hasNoSum: true,
    },
  ];
  return (
    <>
      {lost.length > 0 && <p class="strip warn">{t('incomplete', { days: lost.join(', ') })}</p>}
      <div class="charts">
        <Chart
          title={t('perDay')}
          days={names}
          series={outcomes}
          dayHref={(day) => attemptsHref({ resource, from: day, to: day })}
          isWide
        />
        <Chart
          title={t('perReason')}
          days={names}
          series={reasons}
          dayHref={(day) => attemptsHref({ outcome: 'refused', resource, from: day, to: day })}
          none={t('noRefusals')}
        />
        <Chart
          title={t('perPeople')}
          days={names}
          series={people}
          dayHref={(day) => attemptsHref({ outcome: 'granted', resource, from: day, to: day })}
        />
        {resource === undefined && <ByResource view={view} />}
      </div>
    </>
  );
}
