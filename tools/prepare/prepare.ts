import { aptCommands, instructions, missingPrograms } from './programs.ts';

/** The machine, as far as preparing changes or asks it. */
export interface Machine {
  /** Its PATH. */
  readonly searchPath: string | undefined;
  readonly isRoot: boolean;
  /** Runs a command to its end, showing what it prints; whether it succeeded. */
  readonly run: (command: string, args: readonly string[]) => boolean;
  readonly say: (text: string) => void;
}

/** Sees that the programs which the tests start are there, by installing them where it may. Whether they are. */
export function prepare({ searchPath, isRoot, run, say }: Machine): boolean {
  const missing = missingPrograms(searchPath);
  if (missing.length === 0) return true;
  const hasApt = missingPrograms(searchPath, [{ command: 'apt-get', debian: 'apt' }]).length === 0;
  if (isRoot && hasApt) {
    for (const [command, ...args] of aptCommands(missing)) {
      say(`$ ${command} ${args.join(' ')}`);
      if (!run(command, args)) break;
    }
  }
  const still = missingPrograms(searchPath);
  if (still.length > 0) say(instructions(still));
  return still.length === 0;
}
