import { runAudit } from './audit.ts';

process.exitCode = await runAudit(process.argv.slice(2), (text) => console.log(text));
