import { Alert } from '@countersign/ui/alert.tsx';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { Component, createRef } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import type { Texts } from '../../i18n/texts.ts';
import type { Screen } from '../screen.ts';
import { CopyButton } from './copy-button.tsx';

export interface CodesScreenProps {
  screen: Extract<Screen, { kind: 'step' }>;
  codes: readonly string[];
  /** Name of the resource, for the file and the printout. */
  name: string;
  texts: Texts;
  t: EnrolmentTexts;
  refusal: string | undefined;
  onConfirm: () => void;
}

/** Shows the recovery codes once, to copy, download or print. The user continues by confirming that they are saved. */
export class CodesScreen extends Component<CodesScreenProps, { isMissing?: boolean }> {
  heading = createRef<HTMLHeadingElement>();
  saved = createRef<HTMLInputElement>();

  override componentDidMount() {
    this.heading.current?.focus();
  }

  confirm = (event: Event) => {
    event.preventDefault();
    if (this.props.screen.busy) return;
    const isSaved = this.saved.current?.checked === true;
    this.setState({ isMissing: !isSaved });
    if (isSaved) this.props.onConfirm();
    else this.saved.current?.focus();
  };

  asText(): string {
    const { codes, name, screen, t } = this.props;
    const title = [t('fileTitle', { site: name }), screen.view.login].filter(Boolean).join('\n');
    return `${title}\n\n${codes.join('\n')}\n\n${t('fileText')}\n`;
  }

  download = () => {
    const url = URL.createObjectURL(new Blob([this.asText()], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href: url, download: 'recovery-codes.txt' }).click();
    // The browser has started the download by then.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };

  override render(
    { screen: { busy, view }, codes, name, texts, t, refusal }: CodesScreenProps,
    { isMissing }: { isMissing?: boolean },
  ) {
    const error = isMissing ? t('savedMissing') : refusal;
    return (
      <form class="codes" onSubmit={this.confirm} novalidate aria-busy={busy}>
        <div>
          <h1 ref={this.heading} tabIndex={-1}>
            {t('codesTitle')}
          </h1>
          <p class="hint">{t('codesText')}</p>
        </div>
        <p class="printed">
          {t('fileTitle', { site: name })}
          <br />
          {view.login}
        </p>
        <ul class="code-list" dir="ltr">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <p class="printed">{t('fileText')}</p>
        <div class="keep">
          <CopyButton text={codes.join('\n')} t={t} />
          <button type="button" class="secondary" onClick={this.download}>
            {t('download')}
          </button>
          <button type="button" class="secondary" onClick={() => print()}>
            {t('print')}
          </button>
        </div>
        <div class="field">
          <label class="tick">
            <input
              type="checkbox"
              ref={this.saved}
              aria-invalid={error ? 'true' : undefined}
              aria-describedby={error ? 'saved-error' : undefined}
            />
            {t('saved')}
          </label>
          <Alert id="saved-error">{error}</Alert>
        </div>
        <SubmitButton isBusy={busy}>{texts(busy ? 'checking' : 'continue')}</SubmitButton>
      </form>
    );
  }
}
