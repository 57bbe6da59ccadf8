import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { durationText } from '../edit/inputs.ts';
import type { Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';

interface Check {
  verdict: 'right' | 'used' | 'late' | 'wrong';
  /** TOTP: steps against the service's clock. HOTP: unused codes before it. */
  offset?: number;
}

/** Checks a code without using it up. The service counts wrong ones separately. */
export function CheckDialog({ token, onClose }: { token: Token; onClose(): void }) {
  const { client, reads } = useConsole();
  const [check, setCheck] = useState<Check>();
  const path = `tokens/${token.id}`;
  return (
    <FormDialog<Check>
      title={t('codeCheckTitle')}
      text={
        <>
          <p>{t('codeCheckText')}</p>
          <div role="status">
            {check && <p class={`verdict ${TONES[check.verdict]}`}>{messageFor(check, token)}</p>}
          </div>
        </>
      }
      inputs={[
        {
          name: 'otp',
          kind: 'text',
          max: 32,
          label: t('codeCheckCode'),
          check: (text) => (/^[0-9]{6,14}$/.test(text.trim()) ? undefined : t('codeBad')),
        },
      ]}
      initial={{ otp: '' }}
      action={t('check')}
      send={({ otp }) => {
        setCheck(undefined);
        return client.send('POST', `${path}/check`, { otp: String(otp).trim() });
      }}
      messageFor={(code) => (code === 'TOO_MANY_ATTEMPTS' ? t('codeCheckClosed') : undefined)}
      onDone={({ body }) => {
        setCheck(body);
        // The check appears in the history.
        reads.changed(path);
      }}
      onClose={onClose}
    />
  );
}

const TONES = { right: 'good', used: 'warn', late: 'warn', wrong: 'bad' } as const;

function messageFor({ verdict, offset = 0 }: Check, { kind, periodMs = 30_000 }: Token): string {
  switch (verdict) {
    case 'right':
      if (kind === 'hotp') return offset === 0 ? t('codeRight') : t('codeAhead', { count: offset });
      if (offset > 0) return t('codeFast', { duration: durationText(offset * periodMs) });
      return t(offset === 0 ? 'codeRight' : 'codeJustBefore');
    case 'used':
      return t('codeUsed');
    case 'late':
      return t('codeLate', { duration: durationText(-offset * periodMs) });
    case 'wrong':
      return t(kind === 'hotp' ? 'codeWrongHotp' : 'codeWrongTotp');
  }
}
