import { Activity, ChevronDown, ChevronRight, Pause, Play } from 'lucide';
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { loadTogether } from '../i18n/page-texts.ts';
import { useMedia } from '../list/use-media.ts';
import { Icon } from '../parts/icon.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { EVENTS, type EventView, queryOf, readEventFilters } from './event.ts';
import { EventDialog } from './event-dialog.tsx';
import { EventFilters } from './event-filters.tsx';
import { ActorText, NameOf, Outcome } from './event-parts.tsx';
import css from './events.css?inline';
import { countTypes, type EventRow, foldBulk } from './fold-bulk.ts';
import { t as own, reasons, reasonText, types, typeText } from './i18n.ts';
import { type FollowedFeed, useFeed } from './use-feed.ts';

export const messages = loadTogether(own, types, reasons);
export const style = css;

/** The page of events, with filters, live updates and export. */
export function Page() {
  const { address, go } = useConsole();
  const filters = readEventFilters(address.query);
  const query = queryOf(filters);
  const isOver = filters.to !== undefined;
  const feed = useFeed(query, isOver);
  const [open, setOpen] = useState<EventView>();
  const isEmpty = feed.items.length === 0 && !feed.isLoading && feed.next === null && query === '' && !feed.problem;
  return (
    <>
      <PageHead title={own('title')} lead={own('lead')} actions={<Exports query={query} />} />
      <EventFilters
        filters={filters}
        onChange={(next) => {
          const text = queryOf(next);
          go(text === '' ? EVENTS : `${EVENTS}?${text}`, true);
        }}
      />
      {/* A filter that ends in the past gets no new events. */}
      {!isOver && <Follow feed={feed} />}
      {isEmpty ? (
        <Empty icon={Activity} title={own('emptyTitle')} text={own('emptyText')} />
      ) : (
        <List feed={feed} isNarrowed={query !== ''} onOpen={setOpen} />
      )}
      {open && <EventDialog event={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Exports({ query }: { query: string }) {
  const { session } = useConsole();
  const isNarrowed = query !== '';
  return (
    <details class="menu">
      <summary class="secondary">{own('export')}</summary>
      <div class="menu-body">
        <a href={`/v1/events/export?format=csv${isNarrowed ? `&${query}` : ''}`} download>
          {own('exportCsv')}
          <span class="hint">{own(isNarrowed ? 'exportCsvFiltered' : 'exportCsvHint')}</span>
        </a>
        {isSuperuser(session) && (
          <a href="/v1/events/export?format=jsonl" download>
            {own('exportJsonl')}
            <span class="hint">{own('exportJsonlHint')}</span>
          </a>
        )}
        <p class="hint">{own('exportOrder')}</p>
      </div>
    </details>
  );
}

function Follow({ feed }: { feed: FollowedFeed }) {
  const { following, setFollowing, problem, items } = feed;
  const isOn = following === 'on';
  return (
    <div class="follow">
      <button type="button" class="secondary" data-key="f" onClick={() => setFollowing(!isOn)}>
        <Icon node={isOn ? Pause : Play} size={16} />
        {own(isOn ? 'pause' : 'live')}
      </button>
      <p class={isOn ? 'hint following' : 'hint'} role="status">
        {isOn && own(problem && items.length > 0 ? 'liveLost' : 'isLive')}
        {following === 'asleep' && own('isAsleep')}
      </p>
    </div>
  );
}

/** Each name costs a request, so only new events show names; older ones show ids. */
const MAX_NAMED = 100;

interface ShownRow {
  key: string;
  event: EventView;
  /** The row stands for these; `event` is the newest. */
  bulk?: EventRow;
  isOpen: boolean;
  /** Below the row that it was folded into. */
  isPart: boolean;
}

/** An open row is followed by its events. */
function shownRows(row: EventRow, open: ReadonlySet<string>): ShownRow[] {
  const [event] = row.events;
  if (row.events.length === 1) return [{ key: event.id, event, isOpen: false, isPart: false }];
  const isOpen = [...row.requests].some((request) => open.has(request));
  const parts = isOpen ? row.events : [];
  return [
    { key: `bulk ${row.events.at(-1)?.id}`, event, bulk: row, isOpen, isPart: false },
    ...parts.map((part) => ({ key: part.id, event: part, isOpen: false, isPart: true })),
  ];
}

const nameLink = (id: string, at: number) => (at < MAX_NAMED ? <NameOf id={id} /> : <code>{id}</code>);

function about({ subject, resource }: EventView, at: number) {
  const ids = [...new Set([subject, resource])].filter((id) => id !== undefined);
  return ids.map((id, index) => (
    <Fragment key={id}>
      {index > 0 && <span class="dot">·</span>} {nameLink(id, at)}
    </Fragment>
  ));
}

function actorText({ actor, subject }: EventView, at: number) {
  // A user who signs in is named as what the event is about.
  const isNamed = actor.kind === 'user' && actor.id === subject;
  return (
    <>
      <ActorText actor={actor} /> {actor.id !== undefined && !isNamed && nameLink(actor.id, at)}
    </>
  );
}

function outcomeText({ outcome, reason }: EventView) {
  return (
    <>
      <Outcome outcome={outcome} />
      {reason !== undefined && <span class="muted"> {reasonText(reason)}</span>}
    </>
  );
}

interface RowLinkProps {
  row: ShownRow;
  onToggle(row: EventRow, isOpen: boolean): void;
  onOpen(event: EventView): void;
}

function RowLink({ row: { event, bulk, isOpen }, onToggle, onOpen }: RowLinkProps) {
  const { lang } = useConsole().texts;
  if (!bulk)
    return (
      <button type="button" class="row-link" aria-haspopup="dialog" onClick={() => onOpen(event)}>
        {typeText(event.type)}
      </button>
    );
  const text = countTypes(bulk)
    .map(([type, count]) => own('bulk', { type: typeText(type), count: count.toLocaleString(lang) }))
    .join(' · ');
  return (
    <button type="button" class="row-link bulk" aria-expanded={isOpen} onClick={() => onToggle(bulk, isOpen)}>
      <Icon node={isOpen ? ChevronDown : ChevronRight} size={16} />
      <span>{text}</span>
    </button>
  );
}

function Pager({ feed: { next, isLoading, older } }: { feed: FollowedFeed }) {
  return (
    <div class="pager">
      {next === null ? (
        !isLoading && <p class="hint">{own('end')}</p>
      ) : (
        <button type="button" class="secondary" aria-disabled={isLoading} onClick={() => !isLoading && older()}>
          {own(isLoading ? 'searching' : 'older')}
        </button>
      )}
    </div>
  );
}

interface ListProps {
  feed: FollowedFeed;
  isNarrowed: boolean;
  onOpen(event: EventView): void;
}

function List({ feed, isNarrowed, onOpen }: ListProps) {
  const { items, isLoading, problem, fresh, older } = feed;
  const isNarrow = useMedia('(max-width: 859px)');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows: ShownRow[] = foldBulk(items).flatMap((row) => shownRows(row, open));
  const toggle = ({ requests }: EventRow, isOpen: boolean) => {
    const others = new Set(open);
    for (const request of requests) isOpen ? others.delete(request) : others.add(request);
    setOpen(others);
  };
  const classOf = ({ event, isPart }: ShownRow) =>
    [fresh.has(event.id) && 'fresh', isPart && 'part'].filter(Boolean).join(' ') || undefined;
  return (
    <section class="list events" aria-label={own('title')} aria-busy={isLoading}>
      {items.length > 0 && isNarrow && (
        <ul class="cards" aria-label={own('title')}>
          {rows.map((row, at) => (
            <li key={row.key} class={classOf(row)}>
              <div class="card-head">
                <RowLink row={row} onToggle={toggle} onOpen={onOpen} />
                <span class="muted">
                  <Timestamp at={row.event.at} />
                </span>
              </div>
              <p>{outcomeText(row.event)}</p>
              {!row.bulk && <p class="muted">{about(row.event, at)}</p>}
              <p class="muted">
                {own('who')}: {actorText(row.event, at)}
              </p>
            </li>
          ))}
        </ul>
      )}
      {items.length > 0 && !isNarrow && (
        <table>
          <caption class="unseen">{own('title')}</caption>
          <thead>
            <tr>
              <th scope="col">{own('what')}</th>
              <th scope="col">{own('outcome')}</th>
              <th scope="col">{own('who')}</th>
              <th scope="col">{own('about')}</th>
              <th scope="col">{own('when')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.key} class={classOf(row)}>
                <th scope="row">
                  <RowLink row={row} onToggle={toggle} onOpen={onOpen} />
                </th>
                <td>{outcomeText(row.event)}</td>
                <td>{actorText(row.event, at)}</td>
                <td>{!row.bulk && about(row.event, at)}</td>
                <td>
                  <Timestamp at={row.event.at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isLoading && items.length === 0 && <Skeleton lines={8} />}
      {!isLoading && items.length === 0 && !problem && isNarrowed && (
        <p class="list-none" role="status">
          {own('noMatch')}
        </p>
      )}
      {problem && items.length === 0 && <Problem read={{ problem, isLoading, retry: older }} />}
      {(items.length > 0 || isNarrowed) && !(problem && items.length === 0) && <Pager feed={feed} />}
    </section>
  );
}
