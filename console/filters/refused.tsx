import { Alert } from '@countersign/ui/alert.tsx';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { EventPage } from '../events/feed.ts';
import { reasonText } from '../events/i18n.ts';
import { Badge } from '../parts/badge.tsx';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { type Explanation, latestSignIns, type Verdict, verdictOf } from './explained.ts';
import type { ResourceFilters } from './filter.ts';
import { t } from './i18n.ts';

interface Row {
  key: number;
  user: string;
  address: string;
  verdict: Verdict;
}

/** Each check is one request and costs the service a decision. */
const MAX_CHECKS = 20;
let nextKey = 0;
const TONES = { passes: 'good', stopped: 'bad', notReached: 'plain' } as const;

/** Asks which users the filter would refuse at the resource, and keeps what the service has answered. */
function useVerdicts(filter: string, resource: string) {
  const { client, texts } = useConsole();
  const [rows, setRows] = useState<readonly Row[]>();
  const [progress, setProgress] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  /** Aborts pending checks when the user leaves the page or chooses another resource. */
  const asking = useRef<AbortController>(undefined);
  useEffect(() => () => asking.current?.abort(), []);
  const begin = (): AbortSignal => {
    asking.current?.abort();
    asking.current = new AbortController();
    return asking.current.signal;
  };

  const explain = async (user: string, from: string, signal: AbortSignal): Promise<Row | undefined> => {
    const body = { resource, user, ...(from !== '' && { address: from }) };
    const answer = await client.send<Explanation>('POST', 'explain', body, {}, signal);
    if (signal.aborted) return undefined;
    if (answer.kind === 'done') return { key: nextKey++, user, address: from, verdict: verdictOf(answer.body, filter) };
    setWrong(refusalMessage(texts, answer));
    return undefined;
  };
  const askAll = async () => {
    if (progress !== undefined) return;
    setWrong(undefined);
    const query = new URLSearchParams({ type: 'authentication', outcome: 'granted', resource, limit: '200' });
    const signal = begin();
    setProgress(t('looking'));
    const answer = await client.get<EventPage>(`events?${query}`, undefined, signal);
    if (signal.aborted) return;
    setProgress(undefined);
    if (answer.kind !== 'done') return setWrong(refusalMessage(texts, answer));
    const wanted = latestSignIns(answer.body.items, MAX_CHECKS);
    const found: Row[] = [];
    setRows(found);
    for (const one of wanted) {
      setProgress(t('asking', { done: found.length + 1, total: wanted.length }));
      const row = await explain(one.user, one.address, signal);
      if (signal.aborted) return;
      if (!row) break;
      found.push(row);
      setRows([...found]);
    }
    setProgress(undefined);
  };
  const askOne = async (person: string, address: string) => {
    if (person === '' || progress !== undefined) return;
    setWrong(undefined);
    const row = await explain(person, address, begin());
    if (row) setRows([row, ...(rows ?? [])]);
  };
  const forget = () => {
    asking.current?.abort();
    setProgress(undefined);
    setRows(undefined);
  };
  return { rows, progress, wrong, askAll, askOne, forget };
}

/** Shows which users a filter would refuse now: those of recent sign-ins, and any other user on request. */
export function Refused({ filter, resources }: { filter: string; resources: readonly ResourceFilters[] }) {
  const [resource, setResource] = useState(resources[0]?.id ?? '');
  const { rows, progress, wrong, askAll, askOne, forget } = useVerdicts(filter, resource);
  const id = useId();
  const stopped = rows?.filter(({ verdict }) => verdict.outcome === 'stopped').length ?? 0;
  return (
    <section class="panel edit-section" aria-labelledby={`${id}-title`}>
      <div class="edit-about">
        <h2 id={`${id}-title`}>{t('refused')}</h2>
        <p class="hint">
          {t('refusedLead')} {t('refusedSaved')}
        </p>
      </div>
      <div class="edit-fields">
        <div class="ask-line">
          <div>
            <label for={`${id}-resource`}>{t('resource')}</label>
            <select
              class="input"
              id={`${id}-resource`}
              value={resource}
              onChange={({ currentTarget }) => {
                setResource(currentTarget.value);
                forget();
              }}
            >
              {resources.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </select>
          </div>
          <button type="button" class="secondary" aria-disabled={progress !== undefined} onClick={askAll}>
            {t('ask')}
          </button>
        </div>
        <OneUser onAsk={askOne} />
        <Alert>{wrong}</Alert>
        <p role="status">
          {progress}
          {progress === undefined && rows && rows.length > 0 && t('summary', { refused: stopped, total: rows.length })}
          {progress === undefined && rows?.length === 0 && !wrong && t('askNone')}
        </p>
        {rows && rows.length > 0 && <Verdicts rows={rows} />}
      </div>
    </section>
  );
}

/** Asks about a user by login or id, from any address. */
function OneUser({ onAsk }: { onAsk: (user: string, address: string) => void }) {
  const [person, setPerson] = useState('');
  const [address, setAddress] = useState('');
  const id = useId();
  const onSubmit = (event: Event) => {
    event.preventDefault();
    onAsk(person.trim(), address.trim());
  };
  return (
    <form class="ask-line" onSubmit={onSubmit} novalidate>
      <div>
        <label for={`${id}-person`}>{t('person')}</label>
        <input
          class="input"
          type="text"
          id={`${id}-person`}
          placeholder={t('personHint')}
          autocomplete="off"
          autocapitalize="none"
          value={person}
          onInput={({ currentTarget }) => setPerson(currentTarget.value)}
        />
      </div>
      <div>
        <label for={`${id}-address`}>{t('address')}</label>
        <input
          class="input"
          type="text"
          id={`${id}-address`}
          placeholder="203.0.113.7"
          autocomplete="off"
          value={address}
          onInput={({ currentTarget }) => setAddress(currentTarget.value)}
        />
      </div>
      <button type="submit" class="secondary">
        {t('askOne')}
      </button>
    </form>
  );
}

function Verdicts({ rows }: { rows: readonly Row[] }) {
  return (
    <ul class="verdicts">
      {rows.map((row) => (
        <li key={row.key}>
          <Badge tone={TONES[row.verdict.outcome]}>
            {row.verdict.outcome === 'notReached'
              ? t('notReached', { reason: reasonText(row.verdict.code ?? '') })
              : t(row.verdict.outcome)}
          </Badge>
          <span>
            <code>{row.user}</code> <span class="muted">{row.address || t('noAddress')}</span>
          </span>
          <span class="muted">{facts(row.verdict)}</span>
        </li>
      ))}
    </ul>
  );
}

function facts({ saw }: Verdict): string {
  if (!saw) return '';
  const { country, localTime, address } = saw;
  if (localTime !== undefined) return localTime ?? '';
  if (country !== undefined) return country ?? t('noCountry');
  return address ?? t('noAddress');
}
