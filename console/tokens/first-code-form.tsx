import { useId, useRef, useState } from 'preact/hooks';
import type { Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { type FirstVerdict, type FreshSecret, verifyFirstCode } from './first-code.ts';
import { t } from './i18n.ts';

/** Checks the first code of a new device in the page. */
export function FirstCode({ token, secret, uri }: { token: Token; secret: string; uri: string }) {
  const { client } = useConsole();
  const [verdict, setVerdict] = useState<FirstVerdict | 'lost'>();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const { kind, algorithm = 'SHA1', digits = 6, periodMs = 30_000 } = token;
  const check = async (event: Event) => {
    event.preventDefault();
    const typed = input.current?.value ?? '';
    setVerdict(undefined);
    const fresh: FreshSecret = {
      kind: kind === 'hotp' ? 'hotp' : 'totp',
      secret,
      algorithm,
      digits,
      periodMs,
      counter: Number(new URL(uri).searchParams.get('counter') ?? 0),
    };
    // Use the service's clock, which sign-ins are checked against.
    const answer = await client.get<{ now: number }>('session');
    if (answer.kind !== 'done') return setVerdict('lost');
    setVerdict(await verifyFirstCode(fresh, typed, answer.body.now));
    // Typing replaces the code, unless the user has begun the next one.
    if (input.current?.value === typed) input.current.select();
  };
  return (
    <div class="first-code">
      <label for={id}>{t('checkFirst')}</label>
      <form onSubmit={check} novalidate>
        <input
          ref={input}
          id={id}
          class="input"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          maxLength={16}
          aria-describedby={`${id}-hint`}
        />
        <button type="submit" class="secondary">
          {t('check')}
        </button>
      </form>
      <p class="hint" id={`${id}-hint`}>
        {t(token.pin === undefined ? 'checkHint' : 'checkPinHint')}
      </p>
      <div role="status">{verdict && <Verdict verdict={verdict} token={token} />}</div>
    </div>
  );
}

function Verdict({ verdict, token }: { verdict: FirstVerdict | 'lost'; token: Token }) {
  const { texts } = useConsole();
  if (verdict === 'lost') return <p class="verdict bad">{texts('interrupted')}</p>;
  switch (verdict.kind) {
    case 'right':
      return <p class="verdict good">{t('checkRight')}</p>;
    case 'off':
      return (
        <p class="verdict warn">
          {token.kind === 'hotp'
            ? t('checkAhead', { count: verdict.steps })
            : t(verdict.steps > 0 ? 'checkFast' : 'checkSlow', {
                minutes: Math.round((Math.abs(verdict.steps) * (token.periodMs ?? 30_000)) / 60_000),
              })}
        </p>
      );
    case 'wrong':
      return <p class="verdict bad">{t('checkWrong')}</p>;
  }
}
