import type { SessionView } from '@countersign/protocol/session';
import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useState } from 'preact/hooks';
import { absoluteText } from '../parts/time.ts';
import { useConsole } from '../shell/context.ts';
import type { Outcome } from './check-result.ts';
import { t } from './i18n.ts';
import type { TabProps } from './resource.ts';
import { newNonce, useNeedsOrigin, Widget } from './widget.tsx';

const LOOK = {};
/** Seconds since 1970. */
const TIMES = ['auth_time', 'iat', 'exp'];
const KNOWN = [
  'iss',
  'aud',
  'sub',
  'preferred_username',
  'nonce',
  'origin',
  'otp',
  'amr',
  'acr',
  'auth_time',
  'iat',
  'exp',
  'jti',
  'txn',
] as const;

/** A sign-in as on a page of the site, with its result as the backend sees it. */
export function TryIt(props: TabProps) {
  const { resource } = props;
  const { client, reads, announce } = useConsole();
  const [nonce, setNonce] = useState(newNonce);
  const [outcome, setOutcome] = useState<Outcome>();
  const [problem, setProblem] = useState<string>();
  const needs = useNeedsOrigin(props);
  const id = useId();
  const verify = async (result: string) => {
    // The device's clock may be wrong, so use the service's.
    const [session, { verifyResult }] = await Promise.all([
      client.get<SessionView>('session'),
      import('./check-result.ts'),
    ]);
    const verified = await verifyResult(result, {
      issuer: location.origin,
      resource: resource.id,
      nonce,
      origin: location.origin,
      isTest: resource.testMode !== null,
      now: session.kind === 'done' ? session.body.now : Date.now(),
    });
    setOutcome(verified);
    if ('claims' in verified) announce(t('resultGood'));
    reads.changed('checklist');
  };
  const again = () => {
    setOutcome(undefined);
    setProblem(undefined);
    setNonce(newNonce());
  };
  return (
    <>
      <p class="head-lead spaced">{t('tryLead')}</p>
      <div class="looks">
        <section class="panel preview" aria-labelledby={`${id}-try`}>
          <h2 id={`${id}-try`}>{t('tryTitle')}</h2>
          {needs ?? (
            <Widget
              key={nonce}
              resource={resource.id}
              nonce={nonce}
              look={LOOK}
              onSuccess={({ result }) => verify(result)}
              onError={({ code, message }) => setProblem(`${message} (${code})`)}
            />
          )}
          <Alert>{problem !== undefined && t('tryError', { reason: problem })}</Alert>
          {(outcome || problem !== undefined) && (
            <div class="dialog-actions start">
              <button type="button" class="secondary" onClick={again}>
                {t('tryAgain')}
              </button>
            </div>
          )}
        </section>
        <section class="panel" aria-labelledby={`${id}-result`}>
          <h2 id={`${id}-result`}>{t('resultTitle')}</h2>
          {!outcome && <p class="hint">{t('resultNone')}</p>}
          {outcome && 'code' in outcome && (
            <p class="error" role="alert">
              {t('resultBad', { reason: outcome.code })}
            </p>
          )}
          {outcome && 'claims' in outcome && (
            <>
              <p class="hint">{t('resultGood')}</p>
              {resource.testMode !== null && <p class="strip warn">{t('resultTest')}</p>}
              <Claims claims={outcome.claims} />
            </>
          )}
        </section>
      </div>
    </>
  );
}

function Claims({ claims }: { claims: object }) {
  const { lang } = useConsole().texts;
  const shown = Object.entries(claims).filter(([name]) => (KNOWN as readonly string[]).includes(name));
  return (
    <dl class="claims">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <span class="claim-value">
              {TIMES.includes(name) ? absoluteText(lang, Number(value) * 1_000) : JSON.stringify(value)}
            </span>
            <span class="hint">{t(`claim_${name as (typeof KNOWN)[number]}`)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
