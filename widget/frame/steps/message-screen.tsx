import { Component, type ComponentChildren, createRef } from 'preact';

export interface MessageScreenProps {
  title: string;
  text: string;
  /** Whether the title takes the focus, so that it is read: true after the user navigated. */
  isNext: boolean;
  mark?: ComponentChildren;
  action?: { label: string; run: () => void } | undefined;
  /** Shown between the text and the action. */
  children?: ComponentChildren;
}

/** The screens with a message and no input. */
export class MessageScreen extends Component<MessageScreenProps> {
  heading = createRef<HTMLHeadingElement>();

  override componentDidMount() {
    if (this.props.isNext) this.heading.current?.focus();
  }

  override render({ title, text, mark, action, children }: MessageScreenProps) {
    return (
      <section class="message">
        {mark}
        <div role="status">
          <h1 ref={this.heading} tabIndex={-1}>
            {title}
          </h1>
          <p>{text}</p>
        </div>
        {children}
        {action && (
          <button type="button" class="primary" onClick={action.run}>
            {action.label}
          </button>
        )}
      </section>
    );
  }
}
