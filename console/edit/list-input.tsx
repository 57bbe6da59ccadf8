import { Alert } from '@countersign/ui/alert.tsx';
import { Plus, X } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { t } from '../shell/i18n.ts';
import { useAfterPress } from './after-press.ts';
import { describedBy } from './described-by.ts';
import type { Input, InputViewProps } from './inputs.ts';

/** A list of strings, each checked when it is added. Enter adds; several can be pasted at once. */
export function ListInput(props: InputViewProps<Extract<Input, { kind: 'list' }>>) {
  const { input, id, value, error, isReadOnly, onChange } = props;
  const values = value as string[];
  const [text, setText] = useState('');
  const [mistake, setMistake] = useState<string>();
  const box = useRef<HTMLInputElement>(null);
  const afterPress = useAfterPress();
  const add = (typed: string) => {
    const next = [...values];
    for (const one of typed.split(/[\s,]+/).filter((part) => part !== '')) {
      const entry = input.read(one);
      if ('mistake' in entry) {
        setText(one);
        setMistake(entry.mistake);
        break;
      }
      if (next.length >= input.maxItems) return setMistake(t('listFull'));
      if (!next.includes(entry.value)) next.push(entry.value);
      else if (next.length === values.length) setMistake(t('alreadyThere'));
      setText('');
    }
    if (next.length > values.length) {
      setMistake(undefined);
      onChange(next);
    }
  };
  const wrong = mistake ?? error;
  return (
    <div class="list-input">
      {values.length === 0 ? (
        <p class="list-input-none">{t('listEmpty')}</p>
      ) : (
        <ul>
          {values.map((one) => (
            <li key={one}>
              <code>{one}</code>
              {!isReadOnly && (
                <button
                  type="button"
                  class="quiet square"
                  aria-label={t('remove', { name: one })}
                  onClick={() => {
                    onChange(values.filter((other) => other !== one));
                    box.current?.focus();
                  }}
                >
                  <Icon node={X} size={16} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isReadOnly && (
        <div class="list-input-add">
          <input
            ref={box}
            class="input"
            type="text"
            id={id}
            placeholder={input.placeholder}
            value={text}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={wrong ? 'true' : undefined}
            aria-describedby={mistake ? `${id}-mistake` : describedBy(id, input, error)}
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              setMistake(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.isComposing || text.trim() === '') return;
              event.preventDefault();
              add(text);
            }}
            // Add the typed text on blur, so that it is not lost.
            onBlur={() => text.trim() !== '' && !mistake && afterPress(() => add(text))}
          />
          <button
            type="button"
            class="secondary"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => add(text)}
          >
            <Icon node={Plus} size={16} />
            {t('add')}
          </button>
        </div>
      )}
      <Alert id={`${id}-mistake`}>{mistake}</Alert>
    </div>
  );
}
