import { aptCommands, instructions, isOnPath, missing, type Probe } from './programs.ts';

/** The machine, as far as preparing changes or asks it. */
export interface Machine {
  /** Its PATH. */
  readonly searchPath: string | undefined;
  readonly isRoot: boolean;
  readonly probe: Probe;
  /** Runs a command to its end, showing what it prints; whether it succeeded. */
  readonly run: (command: string, args: readonly string[]) => boolean;
  readonly say: (text: string) => void;
}

/** Sees that what the tests start is there, by installing it where it may. Whether it is. */
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
