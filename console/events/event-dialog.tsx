import type { ComponentChildren } from 'preact';
import { useInside } from '../inside/context.ts';
import { Link } from '../inside/link.tsx';
import { useRead } from '../inside/use-read.ts';
import { When } from '../inside/when.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { EVENTS, type EventView, placeOf, queryOf } from './event.ts';
import { ActorText, Outcome } from './event-parts.tsx';
import { reasonText, typeText, words } from './words.ts';

/** All that is known of one event. */
export function EventDialog({ event, onClose }: { event: EventView; onClose(): void }) {
  const { go } = useInside();
  const { at, type, actor, subject, related = [], resource, outcome, reason } = event;
  const { method, factors, otp, transaction, environment, changed, address, userAgent, requestId, lost } = event;
  const told: [string, ComponentChildren][] = [
    [words('at'), <When key="at" at={at} isExact />],
    [words('outcome'), <Outcome key="outcome" outcome={outcome} />],
  ];
  if (reason !== undefined) {
    told.push([
      words('reason'),
      <>
        {reasonText(reason)} <code>{reason}</code>
      </>,
    ]);
  }
  told.push([
    words('who'),
    <>
      <ActorText actor={actor} /> {actor.id !== undefined && <Named id={actor.id} />}
    </>,
  ]);
  if (subject !== undefined) told.push([words('about'), <Named key="subject" id={subject} />]);
  if (resource !== undefined && resource !== subject)
    told.push([words('resource'), <Named key="resource" id={resource} />]);
  if (related.length > 0) {
    told.push([
      words('related'),
      related.map((id) => (
        <span key={id} class="stacked">
          <Named id={id} />
        </span>
      )),
    ]);
  }
  const plain: [Parameters<typeof words>[0], string | undefined][] = [
    ['method', method],
    ['factors', factors?.join(', ')],
    ['otp', otp],
    ['environment', environment === undefined ? undefined : `${environment} %`],
    ['changed', changed?.join(', ')],
    ['address', address],
    ['userAgent', userAgent],
    ['requestId', requestId],
    ['transaction', transaction],
    ['lost', lost && words('lostText', lost.partition, lost.from, lost.to)],
    ['segment', String(event.segment)],
  ];
  for (const [label, value] of plain) if (value !== undefined && value !== '') told.push([words(label), value]);
  return (
    <Dialog title={typeText(type)} onClose={onClose}>
      <p class="hint">
        {words('detail', event.id)} <code>{type}</code>
      </p>
      <dl class="event-facts">
        {told.map(([label, value]) => (
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
          {words('filterBy')}
        </button>
      </div>
    </Dialog>
  );
}

interface Thing {
  name?: string;
  login?: string;
  url?: string;
}

/** What everybody may see by its name; the rest of ids are asked for by nobody without need. */
const SEEN_BY_ALL = /^(?:res|usr|tok|flt)_/;

function Named({ id }: { id: string }) {
  const { session } = useInside();
  const place = placeOf(id);
  const isSeen = SEEN_BY_ALL.test(id);
  const read = useRead<Thing>(isSeen && place !== undefined ? place.replace('/console/', '') : undefined);
  const name = id === session.administrator.id ? session.administrator.name : (read.body?.name ?? read.body?.login);
  const isOpen = place !== undefined && (isSeen || session.administrator.role === 'superuser');
  const text = (
    <>
      {name !== undefined && `${name} `}
      <code>{id}</code>
    </>
  );
  return isOpen && !read.problem ? <Link href={place}>{text}</Link> : <span>{text}</span>;
}
