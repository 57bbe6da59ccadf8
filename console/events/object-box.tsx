import { Alert } from '@countersign/ui/alert.tsx';
import { useEffect, useId, useState } from 'preact/hooks';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { t as common } from '../shell/i18n.ts';
import { useObjectSearch } from '../shell/use-object-search.ts';
import { isId } from './event.ts';
import { useNameOf } from './event-parts.tsx';
import { t } from './i18n.ts';

interface Found {
  id: string;
  name?: string;
  login?: string;
  description?: string;
  url?: string;
}

/** The lists of objects that events name. Only the superuser reads the last ones. */
const SOURCES = [
  { path: 'users', label: 'pageUsers' },
  { path: 'resources', label: 'pageResources' },
  { path: 'tokens', label: 'pageTokens' },
  { path: 'filters', label: 'pageFilters' },
  { path: 'administrators', label: 'pageAdministrators', isPrivate: true },
  { path: 'api-keys', label: 'pageApiKeys', isPrivate: true },
  { path: 'webhooks', label: 'pageWebhooks', isPrivate: true },
] as const;
type Source = (typeof SOURCES)[number];

export interface ObjectBoxProps {
  label: string;
  /** Id of the object. */
  value: string | undefined;
  /** The lists that are searched. */
  among: readonly Source['path'][];
  onChange(value: string | undefined): void;
}

/** A combobox that finds an object by name (WAI-ARIA 1.2). An id can be typed as well: the object may be deleted. */
export function ObjectBox({ label, value = '', among, onChange }: ObjectBoxProps) {
  const { announce, session } = useConsole();
  const sources = SOURCES.filter((one) => among.includes(one.path) && (isSuperuser(session) || !('isPrivate' in one)));
  const { name = value } = useNameOf(value);
  // Undefined: the box shows the chosen object.
  const [text, setText] = useState<string>();
  const [at, setAt] = useState(0);
  const [isWrong, setWrong] = useState(false);
  const typed = text?.trim() ?? '';
  const results = useObjectSearch<Source, Found>(sources, isId(typed) ? '' : typed);
  const isOpen = results.length > 0;
  const chosen = results[Math.min(at, results.length - 1)];
  const id = useId();
  const { length } = results;
  useEffect(() => {
    if (typed !== '') announce(common('results', { count: length }));
  }, [length, typed, announce]);

  const apply = (next: string) => {
    setText(undefined);
    setWrong(false);
    if (next !== value) onChange(next);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && isOpen) {
      event.preventDefault();
      setAt((Math.min(at, length - 1) + step + length) % length);
    }
    if (event.key === 'Escape') setText(undefined);
    if (event.key !== 'Enter' || event.isComposing || text === undefined) return;
    event.preventDefault();
    if (typed === '' || isId(typed)) apply(typed);
    else if (chosen) apply(chosen.item.id);
    else setWrong(true);
  };
  // What is not chosen is dropped without a message, which would move the page under a click.
  const leave = () =>
    typed === '' && text !== undefined ? apply('') : isId(typed) ? apply(typed) : setText(undefined);
  const nameOf = ({ id, name, login, description, url }: Found) => name ?? login ?? description ?? url ?? id;

  return (
    <div class="narrow-one combo">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        type="text"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && chosen ? `${id}-${chosen.item.id}` : undefined}
        aria-autocomplete="list"
        aria-invalid={isWrong ? 'true' : undefined}
        aria-describedby={isWrong ? `${id}-error` : undefined}
        placeholder={t('objectHint')}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={200}
        value={text ?? name}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
          setWrong(false);
        }}
        onKeyDown={press}
        onBlur={leave}
      />
      <div class="combo-list" role="listbox" id={`${id}-list`} aria-label={label} hidden={!isOpen}>
        {results.map((result, nr) => (
          <div
            key={result.item.id}
            role="option"
            tabIndex={-1}
            id={`${id}-${result.item.id}`}
            aria-selected={result === chosen}
            // Keeps the focus in the box.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => apply(result.item.id)}
            onKeyDown={(event) => event.key === 'Enter' && apply(result.item.id)}
            onMouseMove={() => nr !== at && setAt(nr)}
          >
            <span>{nameOf(result.item)}</span>
            <span class="hint">{common(result.source.label)}</span>
          </div>
        ))}
      </div>
      <Alert id={`${id}-error`}>{isWrong && t('idHint')}</Alert>
    </div>
  );
}
