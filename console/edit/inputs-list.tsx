import type { Fields } from '../service/conflict.ts';
import type { FieldError } from './field-error.ts';
import { InputView } from './input-view.tsx';
import { type Input, validateInput } from './inputs.ts';

export interface InputsListProps {
  inputs: readonly Input[];
  values: Fields;
  /** Prefix of the inputs' ids. */
  base: string;
  /** Whether missing and wrong values are shown yet. */
  isTold: boolean;
  /** The input whose value was refused, and why. */
  blame: FieldError | undefined;
  isBusy: boolean;
  onChange(values: Fields): void;
}

/** The inputs of a form that is sent as a whole. Each error is shown at its input. */
export function InputsList({ inputs, values, base, isTold, blame, isBusy, onChange }: InputsListProps) {
  return (
    <>
      {inputs.map((input) => (
        <InputView
          key={input.name}
          input={input}
          id={`${base}-${input.name}`}
          value={values[input.name]}
          error={
            (isTold ? validateInput(input, values[input.name]) : undefined) ??
            (blame?.name === input.name ? blame.text : undefined)
          }
          isReadOnly={isBusy}
          isChanged={false}
          onChange={(value) => onChange({ ...values, [input.name]: value })}
        />
      ))}
    </>
  );
}
