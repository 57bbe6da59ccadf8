import { useState } from 'preact/hooks';
import { Switch } from '../parts/switch.tsx';
import { t } from '../shell/i18n.ts';
import { describedBy } from './described-by.ts';
import { type Input, type InputViewProps, UNITS, unitOf } from './inputs.ts';

type Props<Kind extends Input['kind']> = InputViewProps<Extract<Input, { kind: Kind }>>;

/** Parses a number; NaN if the text is not one, which the form reports. */
function numberIn(text: string): number {
  return /^\s*\d{1,12}\s*$/.test(text) ? Number(text) : Number.NaN;
}

export function NumberInput(props: Props<'number'>) {
  const { input, id, value, error, isReadOnly, onChange } = props;
  const [text, setText] = useState<string>();
  const displayed = text !== undefined && Object.is(numberIn(text), value) ? text : String(value);
  return (
    <>
      <OnSwitch {...props} />
      {value !== null && (
        <input
          class="input short"
          type="text"
          inputMode="numeric"
          id={id}
          value={Number.isNaN(value) ? text : displayed}
          readOnly={isReadOnly}
          autocomplete="off"
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy(id, input, error)}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            onChange(numberIn(currentTarget.value));
          }}
        />
      )}
    </>
  );
}

/** Switches between null and a value, if null is allowed. */
function OnSwitch({ input, value, isReadOnly, onChange }: Props<'number'> | Props<'duration'>) {
  if (input.without === undefined) return null;
  return (
    <Switch
      label={t('on')}
      of={input.label}
      isOn={value !== null}
      isDisabled={isReadOnly}
      onChange={(isOn) => onChange(isOn ? (input.initial ?? input.min) : null)}
    />
  );
}

/** A number and its unit. */
export function DurationInput(props: Props<'duration'>) {
  const { input, id, value, error, isReadOnly, onChange } = props;
  const { min, max, without, label } = input;
  const ms = typeof value === 'number' ? value : Number.NaN;
  const [unitMs, setUnitMs] = useState<number>(() => unitOf(Number.isNaN(ms) ? min : ms).ms);
  const [text, setText] = useState<string>();
  const units = UNITS.filter((unit) => unit.ms <= max && unit.ms * 1_000 > min && unit.ms >= 1_000);
  // A value from the service may not divide by the chosen unit.
  const unit = Number.isNaN(ms) || ms % unitMs === 0 ? unitMs : unitOf(ms).ms;
  const typed = text !== undefined && Object.is(numberIn(text) * unit, ms) ? text : undefined;
  return (
    <>
      <OnSwitch {...props} />
      {(without === undefined || value !== null) && (
        <div class="duration">
          <input
            class="input short"
            type="text"
            inputMode="numeric"
            id={id}
            value={typed ?? (Number.isNaN(ms) ? text : String(ms / unit))}
            readOnly={isReadOnly}
            autocomplete="off"
            aria-invalid={error ? 'true' : undefined}
            aria-describedby={describedBy(id, input, error)}
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              onChange(numberIn(currentTarget.value) * unit);
            }}
          />
          <select
            class="input"
            aria-label={t('unit', { field: label })}
            value={String(unit)}
            disabled={isReadOnly}
            onChange={({ currentTarget }) => {
              const next = Number(currentTarget.value);
              setUnitMs(next);
              if (!Number.isNaN(ms)) onChange((ms / unit) * next);
            }}
          >
            {units.map((one) => (
              <option key={one.ms} value={one.ms}>
                {t(one.word)}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}

/** Date and time in the device's time zone. */
export function InstantInput({ input, id, value, error, isReadOnly, onChange }: Props<'instant'>) {
  const at = typeof value === 'number' ? value : undefined;
  return (
    <input
      class="input"
      type="datetime-local"
      id={id}
      min={input.isFuture ? localText(Date.now()) : undefined}
      value={at === undefined ? '' : localText(at)}
      readOnly={isReadOnly}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={describedBy(id, input, error)}
      onChange={({ currentTarget }) => {
        const chosen = new Date(currentTarget.value).getTime();
        onChange(Number.isNaN(chosen) ? null : chosen);
      }}
    />
  );
}

function localText(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
