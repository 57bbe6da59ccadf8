import { Alert } from '@countersign/ui/alert.tsx';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { Field, type FieldAttributes } from '@countersign/ui/field.tsx';
import { Component, type ComponentChildren, createRef } from 'preact';
import type { SelfKey } from '../../i18n/self-service.ts';
import type { Page } from './page.ts';

/** A field of a panel. */
export interface PanelField extends FieldAttributes {
  label: string;
  hint?: string | false;
  value?: string;
}

export interface PanelProps {
  page: Page;
  /** Unique id on the page. */
  id: string;
  /** Explains what will happen. */
  text?: string | undefined;
  asked?: PanelField[];
  /** Label of the submit button. */
  button: string;
  /** Whether it requires a recent reauthentication. */
  isSensitive?: boolean;
  /** Validates the values before sending; returns the wrong field and the message. */
  validate?: (values: Record<string, string>) => [field: string, mistake: SelfKey] | undefined;
  onSend: (values: Record<string, string>) => void;
  /** The login that belongs to the password, for password managers. */
  login?: string;
  /** Replaces the close button. */
  second?: ComponentChildren;
}

interface State {
  mistake?: [field: string, mistake: SelfKey] | undefined;
}

/** A form that opens in its place on the page. Errors are shown at their fields. */
export class Panel extends Component<PanelProps, State> {
  form = createRef<HTMLFormElement>();

  override componentDidMount() {
    // The user opened the panel, so move the focus into it. Not into a field on a phone, which would open the keyboard.
    const first = this.form.current?.querySelector<HTMLElement>('input, .primary');
    if (!matchMedia('(pointer: coarse)').matches) first?.focus();
  }

  override componentDidUpdate(before: PanelProps) {
    const { notice } = this.props.page;
    const isNews = notice && (before.page.isBusy || notice !== before.page.notice);
    if (isNews && !this.props.page.isBusy) this.focus(this.refusedField());
  }

  /** The field that a refusal is about. */
  refusedField(): string | undefined {
    const { asked = [], page } = this.props;
    return page.code?.startsWith('PASSWORD_') ? 'new' : asked[0]?.name;
  }

  focus(name: string | undefined) {
    this.form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
  }

  send = (event: Event) => {
    event.preventDefault();
    const { page, isSensitive, validate, onSend, id } = this.props;
    if (page.isBusy) return;
    if (isSensitive && !page.isFresh) return page.reauthenticate(id);
    const given = new FormData(this.form.current ?? undefined);
    const values = Object.fromEntries([...given].map(([name, value]) => [name, String(value)]));
    const mistake = validate?.(values);
    this.setState({ mistake });
    if (mistake) this.focus(mistake[0]);
    else onSend(values);
  };

  override render({ page, id, text, asked = [], button, isSensitive, login, second }: PanelProps, { mistake }: State) {
    const { t, isBusy, isFresh, notice, close } = page;
    const mustReauthenticate = isSensitive && !isFresh;
    const fields = mustReauthenticate ? [] : asked;
    const lead = mustReauthenticate ? t('proveText') : text;
    const errorOf = (name: string) => {
      if (isBusy) return undefined;
      if (mistake) return mistake[0] === name ? t(mistake[1]) : undefined;
      return name === this.refusedField() ? notice : undefined;
    };
    return (
      <form ref={this.form} onSubmit={this.send} novalidate aria-busy={isBusy}>
        {lead && <p>{lead}</p>}
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
            readOnly={isBusy}
          />
        ))}
        {fields.length === 0 && <Alert>{!isBusy && notice}</Alert>}
        <div class="ends">
          <SubmitButton isBusy={isBusy}>{mustReauthenticate ? t('prove') : button}</SubmitButton>
          {second ?? (
            <button type="button" class="primary secondary" onClick={close}>
              {t('cancel')}
            </button>
          )}
        </div>
      </form>
    );
  }
}
