import type { FlowView } from '@countersign/protocol/flow';
import signing from '@countersign/ui/i18n/locales/en/widget/signing.json';
import { Component } from 'preact';
import { addEnglish, type Texts } from '../../i18n/texts.ts';
import css from './about.css?inline';
import { QUESTION_ID } from './fields.ts';

addEnglish(signing);

// Comes with this part, and by the same leave as the page's own: who asks for neither device nor signature loads none of it.
const style = document.createElement('style');
style.nonce = document.querySelector('link')?.nonce ?? '';
style.textContent = css;
document.head.append(style);

export interface AboutProps {
  view: FlowView;
  texts: Texts;
}

/** What an answer is about: what it confirms, and the question that a device is asked. */
export function About({ view: { transaction, question }, texts }: AboutProps) {
  return (
    <>
      {transaction && <Transaction fields={transaction.fields} />}
      {question && <Question question={question} texts={texts} />}
    </>
  );
}

/** Every field whole and exactly as it is, each isolated from the writing direction of what is around it. */
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

/** The question in groups, as it is typed; it is read with the field, character by character. */
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
