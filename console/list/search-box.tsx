import { Search, X } from 'lucide';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { t } from '../shell/i18n.ts';

/** The delay between the last key and the request. */
const WAIT_MS = 250;

export function SearchBox({ value, onChange }: { value: string; onChange(text: string): void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  /** The last search in the address: if it differs, the user went back or forward. */
  const known = useRef(value);
  useLayoutEffect(() => {
    if (known.current === value) return;
    known.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text.trim() === known.current) return;
    const timer = setTimeout(() => {
      known.current = text.trim();
      change.current(text.trim());
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="search-box">
      <Icon node={Search} size={16} />
      <input
        ref={input}
        class="input"
        type="search"
        enterkeyhint="search"
        aria-label={t('search')}
        placeholder={t('searchHint')}
        data-key="/"
        data-key-name={t('shortcutSearch')}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && text !== '' && setText('')}
      />
      {text !== '' && (
        <button
          type="button"
          class="quiet square"
          aria-label={t('clearSearch')}
          onClick={() => {
            setText('');
            input.current?.focus();
          }}
        >
          <Icon node={X} size={16} />
        </button>
      )}
    </div>
  );
}
