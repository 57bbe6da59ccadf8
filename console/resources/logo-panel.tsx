import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useRef, useState } from 'preact/hooks';
import { canActOn, useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';
import type { Resource, TabProps } from './resource.ts';

const MAX_BYTES = 32 * 1024;
const TYPES = ['image/png', 'image/webp'];

/** The logo above the sign-in, stored with the resource. */
export function LogoPanel({ resource }: TabProps) {
  const { client, reads, session, texts, notify } = useConsole();
  const [mistake, setMistake] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const id = useId();
  const path = `resources/${resource.id}`;
  const set = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (!TYPES.includes(chosen.type)) return setMistake(t('logoType'));
    if (chosen.size > MAX_BYTES) return setMistake(t('logoSize'));
    setMistake(undefined);
    setBusy(true);
    const image = toBase64(new Uint8Array(await chosen.arrayBuffer()));
    const answer = await client.send<Resource>('POST', `${path}/logo`, { image });
    setBusy(false);
    if (file.current) file.current.value = '';
    if (answer.kind !== 'done') return setMistake(refusalMessage(texts, answer));
    reads.changed('resources');
    notify({ text: t('logoSet') });
  };
  const remove = async () => {
    const answer = await client.send('DELETE', `${path}/logo`);
    if (answer.kind !== 'done') return setMistake(refusalMessage(texts, answer));
    reads.changed('resources');
    notify({ text: t('logoGone') });
  };
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>{t('logo')}</h2>
      <p class="hint">{t('logoText')}</p>
      <div class="logo-line">
        {resource.logo === null ? (
          <p class="muted">{t('logoNone')}</p>
        ) : (
          <img
            src={`/widget/v1/logo?${new URLSearchParams({ resource: resource.id, hash: resource.logo })}`}
            alt={t('logoNow', { name: resource.name })}
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
              {t('logoChoose')}
            </button>
            {resource.logo !== null && (
              <button type="button" class="secondary" onClick={remove}>
                {t('logoRemove')}
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
