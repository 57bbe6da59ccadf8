import { Component } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';

export interface CopyButtonProps {
  text: string;
  t: EnrolmentTexts;
}

/** Copies a text and reports whether it worked: some pages do not let frames write to the clipboard. */
export class CopyButton extends Component<CopyButtonProps, { outcome?: 'copied' | 'notCopied' }> {
  copy = async () => {
    try {
      await navigator.clipboard.writeText(this.props.text);
      this.setState({ outcome: 'copied' });
    } catch {
      this.setState({ outcome: 'notCopied' });
    }
  };

  override render({ t }: CopyButtonProps, { outcome }: { outcome?: 'copied' | 'notCopied' }) {
    return (
      <>
        <button type="button" class="secondary" onClick={this.copy}>
          {t(outcome === 'copied' ? 'copied' : 'copy')}
        </button>
        <span class={outcome === 'notCopied' ? 'hint' : 'unseen'} role="status">
          {outcome && t(outcome)}
        </span>
      </>
    );
  }
}
