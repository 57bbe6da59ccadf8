import { useId, useRef, useState } from 'preact/hooks';
import { Alert } from '../parts/field.tsx';
import { canActOn, useConsole } from '../shell/context.ts';
import { refusalInWords } from '../shell/refusal.ts';
import type { Resource, TabProps } from './resource.ts';
import { words } from './words.ts';

const MAX_BYTES = 32 * 1024;
const TYPES = ['image/png', 'image/webp'];

/** The picture above the sign-in. It is kept with the resource. */
export function LogoPanel({ resource }: TabProps) {
  const { client, reads, session, texts, notify } = useConsole();
  const [mistake, setMistake] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const path = `resources/${resource.id}`;
  const set = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (!TYPES.includes(chosen.type)) return setMistake(words('logoType'));
    if (chosen.size > MAX_BYTES) return setMistake(words('logoSize'));
    setMistake(undefined);
    setBusy(true);
    const image = toBase64(new Uint8Array(await chosen.arrayBuffer()));
    const answer = await client.send<Resource>('POST', `${path}/logo`, { image });
    setBusy(false);
    if (file.current) file.current.value = '';
    if (answer.kind !== 'done') return setMistake(refusalInWords(texts, answer));
    reads.changed('resources');
    notify({ text: words('logoSet') });
  };
  const remove = async () => {
    const answer = await client.send('DELETE', `${path}/logo`);
    if (answer.kind !== 'done') return setMistake(refusalInWords(texts, answer));
    reads.changed('resources');
    notify({ text: words('logoGone') });
  };
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{words('logo')}</h2>
      <p class="hint">{words('logoText')}</p>
      <div class="logo-line">
        {resource.logo === null ? (
          <p class="muted">{words('logoNone')}</p>
        ) : (
          <img
            src={`/widget/v1/logo?${new URLSearchParams({ resource: resource.id, hash: resource.logo })}`}
            alt={words('logoNow', resource.name)}
          />
        )}
        {canActOn(session, resource.id) && (
          <div class="logo-buttons">
            <input
              ref={file}
              class="unseen"
              type="file"
              accept={TYPES.join(',')}
              tabIndex={-1}
              aria-hidden="true"
              onChange={({ currentTarget }) => set(currentTarget.files?.[0])}
            />
            <button type="button" class="secondary" aria-disabled={isBusy} onClick={() => file.current?.click()}>
              {words('logoChoose')}
            </button>
            {resource.logo !== null && (
              <button type="button" class="secondary" onClick={remove}>
                {words('logoRemove')}
              </button>
            )}
          </div>
        )}
      </div>
      <Alert>{mistake}</Alert>
    </section>
  );
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
