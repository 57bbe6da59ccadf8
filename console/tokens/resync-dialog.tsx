import { useEffect, useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import type { Input } from '../edit/inputs.ts';
import { Dialog } from '../parts/dialog.tsx';
import type { Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { Skeleton } from '../shell/problem.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';

interface Questions {
  questions: [string, string];
  expiresAt: number;
}

/** Resynchronizes a token: with two codes in a row, or with responses to two OCRA challenges. */
export function ResyncDialog({ token, onClose }: { token: Token; onClose(): void }) {
  const { client, reads, texts, notify } = useConsole();
  const isOcra = token.kind === 'ocra';
  const path = `tokens/${token.id}`;
  const [challenge, setChallenge] = useState<Questions>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (!isOcra) return;
    let isWanted = true;
    client.send<Questions>('POST', `${path}/resync-questions`).then((answer) => {
      if (!isWanted) return;
      if (answer.kind === 'done') setChallenge(answer.body);
      else setProblem(refusalMessage(texts, answer));
    });
    return () => {
      isWanted = false;
    };
  }, [isOcra, client, path, texts]);
  if (isOcra && !challenge) {
    return (
      <Dialog title={t('resyncTitle')} onClose={onClose}>
        {problem === undefined ? <Skeleton /> : <p role="alert">{problem}</p>}
      </Dialog>
    );
  }
  const [first, second] = challenge?.questions ?? [];
  const code = (name: string, label: string): Input => ({
    name,
    kind: 'text',
    max: 32,
    label,
    check: (text) => (/^[0-9]{6,14}$/.test(text.trim()) ? undefined : t('codeBad')),
  });
  return (
    <FormDialog<Token>
      title={t('resyncTitle')}
      text={<p>{t(isOcra ? 'resyncAskedText' : token.kind === 'totp' ? 'resyncTotpText' : 'resyncHotpText')}</p>}
      inputs={[
        code('first', first === undefined ? t('firstCode') : t('answerTo', { question: first })),
        code('second', second === undefined ? t('secondCode') : t('answerTo', { question: second })),
      ]}
      initial={{ first: '', second: '' }}
      action={t('resync')}
      send={({ first: one, second: two }) =>
        client.send('POST', `${path}/resync`, { otps: [String(one).trim(), String(two).trim()] })
      }
      messageFor={(code) => (code === 'OTP_WRONG' ? t('resyncWrong') : undefined)}
      onDone={({ body, version }) => {
        reads.changed('tokens', 'users');
        reads.put(path, body, version);
        notify({ text: t('resynced') });
        onClose();
      }}
      onClose={() => {
        // The service has counted the wrong codes.
        reads.changed(path);
        onClose();
      }}
    />
  );
}
