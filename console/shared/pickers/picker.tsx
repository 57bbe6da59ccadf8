import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { useConsole } from '../../shell/context.ts';
import { t as common } from '../../shell/i18n.ts';
import { Problem, Skeleton } from '../../shell/problem.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { t } from '../i18n.ts';

export interface PickerOptions<Item> {
  title: string;
  /** Path of a list of the API, below `/v1/`; may have a query. */
  path: string;
  nameOf(item: Item): string;
  detailOf?(item: Item): string;
  /** Why the item cannot be chosen; undefined if it can. */
  whyNot?(item: Item): string | undefined;
}

const LIMIT = 20;
const WAIT_MS = 200;

/** Chooses one of many items by search. Returns nothing if the user cancels. */
export function usePicker(): {
  pick<Item extends { id: string }>(question: PickerOptions<Item>): Promise<Item | undefined>;
  dialog: ComponentChildren;
} {
  const [pending, setPending] = useState<{ question: PickerOptions<never>; answer(item: unknown): void }>();
  return {
    pick: (question) =>
      new Promise((answer) => setPending({ question: question as PickerOptions<never>, answer: answer as () => void })),
    dialog: pending && (
      <PickDialog
        question={pending.question as PickerOptions<{ id: string }>}
        onAnswer={(item) => {
          setPending(undefined);
          pending.answer(item);
        }}
      />
    ),
  };
}

interface PickDialogProps<Item> {
  question: PickerOptions<Item>;
  onAnswer(item: Item | undefined): void;
}

function PickDialog<Item extends { id: string }>({ question, onAnswer }: PickDialogProps<Item>) {
  const { announce } = useConsole();
  const { title, path, nameOf, detailOf, whyNot } = question;
  const [text, setText] = useState('');
  const [search, setSearch] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useLayoutEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => setSearch(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const read = useQuery<{ items: Item[]; next: string | null }>(searchPath(path, search));
  const items = read.body?.items;
  const count = items?.length;
  useEffect(() => {
    if (count !== undefined && search !== '') announce(common('results', { count }));
  }, [count, search, announce]);
  return (
    <Dialog title={title} onClose={() => onAnswer(undefined)}>
      <label class="unseen" for={id}>
        {common('search')}
      </label>
      <input
        ref={input}
        id={id}
        class="input"
        type="search"
        value={text}
        placeholder={common('searchHint')}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div class="picks" aria-busy={read.isLoading}>
        {!items && (read.problem ? <Problem read={read} /> : <Skeleton lines={4} />)}
        {items?.length === 0 && (
          <p class="hint">{search === '' ? t('pickNone') : common('noMatch', { query: search })}</p>
        )}
        {items && items.length > 0 && (
          <ul aria-label={title}>
            {items.map((item) => {
              const reason = whyNot?.(item);
              return (
                <li key={item.id}>
                  <button type="button" class="pick" disabled={reason !== undefined} onClick={() => onAnswer(item)}>
                    <span class="pick-name">{nameOf(item)}</span>
                    <span class="hint">{reason ?? detailOf?.(item)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
        )}
        {read.body?.next && <p class="hint">{t('pickMore')}</p>}
      </div>
    </Dialog>
  );
}

function searchPath(path: string, search: string): string {
  const [list = '', filters = ''] = path.split('?');
  const query = new URLSearchParams(filters);
  query.set('limit', String(LIMIT));
  query.set('sort', 'name');
  if (search !== '') query.set('search', search);
  return `${list}?${query}`;
}
