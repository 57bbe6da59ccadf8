import { Component, type ComponentChildren, createRef } from 'preact';
import type { SelfKey } from '../../i18n/self/en.ts';
import { Field, type FieldAttributes } from '../parts/field.tsx';
import type { Page } from './page.ts';

/** A field of a panel. */
export interface Asked extends FieldAttributes {
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
  asked?: Asked[];
  /** Of the button that does it. */
  button: string;
  /** Whether it needs a fresh proof. */
  isGrave: boolean;
  /** What is wrong before anything is sent, and with which field. */
  judge?: (values: Record<string, string>) => [field: string, mistake: SelfKey] | undefined;
  onSend: (values: Record<string, string>) => void;
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
    if (notice && notice !== before.page.notice) this.form.current?.querySelector('input')?.focus();
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
    if (mistake) this.form.current?.querySelector<HTMLElement>(`[name="${mistake[0]}"]`)?.focus();
    else onSend(values);
  };

  override render({ page, id, text, asked = [], button, isGrave, second }: PanelProps, { mistake }: State) {
    const { own, isBusy, isFresh, notice, close } = page;
    const isToProve = isGrave && !isFresh;
    const fields = isToProve ? [] : asked;
    const errorOf = (name: string, at: number) => {
      if (isBusy) return undefined;
      if (mistake) return mistake[0] === name ? own(mistake[1]) : undefined;
      return at === 0 ? notice : undefined;
    };
    return (
      <form ref={this.form} onSubmit={this.send} novalidate aria-busy={isBusy}>
        {(isToProve ? own('proveText') : text) && <p>{isToProve ? own('proveText') : text}</p>}
        {fields.map(({ value, ...field }, at) => (
          <Field
            key={field.name}
            {...field}
            {...(value !== undefined && { defaultValue: value })}
            id={`${id}-${field.name}`}
            error={errorOf(field.name, at)}
            input={null}
            readOnly={isBusy}
          />
        ))}
        {fields.length === 0 && <div role="alert">{notice && !isBusy && <p class="error">{notice}</p>}</div>}
        <div class="ends">
          <button type="submit" class="primary" aria-disabled={isBusy}>
            {isBusy && <span class="spinner" />}
            {isToProve ? own('prove') : button}
          </button>
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
