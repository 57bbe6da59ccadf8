import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Claims the checkout for one run, since two would build into the same folder. Returns how to release it.
 *
 * @param file where the claim is kept
 * @throws Error if another run has it
 */
export function claimCheckout(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  while (!create(file)) {
    const other = Number(readFileSync(file, 'utf8'));
    if (isRunning(other)) {
      throw new Error(`Process ${other} runs the tests in this checkout. Wait for it, or use another checkout.`);
    }
    rmSync(file, { force: true });
  }
  return () => rmSync(file, { force: true });
}

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
