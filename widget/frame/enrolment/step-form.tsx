import { SubmitButton } from '@countersign/ui/button.tsx';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { Texts } from '../../i18n/texts.ts';

export interface StepFormProps {
  title: string;
  text: string;
  texts: Texts;
  /** Whether the person came here by their own doing, so that the focus goes along. */
  isNext: boolean;
  isBusy: boolean;
  /** What the button says; absent where there is none. */
  button?: string | undefined;
  busyText?: string;
  onSubmit: () => void;
  children?: ComponentChildren;
  /** Under the button. */
  after?: ComponentChildren;
}

/** A step of setting up a token: what it is, what it takes, and one button. */
export class StepForm extends Component<StepFormProps> {
  heading = createRef<HTMLHeadingElement>();

  override componentDidMount() {
    // Not a field: whoever comes here reads from the top.
    if (this.props.isNext) this.heading.current?.focus();
  }

  submit = (event: Event) => {
    event.preventDefault();
    if (!this.props.isBusy) this.props.onSubmit();
  };

  override render({ title, text, texts, isBusy, button, busyText, children, after }: StepFormProps) {
    const waiting = busyText ?? texts('checking');
    return (
      <form class="enrol" onSubmit={this.submit} novalidate aria-busy={isBusy}>
        <div>
          <h1 ref={this.heading} tabIndex={-1}>
            {title}
          </h1>
          <p class="hint">{text}</p>
        </div>
        {children}
        {button && <SubmitButton isBusy={isBusy}>{isBusy ? waiting : button}</SubmitButton>}
        {after}
        <p class="unseen" role="status">
          {isBusy && waiting}
        </p>
      </form>
    );
  }
}

/** What keeps somebody at a step where there is no field that it belongs to. */
export function FormError({ told }: { told: string | false | undefined }) {
  return <div role="alert">{told && <p class="error">{told}</p>}</div>;
}
