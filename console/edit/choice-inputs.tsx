import { describedBy } from './described-by.ts';
import type { Input, InputViewProps } from './inputs.ts';

type Props<Kind extends Input['kind']> = InputViewProps<Extract<Input, { kind: Kind }>>;

/** One of several choices: a drop-down list, or radio buttons with explanations. */
export function ChoiceInput(props: Props<'select' | 'one-of'>) {
  const { input, id, value, error, isReadOnly, onChange } = props;
  if (input.kind === 'one-of') {
    return (
      <div class="choices">
        {input.choices.map((choice) => (
          <label key={choice.value} class="choice">
            <input
              type="radio"
              name={id}
              checked={value === choice.value}
              disabled={isReadOnly}
              onChange={() => onChange(choice.value)}
            />
            <span>
              {choice.label}
              {choice.hint !== undefined && <span class="hint">{choice.hint}</span>}
            </span>
          </label>
        ))}
      </div>
    );
  }
  return (
    <select
      class="input"
      id={id}
      value={String(value ?? '')}
      disabled={isReadOnly}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={describedBy(id, input, error)}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? null : currentTarget.value)}
    >
      {input.without !== undefined && <option value="">{input.without}</option>}
      {input.choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

export function MultiChoiceInput({ input, value, values, isReadOnly, onChange }: Props<'some-of'>) {
  const chosen = (value ?? []) as string[];
  // What is chosen can always be given up.
  const isExcluded = (choice: string) =>
    !chosen.includes(choice) && values !== undefined && input.isExcluded?.(choice, values) === true;
  const put = (next: string[]) => onChange(next.length === 0 && input.without !== undefined ? null : next);
  return (
    <div class={input.choices.length > 12 ? 'choices many' : 'choices'}>
      {input.choices.map((choice) => (
        <label key={choice.value} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(choice.value)}
            disabled={isReadOnly || isExcluded(choice.value)}
            onChange={({ currentTarget }) =>
              // Keep the order of the choices, so that switching one off and on again is no change.
              put(
                [...new Set([...input.choices.map((one) => one.value), ...chosen])].filter((one) =>
                  one === choice.value ? currentTarget.checked : chosen.includes(one),
                ),
              )
            }
          />
          <span>
            {choice.label}
            {choice.hint !== undefined && <span class="hint">{choice.hint}</span>}
          </span>
        </label>
      ))}
    </div>
  );
}
