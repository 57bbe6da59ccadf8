import type { SelfView } from '@countersign/protocol/self-service';
import { Alert } from '@countersign/ui/alert.tsx';
import { waitText } from '@countersign/ui/wait-text';
import { Component, createRef } from 'preact';
import type { EnrolmentTexts } from '../../i18n/enrolment.ts';
import { isSelfText, type SelfTexts } from '../../i18n/self-service.ts';
import type { Texts } from '../../i18n/texts.ts';
import { CodesScreen } from '../enrolment/codes-screen.tsx';
import { type Notice, type Screen, textOf } from '../screen.ts';
import type { SignIn } from '../sign-in.ts';
import { Details } from './details.tsx';
import { Browsers, SignIns, TrustedBrowsers } from './history.tsx';
import type { Page } from './page.ts';
import { Password, Recovery } from './secrets.tsx';
import { Tokens } from './tokens.tsx';

export interface SelfPageProps {
  screen: Extract<Screen, { kind: 'step' }>;
  self: SelfView;
  texts: Texts;
  t: EnrolmentTexts;
  own: SelfTexts;
  /** The resource's name. */
  name: string;
  isNext: boolean;
  signIn: SignIn;
}

interface State {
  open?: string | undefined;
  done?: string | undefined;
}

/** The panel and the login of a change that was interrupted by reauthentication. */
let pendingAction: { panel: string; login: string } | undefined;

/** The user's tokens, password and details, with the changes that are allowed. */
export class SelfPage extends Component<SelfPageProps, State> {
  heading = createRef<HTMLHeadingElement>();
  /** Id of the panel that was sent, until its response arrives. */
  sent: string | undefined;
  /** Whether the reauthentication was for another token. */
  isAdding: boolean;

  constructor(props: SelfPageProps) {
    super(props);
    const { panel } = pendingAction?.login === props.self.person.login ? pendingAction : { panel: undefined };
    this.isAdding = panel === 'add';
    this.state = { open: this.isAdding ? undefined : panel };
    pendingAction = undefined;
  }

  override componentDidMount() {
    const { self, signIn } = this.props;
    // The user has already clicked, so send it now. Not in the constructor: sending renders again.
    if (this.isAdding && self.proof === 'fresh') void signIn.act('self/add');
    if (this.props.isNext && !this.state.open) this.heading.current?.focus();
    this.signal();
  }

  /** From a page of the domain of the passkeys, after every factor of the user was shown. */
  signal() {
    const { passkeys } = this.props.self;
    if (passkeys)
      import('@countersign/ui/signal-passkeys').then((late) => late.signalPasskeys(passkeys)).catch(() => null);
  }

  override componentDidUpdate(before: SelfPageProps) {
    const { screen } = this.props;
    this.signal();
    if (screen.busy || !this.sent || screen.view.seq === before.screen.view.seq) return;
    const sent = this.sent;
    this.sent = undefined;
    if (screen.notice) return;
    const done = sent.startsWith('remove-') ? 'removed' : sent;
    this.setState({ open: undefined, done }, () => {
      // The code for the address is asked for at once, and its field already has the focus.
      if (sent === 'email') return;
      (document.getElementById(`open-${sent}`) ?? this.heading.current)?.focus();
    });
  }

  noticeText({ text, wait }: Notice): string {
    const { texts, own } = this.props;
    const why = isSelfText(text) ? own(text) : textOf(text, texts);
    const leftMs = wait?.leftMs() ?? 0;
    if (leftMs <= 0) return why;
    return `${why} ${waitText(texts, leftMs)}`;
  }

  page(): Page {
    const { screen, self, texts, own, signIn } = this.props;
    const { open, done } = this.state;
    const { notice, busy } = screen;
    const { format } = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'medium' });
    return {
      self,
      t: own,
      lang: texts.lang,
      day: format,
      isBusy: busy,
      isFresh: self.proof === 'fresh',
      mayChange: self.proof !== 'lacking',
      open,
      done,
      notice: notice && this.noticeText(notice),
      code: notice?.text,
      show: (panel) => this.setState({ open: panel, done: undefined }),
      close: () => {
        this.setState({ open: undefined }, () => document.getElementById(`open-${open}`)?.focus());
      },
      reauthenticate: (panel) => {
        pendingAction = { panel, login: self.person.login };
        void signIn.act('self/prove');
      },
      act: (path, fields) => {
        // Render again to update the remaining time.
        if (notice?.wait?.leftMs()) return this.forceUpdate();
        // The code for an address has its own panel, beside any other open one.
        this.sent = path.startsWith('email/') ? path : (open ?? path);
        this.setState({ done: undefined });
        void signIn.act(`self/${path}`, fields);
      },
    };
  }

  leave = async () => {
    const { signIn } = this.props;
    // The page ends here with or without a response.
    await signIn.ask('self/leave');
    signIn.restart();
  };

  override render({ screen, self, texts, t, own, name, signIn }: SelfPageProps) {
    const page = this.page();
    if (self.codes) {
      const onConfirm = () => void signIn.act('self/codes-kept');
      return <CodesScreen {...{ screen, texts, t, name, onConfirm }} codes={self.codes} refusal={page.notice} />;
    }
    return (
      <div class="self">
        <div class="top">
          <h1 ref={this.heading} tabIndex={-1}>
            {own('title')}
          </h1>
          <p class="hint">
            <bdi>{self.person.login}</bdi>
          </p>
          {self.passwordBreached && <p class="lacking">{t('PASSWORD_CHANGE_REQUIRED')}</p>}
          {!page.mayChange && <p class="lacking">{own('lacking')}</p>}
          <Alert>{!page.open && !self.pendingEmail && page.notice}</Alert>
        </div>
        <Tokens page={page} />
        <Recovery page={page} />
        <Password page={page} />
        <Details page={page} />
        <TrustedBrowsers page={page} />
        <Browsers page={page} />
        <SignIns page={page} />
        <button type="button" class="primary secondary" onClick={this.leave}>
          {own('leave')}
        </button>
        <p class="unseen" role="status">
          {screen.busy && texts('checking')}
        </p>
      </div>
    );
  }
}
