import { useLayoutEffect } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { Copy } from '../parts/copy.tsx';

export interface RecoveryCodesProps {
  codes: readonly string[];
  texts: Texts;
  onKept(): void;
}

/** Shows the recovery codes once. The browser asks before the user leaves without confirming that they are saved. */
export function RecoveryCodes({ codes, texts, onKept }: RecoveryCodesProps) {
  useLayoutEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  return (
    <div class="codes">
      <p class="lead">{texts('codesText')}</p>
      <ol aria-label={texts('codesLabel')}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="row">
        <Copy texts={texts} text={codes.join('\n')} what={texts('codesLabel')} />
        <button type="button" class="secondary" onClick={() => download(texts, codes)}>
          {texts('codesDownload')}
        </button>
        <button type="button" class="secondary" onClick={() => print()}>
          {texts('codesPrint')}
        </button>
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={onKept}>
          {texts('codesKept')}
        </button>
      </div>
    </div>
  );
}

function download(texts: Texts, codes: readonly string[]): void {
  const lines = [texts('codesFileTitle'), location.origin, texts('codesFileText'), '', ...codes, ''];
  const address = URL.createObjectURL(new Blob([lines.join('\n')], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'countersign-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(address);
}
