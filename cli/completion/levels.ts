import type { Command } from 'commander';

/** A command, and what can follow it. */
export interface Level {
  /** The words that lead there: `/user/create`; empty for the program. */
  at: string;
  commands: readonly Named[];
  options: readonly (Named & { takesValue: boolean })[];
  /** The values of its argument, if they are a choice. */
  choices: readonly string[];
}
interface Named {
  name: string;
  about: string;
}

/** Every command of the program, the program itself first. */
export function levelsOf(program: Command): Level[] {
  const ofAll = optionsOf(program);
  const inside = (command: Command, at: string): Level[] => {
    const commands = command.commands.map((inner) => ({ name: inner.name(), about: inner.description() }));
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    const own = command === program ? [] : optionsOf(command);
    return [
      { at, commands, options: [...own, ...ofAll], choices },
      ...command.commands.flatMap((inner) => inside(inner, `${at}/${inner.name()}`)),
    ];
  };
  return inside(program, '');
}

function optionsOf(command: Command): Level['options'] {
  return [
    ...command.options.flatMap(({ long, description, required, optional }) =>
      long ? [{ name: long, about: description, takesValue: required || optional }] : [],
    ),
    ...(command.parent ? [] : [{ name: '--help', about: 'display help', takesValue: false }]),
  ];
}
