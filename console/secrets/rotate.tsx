import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useMemo, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { createOnceKey, ifMatch } from '../service/client.ts';
import { useConsole } from '../shell/context.ts';
import { t as common } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';
import { RevealOnce } from './reveal-once.tsx';

const HOUR_MS = 3_600_000;
const OVERLAPS = [
  { ms: 0, word: 'overlapNone' },
  { ms: HOUR_MS, word: 'overlapHour' },
  { ms: 24 * HOUR_MS, word: 'overlapDay' },
  { ms: 168 * HOUR_MS, word: 'overlapWeek' },
] as const;

export interface RotateProps<Answered> {
  /** Path below `/v1/`; requests go to its `/rotate`. */
  path: string;
  version: string | undefined;
  name: string;
  hint: string;
  secretOf(answered: Answered): string;
  /** Paths of lists and other reads to refresh. */
  alsoChanged: readonly string[];
}

/** Replaces a secret, while the previous one keeps working for a chosen time. */
export function Rotate<Answered>(props: RotateProps<Answered>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <p class="hint">{props.hint}</p>
      <button type="button" class="secondary" onClick={() => setOpen(true)}>
        {t('rotate')}
      </button>
      {isOpen && <RotateDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function RotateDialog<Answered>(props: RotateProps<Answered> & { onClose(): void }) {
  const { path, version, name, secretOf, alsoChanged, onClose } = props;
  const { client, reads, texts } = useConsole();
  const [overlapMs, setOverlap] = useState<number>(24 * HOUR_MS);
  const [secret, setSecret] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const once = useMemo(() => createOnceKey(() => crypto.randomUUID()), []);
  const id = useId();
  // Keep the dialog open while the request runs: the response may be the only place where the new secret is shown.
  const close = isBusy ? undefined : onClose;
  const send = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setWrong(undefined);
    const body = { overlapMs };
    const answer = await client.send<Answered>('POST', `${path}/rotate`, body, { ...once(body), ...ifMatch(version) });
    setBusy(false);
    if (answer.kind !== 'done') {
      if (answer.kind === 'refused' && answer.code === 'VERSION_CONFLICT') reads.again(path);
      return setWrong(refusalMessage(texts, answer));
    }
    setSecret(secretOf(answer.body));
    reads.changed(path, ...alsoChanged);
  };
  // A click on the backdrop must not close the dialog, since the secret is shown only once.
  if (secret !== undefined) {
    return (
      <Dialog title={t('rotateTitle', { name })} class="secret-dialog">
        <RevealOnce secret={secret} what={name} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t('rotateTitle', { name })} onClose={close}>
      <form onSubmit={send} novalidate aria-busy={isBusy}>
        <div class="field">
          <label for={id}>{t('overlap')}</label>
          <select
            class="input"
            id={id}
            aria-describedby={`${id}-hint`}
            value={String(overlapMs)}
            onChange={({ currentTarget }) => setOverlap(Number(currentTarget.value))}
          >
            {OVERLAPS.map(({ ms, word }) => (
              <option key={ms} value={ms}>
                {t(word)}
              </option>
            ))}
          </select>
          <p class="hint" id={`${id}-hint`}>
            {t('overlapHint')}
          </p>
        </div>
        <Alert>{wrong}</Alert>
        <div class="dialog-actions">
          <button type="button" class="secondary" aria-disabled={isBusy} onClick={close}>
            {common('cancel')}
          </button>
          <button type="submit" class="small-primary" aria-disabled={isBusy}>
            {t('make')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
