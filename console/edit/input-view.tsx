import { Alert } from '@countersign/ui/alert.tsx';
import type { ComponentChildren } from 'preact';
import { Switch } from '../parts/switch.tsx';
import type { Fields } from '../service/conflict.ts';
import { t } from '../shell/i18n.ts';
import { ChoiceInput, MultiChoiceInput } from './choice-inputs.tsx';
import { describedBy } from './described-by.ts';
import type { Input, InputViewProps } from './inputs.ts';
import { ListInput } from './list-input.tsx';
import { DurationInput, InstantInput, NumberInput } from './number-inputs.tsx';

/** Renders an input of any kind. */
export function InputView(props: InputViewProps) {
  const { input, id, value, error, isReadOnly, isChanged, onChange } = props;
  const kind = isChanged ? 'row-field changed' : 'row-field';
  if (input.kind === 'toggle') {
    return (
      <div class={kind}>
        <Switch
          label={input.label}
          hint={input.hint}
          isOn={value === true}
          isDisabled={isReadOnly}
          onChange={onChange}
        />
        <Alert id={`${id}-error`}>{error}</Alert>
      </div>
    );
  }
  if (input.kind === 'group') {
    const inner = value as Fields | null;
    return (
      <div class={kind}>
        <Switch
          label={input.label}
          hint={input.hint}
          isOn={inner !== null}
          isDisabled={isReadOnly}
          onChange={(isOn) => onChange(isOn ? input.initial : null)}
        />
        {inner && (
          <div class="group">
            {input.inputs.map((one) => (
              <InputView
                key={one.name}
                input={one}
                id={`${id}-${one.name}`}
                value={inner[one.name]}
                error={undefined}
                isReadOnly={isReadOnly}
                isChanged={false}
                onChange={(next) => onChange({ ...inner, [one.name]: next })}
              />
            ))}
          </div>
        )}
        <Alert id={`${id}-error`}>{error}</Alert>
      </div>
    );
  }
  return (
    <div class={kind}>
      <LabelledInput {...props}>
        <Control {...props} />
      </LabelledInput>
    </div>
  );
}

function Control(props: InputViewProps) {
  const { input } = props;
  switch (input.kind) {
    case 'number':
      return <NumberInput {...props} input={input} />;
    case 'duration':
      return <DurationInput {...props} input={input} />;
    case 'instant':
      return <InstantInput {...props} input={input} />;
    case 'select':
    case 'one-of':
      return <ChoiceInput {...props} input={input} />;
    case 'some-of':
      return <MultiChoiceInput {...props} input={input} />;
    case 'list':
      return <ListInput {...props} input={input} />;
    case 'part':
      return <>{input.draw(props)}</>;
    case 'weights':
      return <Weights {...props} input={input} />;
    default:
      return <TextInput {...props} />;
  }
}

/** These kinds consist of several controls, so they have a legend instead of a label. */
const GROUP_KINDS: readonly Input['kind'][] = ['one-of', 'some-of', 'weights', 'part'];

function LabelledInput({ input, id, error, children }: InputViewProps & { children: ComponentChildren }) {
  const { label, hint, kind } = input;
  const rest = (
    <>
      {hint !== undefined && (
        <p class="hint above" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      <Alert id={`${id}-error`}>{error}</Alert>
    </>
  );
  if (GROUP_KINDS.includes(kind)) {
    return (
      <fieldset id={id} tabIndex={-1} aria-describedby={describedBy(id, input, error)}>
        <legend>{label}</legend>
        {rest}
      </fieldset>
    );
  }
  return (
    <>
      <label for={id}>{label}</label>
      {rest}
    </>
  );
}

function TextInput({ input, id, value, error, isReadOnly, onChange }: InputViewProps) {
  const isEmptyNull = input.kind === 'text' && input.without !== undefined;
  return (
    <input
      class="input"
      type="text"
      id={id}
      value={String(value ?? '')}
      readOnly={isReadOnly}
      autocomplete="off"
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={describedBy(id, input, error)}
      onInput={({ currentTarget: { value } }) => onChange(isEmptyNull && value.trim() === '' ? null : value)}
    />
  );
}

function Weights({ input, id, value, isReadOnly, onChange }: InputViewProps<Extract<Input, { kind: 'weights' }>>) {
  const all = value as Record<string, number>;
  return (
    <div class="weights">
      {Object.entries(input.labels).map(([name, label]) => (
        <label key={name} for={`${id}-${name}`}>
          <span>{label}</span>
          <input
            type="range"
            id={`${id}-${name}`}
            min={0}
            max={input.max}
            step={5}
            value={all[name] ?? 0}
            disabled={isReadOnly}
            aria-valuetext={all[name] === 0 ? t('off') : undefined}
            onInput={({ currentTarget }) => onChange({ ...all, [name]: Number(currentTarget.value) })}
          />
          <output for={`${id}-${name}`}>{all[name] ?? 0}</output>
        </label>
      ))}
    </div>
  );
}
