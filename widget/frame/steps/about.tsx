import type { FlowView } from '@countersign/protocol/flow';
import signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import { Component } from 'preact';
import { addEnglish, type Texts } from '../../i18n/texts.ts';
import css from './about.css?inline';
import { QUESTION_ID } from './fields.ts';

addEnglish(signing);

// The style loads with this module, under the page's nonce, so that a plain sign-in does not load it.
const style = document.createElement('style');
style.nonce = document.querySelector('style')?.nonce ?? '';
style.textContent = css;
document.head.append(style);

export interface AboutProps {
  view: FlowView;
  texts: Texts;
}

/** What the answer confirms, and the challenge for a device. */
export function About({ view: { transaction, question }, texts }: AboutProps) {
  return (
    <>
      {transaction && <Transaction fields={transaction.fields} />}
      {question && <Question question={question} texts={texts} />}
    </>
  );
}

/** Shows every field complete and unchanged, with its writing direction isolated. */
function Transaction({ fields }: Required<FlowView>['transaction']) {
  return <dl class="transaction">{fields.map(line)}</dl>;
}

function line({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>
        <bdi>{label}</bdi>
      </dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

const group = (characters: string) => <b>{characters}</b>;

interface QuestionProps {
  question: string;
  texts: Texts;
}

/** The challenge in groups, as it is typed; screen readers read it with the field, character by character. */
class Question extends Component<QuestionProps, { isCopied?: boolean }> {
  copy = () => navigator.clipboard.writeText(this.props.question).then(() => this.setState({ isCopied: true }));

  override render({ question, texts }: QuestionProps, { isCopied }: { isCopied?: boolean }) {
    return (
      <div class="asked">
        <p aria-hidden="true">{texts('deviceHow')}</p>
        <div class="question" dir="ltr">
          <span aria-hidden="true">{question.match(/.{1,4}/g)?.map(group)}</span>
          {navigator.clipboard && (
            <button type="button" class="link" onClick={this.copy}>
              {texts(isCopied ? 'copied' : 'copy')}
            </button>
          )}
        </div>
        <p class="unseen" id={QUESTION_ID}>
          {texts('deviceHow')} {[...question].join(' ')}
        </p>
      </div>
    );
  }
}
