import type { EnrolmentView } from '@countersign/protocol/session';
import type { Texts } from '../i18n/texts.ts';
import { Copy } from '../parts/copy.tsx';

/** The secret for an authenticator app: as a QR code, a link and a text. */
export function Enrolment({ enrolment, texts }: { enrolment: EnrolmentView; texts: Texts }) {
  const { otpauthUri, secret, qrSvg } = enrolment;
  return (
    <div class="enrolment">
      <figure>
        <figcaption>{texts('enrolScan')}</figcaption>
        <img src={pictureOf(qrSvg)} alt={texts('enrolAlt')} width="232" height="232" />
      </figure>
      <div class="enrolment-text">
        {otpauthUri.startsWith('otpauth://') && (
          <a class="link" href={otpauthUri}>
            {texts('enrolOpen')}
          </a>
        )}
        <p class="label">{texts('enrolSecret')}</p>
        <p class="seed">
          <code>{inGroups(secret)}</code>
        </p>
        <Copy texts={texts} text={secret} what={texts('enrolSecret')} />
      </div>
    </div>
  );
}

/** As an image, an SVG runs no scripts and loads nothing. */
function pictureOf(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
