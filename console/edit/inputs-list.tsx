import type { Fields } from '../service/conflict.ts';
import { InputView } from './input-view.tsx';
import type { Input } from './inputs.ts';

export interface InputsListProps {
  inputs: readonly Input[];
  values: Fields;
  /** Names of the inputs that are marked as changed. */
  changed?: readonly string[];
  isReadOnly: boolean;
  idOf(name: string): string;
  errorOf(input: Input): string | undefined;
  onChange(name: string, value: unknown): void;
}

/** The inputs of a form, each with its error. */
export function InputsList({ inputs, values, changed, isReadOnly, idOf, errorOf, onChange }: InputsListProps) {
  return (
    <>
      {inputs.map((input) => (
        <InputView
          key={input.name}
          input={input}
          id={idOf(input.name)}
          value={values[input.name]}
          values={values}
          error={errorOf(input)}
          isReadOnly={isReadOnly}
          isChanged={changed?.includes(input.name) ?? false}
          onChange={(value) => onChange(input.name, value)}
        />
      ))}
    </>
  );
}
