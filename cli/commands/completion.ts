import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { levelsOf } from '../completion/levels.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Environment } from './context.ts';

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `countersign completion bash`: what the shell reads to complete commands and options. */
export function addCompletion(program: Command, around: Environment): void {
  program
    .command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .action((shell: keyof typeof SHELLS) => {
      around.stdout.write(SHELLS[shell](levelsOf(program)));
    });
}
