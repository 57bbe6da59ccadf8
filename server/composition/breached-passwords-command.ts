import { runBreachedPasswords } from './breached-passwords.ts';

process.exitCode = await runBreachedPasswords(
  process.argv.slice(2),
  (text) => console.log(text),
  (text) => console.error(text),
);
