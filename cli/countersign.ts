#!/usr/bin/env node
import { join } from 'node:path';
import about from '../package.json' with { type: 'json' };
import { runCommand } from './program.ts';

const { env, stdin, stdout, stderr } = process;
// In the built tree: dist/cli/countersign.js beside dist/server/.
const server = join(import.meta.dirname, '..', 'server', 'start.cjs');
process.exitCode = await runCommand(process.argv.slice(2), { env, stdin, stdout, stderr, server }, about.version);
