import { EVENT_OUTCOMES } from '@countersign/protocol/events';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useMedia } from '../list/use-media.ts';
import { t as shellText } from '../shell/i18n.ts';
import { useQuery } from '../shell/use-query.ts';
import { EVENT_FILTERS, type EventFilter, type EventFilterValues } from './event.ts';
import { REASONS, reasonText, TYPES, t, typeText } from './i18n.ts';
import { ObjectBox } from './object-box.tsx';

export interface EventFiltersProps {
  filters: EventFilterValues;
  onChange(next: EventFilterValues): void;
}

const SUBJECTS = ['users', 'resources', 'tokens', 'filters', 'administrators', 'api-keys', 'webhooks'] as const;
const ACTORS = ['users', 'administrators', 'api-keys'] as const;
const COLLAPSED_FILTERS: readonly EventFilter[] = ['reason', 'subject', 'actor', 'from', 'to'];

/** The filters of the event list, which the page keeps in the address. */
export function EventFilters({ filters, onChange }: EventFiltersProps) {
  const resources = useQuery<{ items: { id: string; name: string }[] }>('resources?limit=200&sort=name');
  // On a phone, the filters would push the list out of view.
  const isNarrow = useMedia('(max-width: 719px)');
  const collapsed = isNarrow ? EVENT_FILTERS : COLLAPSED_FILTERS;
  const [isOpen] = useState(() => collapsed.some((name) => filters[name] !== undefined));
  const set = (name: EventFilter, value: string | undefined) => {
    const { [name]: _, ...others } = filters;
    onChange(value === undefined || value === '' ? others : { ...others, [name]: value });
  };
  const select = (name: EventFilter, label: string, any: string, choices: readonly (readonly [string, string])[]) => {
    const value = filters[name] ?? '';
    const known = value === '' || choices.some(([one]) => one === value) ? choices : [...choices, [value, value]];
    return (
      <label class="narrow-one">
        <span>{label}</span>
        <select class="input" value={value} onChange={({ currentTarget }) => set(name, currentTarget.value)}>
          <option value="">{any}</option>
          {known.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      </label>
    );
  };
  const main = (
    <>
      {select(
        'type',
        t('what'),
        t('anyType'),
        TYPES.map((type) => [type, typeText(type)]),
      )}
      {select(
        'outcome',
        t('outcome'),
        t('anyOutcome'),
        EVENT_OUTCOMES.map((one) => [one, t(one)]),
      )}
      {select(
        'resource',
        t('resource'),
        t('anyResource'),
        (resources.body?.items ?? []).map(({ id, name }) => [id, name]),
      )}
    </>
  );
  return (
    <div class="narrowing">
      {!isNarrow && <div class="narrows">{main}</div>}
      <details open={isOpen}>
        <summary>{isNarrow ? shellText('filters') : t('more')}</summary>
        <div class="narrows">
          {isNarrow && main}
          {select(
            'reason',
            t('reason'),
            t('anyReason'),
            REASONS.map((code) => [code, reasonText(code)]),
          )}
          <ObjectBox
            label={t('subject')}
            among={SUBJECTS}
            value={filters.subject}
            onChange={(id) => set('subject', id)}
          />
          <ObjectBox label={t('actor')} among={ACTORS} value={filters.actor} onChange={(id) => set('actor', id)} />
          <div class="narrow-pair">
            <InstantBox label={t('from')} value={filters.from} onChange={(at) => set('from', at)} />
            <InstantBox label={t('to')} value={filters.to} onChange={(at) => set('to', at)} />
          </div>
        </div>
      </details>
      {Object.keys(filters).length > 0 && (
        <button type="button" class="secondary" onClick={() => onChange({})}>
          {t('clear')}
        </button>
      )}
    </div>
  );
}

interface BoxProps {
  label: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
}

/** An input that shows the value of the address, and keeps the focus and what is typed until that changes. */
function useAddressValue(value: string) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // Setting the same would clear a date that is only partly typed.
    if (input.current && input.current.value !== value) input.current.value = value;
  }, [value]);
  return input;
}

function InstantBox({ label, value, onChange }: BoxProps) {
  const input = useAddressValue(value === undefined ? '' : localText(Number(value)));
  return (
    <label class="narrow-one">
      <span>{label}</span>
      <input
        ref={input}
        class="input"
        type="datetime-local"
        onChange={({ currentTarget }) => {
          const at = new Date(currentTarget.value).getTime();
          onChange(Number.isNaN(at) ? undefined : String(at));
        }}
      />
    </label>
  );
}

/** A value for `datetime-local`, in the device's time zone. */
function localText(at: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
