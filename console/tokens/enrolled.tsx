import { useEffect, useState } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { TOKENS, type Token, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useLeaveWarning } from '../shell/use-leave-warning.ts';
import { useQuery } from '../shell/use-query.ts';
import { Enrolment } from '../sign-in/enrolment.tsx';
import { FirstCode } from './first-code-form.tsx';
import { t } from './i18n.ts';
import { TokenAccess } from './token-access.tsx';

/** The response to the creation of a token, with its secret. */
export interface CreatedToken {
  token: Token;
  secret?: string;
  otpauthUri?: string;
  recoveryCodes?: string[];
}

/** A new token: what to enter in the device, a first check, and where to grant access. */
export function CreatedTokenPanel({ created }: { created: CreatedToken }) {
  const { otpauthUri, secret, recoveryCodes } = created;
  const hasSecret = secret !== undefined || recoveryCodes !== undefined;
  // Reload the token, since access may have been granted meanwhile.
  const token = useQuery<Token>(`tokens/${created.token.id}`).body ?? created.token;
  const { body: owner } = useQuery<User>(token.owner === undefined ? undefined : `users/${token.owner}`);
  useLeaveWarning(() => hasSecret);
  return (
    <>
      <PageHead
        title={token.name}
        part={t('madeTitle')}
        lead={t(hasSecret ? 'onceText' : 'sentMadeText')}
        actions={
          <Link class="small-primary" href={`${TOKENS}/${token.id}`}>
            {t('finish')}
          </Link>
        }
      />
      {otpauthUri !== undefined && secret !== undefined && (
        <section class="panel" aria-labelledby="device">
          <h2 id="device">{t('intoDevice')}</h2>
          <OathSecret otpauthUri={otpauthUri} secret={secret} />
          <FirstCode token={created.token} secret={secret} uri={otpauthUri} />
        </section>
      )}
      {otpauthUri === undefined && secret !== undefined && <PlainSecret secret={secret} />}
      {recoveryCodes && <RecoveryCodes codes={recoveryCodes} />}
      <TokenAccess token={token} owner={owner} />
    </>
  );
}

/** The QR code is drawn in the page, so the secret is sent nowhere else. */
function OathSecret({ otpauthUri, secret }: { otpauthUri: string; secret: string }) {
  const { texts } = useConsole();
  const [qrSvg, setQrSvg] = useState<string>();
  useEffect(() => {
    import('./qr-svg.ts').then(({ qrSvgOf }) => setQrSvg(qrSvgOf(otpauthUri)));
  }, [otpauthUri]);
  return (
    <Enrolment
      enrolment={{ otpauthUri, secret, qrSvg: qrSvg ?? '<svg xmlns="http://www.w3.org/2000/svg"/>' }}
      texts={texts}
    />
  );
}

function PlainSecret({ secret }: { secret: string }) {
  const { texts } = useConsole();
  return (
    <section class="panel" aria-labelledby="device">
      <h2 id="device">{t('intoDevice')}</h2>
      <p class="hint">{t('ocraSecretText')}</p>
      <p class="seed">
        <code>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <Copy texts={texts} text={secret} what={t('secret')} />
    </section>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const { texts } = useConsole();
  return (
    <section class="panel" aria-labelledby="codes">
      <h2 id="codes">{texts('codesLabel')}</h2>
      <p class="hint">{t('codesText')}</p>
      <ol class="paper-codes" aria-label={texts('codesLabel')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="state-acts">
        <Copy texts={texts} text={codes.join('\n')} what={texts('codesLabel')} />
        <button type="button" class="secondary" onClick={() => print()}>
          {texts('codesPrint')}
        </button>
      </div>
    </section>
  );
}
