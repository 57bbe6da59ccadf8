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

/** Shows which users a filter would refuse now: those of recent sign-ins, and any other user on request. */
export function Refused({ filter, resources }: { filter: string; resources: readonly ResourceFilters[] }) {
  const { client, texts } = useConsole();
  const [resource, setResource] = useState(resources[0]?.id ?? '');
  const [rows, setRows] = useState<readonly Row[]>();
  const [progress, setProgress] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const [person, setPerson] = useState('');
  const [address, setAddress] = useState('');
  const id = useId();
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
  const askOne = async (event: Event) => {
    event.preventDefault();
    if (person.trim() === '' || progress !== undefined) return;
    setWrong(undefined);
    const row = await explain(person.trim(), address.trim(), begin());
    if (row) setRows([row, ...(rows ?? [])]);
  };
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
                asking.current?.abort();
                setProgress(undefined);
                setRows(undefined);
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
        <form class="ask-line" onSubmit={askOne} novalidate>
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
        <Alert>{wrong}</Alert>
        <p role="status">
          {progress}
          {progress === undefined && rows && rows.length > 0 && t('summary', { refused: stopped, total: rows.length })}
          {progress === undefined && rows?.length === 0 && !wrong && t('askNone')}
        </p>
        {rows && rows.length > 0 && (
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
        )}
      </div>
    </section>
  );
}

function facts({ saw }: Verdict): string {
  if (!saw) return '';
  const { country, localTime, address } = saw;
  if (localTime !== undefined) return localTime ?? '';
  if (country !== undefined) return country ?? t('noCountry');
  return address ?? t('noAddress');
}
