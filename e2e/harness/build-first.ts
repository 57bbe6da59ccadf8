import { ALREADY_BUILT, builtService } from './built-service.ts';

/** Builds once before the tests of the built product, so that no two files build at the same time. */
export default function buildFirst(): void {
  builtService();
  process.env[ALREADY_BUILT] = 'yes';
}
