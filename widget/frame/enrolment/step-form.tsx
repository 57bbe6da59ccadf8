import { SubmitButton } from '@countersign/ui/button.tsx';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { Texts } from '../../i18n/texts.ts';

export interface StepFormProps {
  title: string;
  text?: string | undefined;
  texts: Texts;
  /** Whether the heading takes the focus: true after the user navigated. */
  isNext: boolean;
  isBusy: boolean;
  /** Label of the button; absent if there is none. */
  button?: string | undefined;
  busyText?: string;
  onSubmit: () => void;
  children?: ComponentChildren;
  /** Shown below the button. */
  after?: ComponentChildren;
}

/** A step of the enrolment: heading, content and one button. */
export class StepForm extends Component<StepFormProps> {
  heading = createRef<HTMLHeadingElement>();

  override componentDidMount() {
    // Focus the heading instead of a field, so that the user reads from the top.
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
          {text !== undefined && <p class="hint">{text}</p>}
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
