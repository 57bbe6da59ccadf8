import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { freePorts } from './free-ports.ts';

const SCRIPT = `
  const { freePorts } = await import('./server/testing/free-ports.ts');
  console.log(JSON.stringify(await freePorts(100)));
  await new Promise((resolve) => process.stdin.once('end', resolve).resume());`;

it('processes beside each other, as of two runs of the tests, never get the same port', async () => {
  const start = async () => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    return { child, ports: JSON.parse(line) as number[] };
  };
  const processes = await Promise.all([start(), start(), start()]);
  const all = [...processes.flatMap(({ ports }) => ports), ...(await freePorts(100))];
  expect(new Set(all).size).toBe(400);
  for (const { child } of processes) {
    child.stdin.end();
    await once(child, 'exit');
  }
});
