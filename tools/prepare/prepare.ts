import { aptCommands, instructions, isOnPath, missing, type Probe } from './programs.ts';

/** The machine, as far as preparation reads or changes it. */
export interface Machine {
  /** Its PATH. */
  readonly searchPath: string | undefined;
  readonly isRoot: boolean;
  readonly probe: Probe;
  /** Runs a command to its end, showing its output. True if it succeeded. */
  readonly run: (command: string, args: readonly string[]) => boolean;
  readonly say: (text: string) => void;
}

/** Checks that what the tests use is installed, installing it if possible. True if it is. */
export function prepare({ searchPath, isRoot, probe, run, say }: Machine): boolean {
  const lacking = missing(searchPath, probe);
  if (lacking.length === 0) return true;
  if (isRoot && isOnPath('apt-get', searchPath)) {
    for (const [command, ...args] of aptCommands(lacking)) {
      say(`$ ${command} ${args.join(' ')}`);
      if (!run(command, args)) break;
    }
  }
  const still = missing(searchPath, probe);
  if (still.length > 0) say(instructions(still));
  return still.length === 0;
}
