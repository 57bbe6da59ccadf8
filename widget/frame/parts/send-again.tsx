import type { Deadline } from '@countersign/ui/deadline';
import { Component } from 'preact';
import type { Texts } from '../../i18n/texts.ts';

export interface SendAgainProps {
  /** No code is sent before then. */
  until: Deadline;
  texts: Texts;
  isBusy: boolean;
  onSend: () => void;
}

/** Requests another code, once the first has had time to arrive. */
export class SendAgain extends Component<SendAgainProps> {
  timer: ReturnType<typeof setInterval> | undefined;

  override componentDidMount() {
    this.timer = setInterval(() => this.forceUpdate(), 1_000);
  }

  override componentWillUnmount() {
    clearInterval(this.timer);
  }

  override render({ until, texts, isBusy, onSend }: SendAgainProps) {
    const leftMs = until.leftMs();
    const isIdle = isBusy || leftMs > 0;
    return (
      <p class="again">
        <button type="button" class="link" aria-disabled={isIdle} onClick={() => !isIdle && onSend()}>
          {texts('sendAgain')}
        </button>
        {leftMs > 0 && (
          <span class="hint" role="timer">
            {texts('waitSeconds', { seconds: Math.ceil(leftMs / 1_000) })}
          </span>
        )}
      </p>
    );
  }
}
