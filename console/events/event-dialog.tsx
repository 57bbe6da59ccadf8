import type { ComponentChildren } from 'preact';
import { Dialog } from '../parts/dialog.tsx';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { EVENTS, type EventView, queryOf } from './event.ts';
import { ActorText, Outcome, useNameOf } from './event-parts.tsx';
import { reasonText, t, typeText } from './i18n.ts';

/** The details of one event. */
export function EventDialog({ event, onClose }: { event: EventView; onClose(): void }) {
  const { go } = useConsole();
  const { at, type, actor, subject, related = [], resource, outcome, reason } = event;
  const { method, factors, otp, transaction, environment, hook, changed, address, userAgent, requestId, lost } = event;
  const rows: [string, ComponentChildren][] = [
    [t('at'), <Timestamp key="at" at={at} isExact />],
    [t('outcome'), <Outcome key="outcome" outcome={outcome} />],
  ];
  if (reason !== undefined) {
    rows.push([
      t('reason'),
      <>
        {reasonText(reason)} <code>{reason}</code>
      </>,
    ]);
  }
  rows.push([
    t('who'),
    <>
      <ActorText actor={actor} /> {actor.id !== undefined && <NamedId id={actor.id} />}
    </>,
  ]);
  if (subject !== undefined) rows.push([t('about'), <NamedId key="subject" id={subject} />]);
  if (resource !== undefined && resource !== subject)
    rows.push([t('resource'), <NamedId key="resource" id={resource} />]);
  if (related.length > 0) {
    rows.push([
      t('related'),
      related.map((id) => (
        <span key={id} class="stacked">
          <NamedId id={id} />
        </span>
      )),
    ]);
  }
  const plain: [Parameters<typeof t>[0], string | undefined][] = [
    ['method', method],
    ['factors', factors?.join(', ')],
    ['otp', otp],
    ['environment', environment === undefined ? undefined : `${environment} %`],
    ['hook', hook],
    ['changed', changed?.join(', ')],
    ['address', address],
    ['userAgent', userAgent],
    ['requestId', requestId],
    ['transaction', transaction],
    ['lost', lost && t('lostText', { partition: lost.partition, first: lost.from, last: lost.to })],
    ['segment', String(event.segment)],
  ];
  for (const [label, value] of plain) if (value !== undefined && value !== '') rows.push([t(label), value]);
  return (
    <Dialog title={typeText(type)} onClose={onClose}>
      <p class="hint">
        {t('detail', { id: event.id })} <code>{type}</code>
      </p>
      <dl class="event-facts">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions start">
        <button
          type="button"
          class="secondary"
          onClick={() => {
            onClose();
            go(`${EVENTS}?${queryOf({ type })}`);
          }}
        >
          {t('filterBy')}
        </button>
      </div>
    </Dialog>
  );
}

function NamedId({ id }: { id: string }) {
  const { name, href } = useNameOf(id);
  const text = (
    <>
      {name !== undefined && `${name} `}
      <code>{id}</code>
    </>
  );
  return href === undefined ? <span>{text}</span> : <Link href={href}>{text}</Link>;
}
