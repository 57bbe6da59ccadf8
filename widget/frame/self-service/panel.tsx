import { Alert } from '@countersign/ui/alert.tsx';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { Field, type FieldAttributes } from '@countersign/ui/field.tsx';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { SelfKey } from '../../i18n/self-service.ts';
import type { Page } from './page.ts';

/** A field of a panel. */
export interface Reauthentication extends FieldAttributes {
  label: string;
  hint?: string | false;
  value?: string;
}

export interface PanelProps {
  page: Page;
  /** Names it among those of the page. */
  id: string;
  /** What is about to happen. */
  text?: string | undefined;
  asked?: Reauthentication[];
  /** Of the button that does it. */
  button: string;
  /** Whether it needs a fresh proof. */
  isGrave: boolean;
  /** What is wrong before anything is sent, and with which field. */
  judge?: (values: Record<string, string>) => [field: string, mistake: SelfKey] | undefined;
  onSend: (values: Record<string, string>) => void;
  /** For password managers: whose password it is. */
  login?: string;
  /** In place of the button that closes it. */
  second?: ComponentChildren;
}

interface State {
  mistake?: [field: string, mistake: SelfKey] | undefined;
}

/** One thing to be done, opened where it belongs. It says what is wrong beside the field that it is about. */
export class Panel extends Component<PanelProps, State> {
  form = createRef<HTMLFormElement>();

  override componentDidMount() {
    // Opened by the person: on they go from here. Not into a field of a phone, which would bring up its keyboard.
    const first = this.form.current?.querySelector<HTMLElement>('input, .primary');
    if (!matchMedia('(pointer: coarse)').matches) first?.focus();
  }

  override componentDidUpdate(before: PanelProps) {
    const { notice } = this.props.page;
    const isNews = notice && (before.page.isBusy || notice !== before.page.notice);
    if (isNews && !this.props.page.isBusy) this.focus(this.blamed());
  }

  /** The field that a refusal is about. */
  blamed(): string | undefined {
    const { asked = [], page } = this.props;
    return page.code?.startsWith('PASSWORD_') ? 'new' : asked[0]?.name;
  }

  focus(name: string | undefined) {
    this.form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
  }

  send = (event: Event) => {
    event.preventDefault();
    const { page, isGrave, judge, onSend, id } = this.props;
    if (page.isBusy) return;
    if (isGrave && !page.isFresh) return page.prove(id);
    const given = new FormData(this.form.current ?? undefined);
    const values = Object.fromEntries([...given].map(([name, value]) => [name, String(value)]));
    const mistake = judge?.(values);
    this.setState({ mistake });
    if (mistake) this.focus(mistake[0]);
    else onSend(values);
  };

  override render({ page, id, text, asked = [], button, isGrave, login, second }: PanelProps, { mistake }: State) {
    const { own, isBusy, isFresh, notice, close } = page;
    const isToProve = isGrave && !isFresh;
    const fields = isToProve ? [] : asked;
    const errorOf = (name: string) => {
      if (isBusy) return undefined;
      if (mistake) return mistake[0] === name ? own(mistake[1]) : undefined;
      return name === this.blamed() ? notice : undefined;
    };
    return (
      <form ref={this.form} onSubmit={this.send} novalidate aria-busy={isBusy}>
        {(isToProve ? own('proveText') : text) && <p>{isToProve ? own('proveText') : text}</p>}
        {login && fields.length > 0 && (
          <input
            class="unseen"
            name="username"
            autocomplete="username"
            value={login}
            readOnly
            tabIndex={-1}
            aria-hidden
          />
        )}
        {fields.map(({ value, ...field }) => (
          <Field
            key={field.name}
            {...field}
            {...(value !== undefined && { defaultValue: value })}
            id={`${id}-${field.name}`}
            error={errorOf(field.name)}
            input={null}
            readOnly={isBusy}
          />
        ))}
        {fields.length === 0 && <Alert>{!isBusy && notice}</Alert>}
        <div class="ends">
          <SubmitButton isBusy={isBusy}>{isToProve ? own('prove') : button}</SubmitButton>
          {second ?? (
            <button type="button" class="primary secondary" onClick={close}>
              {own('cancel')}
            </button>
          )}
        </div>
      </form>
    );
  }
}
