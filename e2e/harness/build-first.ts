import { ALREADY_BUILT, builtService } from './built-service.ts';

/** Before the tests of the built product: what they try is built once, and not by two files at the same time. */
export default function buildFirst(): void {
  builtService();
  process.env[ALREADY_BUILT] = 'yes';
}
