import { Component, createRef } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment/texts.ts';
import type { Texts } from '../../i18n/texts.ts';
import type { Screen } from '../screen.ts';
import { CopyButton } from './copy-button.tsx';

export interface CodesScreenProps {
  screen: Extract<Screen, { kind: 'step' }>;
  codes: readonly string[];
  /** What they open, for the file and the sheet of paper. */
  name: string;
  texts: Texts;
  words: EnrolmentTexts;
  told: string | undefined;
  onConfirm: () => void;
}

/** The recovery codes, this once: to copy, to download, to print. On from here goes whoever says that they have them. */
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
    const { codes, name, screen, words } = this.props;
    const title = [words('fileTitle', name), screen.view.login].filter(Boolean).join('\n');
    return `${title}\n\n${codes.join('\n')}\n\n${words('fileText')}\n`;
  }

  download = () => {
    const url = URL.createObjectURL(new Blob([this.asText()], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href: url, download: 'recovery-codes.txt' }).click();
    // The browser has taken hold of it by then.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };

  override render(
    { screen: { busy, view }, codes, name, texts, words, told }: CodesScreenProps,
    { isMissing }: { isMissing?: boolean },
  ) {
    const error = isMissing ? words('savedMissing') : told;
    return (
      <form class="codes" onSubmit={this.confirm} novalidate aria-busy={busy}>
        <div>
          <h1 ref={this.heading} tabIndex={-1}>
            {words('codesTitle')}
          </h1>
          <p class="hint">{words('codesText')}</p>
        </div>
        <p class="printed">
          {words('fileTitle', name)}
          <br />
          {view.login}
        </p>
        <ul class="code-list" dir="ltr">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <p class="printed">{words('fileText')}</p>
        <div class="keep">
          <CopyButton text={codes.join('\n')} words={words} />
          <button type="button" class="secondary" onClick={this.download}>
            {words('download')}
          </button>
          <button type="button" class="secondary" onClick={() => print()}>
            {words('print')}
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
            {words('saved')}
          </label>
          <div role="alert">
            {error && (
              <p class="error" id="saved-error">
                {error}
              </p>
            )}
          </div>
        </div>
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy && <span class="spinner" />}
          {texts(busy ? 'checking' : 'continue')}
        </button>
      </form>
    );
  }
}
