import { useState } from 'preact/hooks';
import { FormDialog } from '../edit/form-dialog.tsx';
import { durationText } from '../edit/inputs.ts';
import type { Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { words } from './words.ts';

interface Check {
  verdict: 'right' | 'used' | 'late' | 'wrong';
  /** TOTP: steps against the service's clock. HOTP: unused codes before it. */
  offset?: number;
}

/** Says whether a code would be right, and uses nothing up. Wrong ones have a count of their own, which the service keeps. */
export function CheckDialog({ token, onClose }: { token: Token; onClose(): void }) {
  const { client, reads } = useConsole();
  const [check, setCheck] = useState<Check>();
  const path = `tokens/${token.id}`;
  return (
    <FormDialog<Check>
      title={words('codeCheckTitle')}
      text={
        <>
          <p>{words('codeCheckText')}</p>
          <div role="status">{check && <p class={`verdict ${TONES[check.verdict]}`}>{inWords(check, token)}</p>}</div>
        </>
      }
      inputs={[
        {
          name: 'otp',
          kind: 'text',
          max: 32,
          label: words('codeCheckCode'),
          check: (text) => (/^[0-9]{6,14}$/.test(text.trim()) ? undefined : words('codeBad')),
        },
      ]}
      initial={{ otp: '' }}
      action={words('check')}
      send={({ otp }) => {
        setCheck(undefined);
        return client.send('POST', `${path}/check`, { otp: String(otp).trim() });
      }}
      inWords={(code) => (code === 'TOO_MANY_ATTEMPTS' ? words('codeCheckClosed') : undefined)}
      onDone={({ body }) => {
        setCheck(body);
        // It is in the history.
        reads.changed(path);
      }}
      onClose={onClose}
    />
  );
}

const TONES = { right: 'good', used: 'warn', late: 'warn', wrong: 'bad' } as const;

function inWords({ verdict, offset = 0 }: Check, { kind, periodMs = 30_000 }: Token): string {
  switch (verdict) {
    case 'right':
      if (kind === 'hotp') return offset === 0 ? words('codeRight') : words('codeAhead', offset);
      if (offset > 0) return words('codeFast', durationText(offset * periodMs));
      return words(offset === 0 ? 'codeRight' : 'codeJustBefore');
    case 'used':
      return words('codeUsed');
    case 'late':
      return words('codeLate', durationText(-offset * periodMs));
    case 'wrong':
      return words(kind === 'hotp' ? 'codeWrongHotp' : 'codeWrongTotp');
  }
}
