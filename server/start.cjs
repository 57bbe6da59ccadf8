'use strict';
// The entry of the built server. It sets what must be set before the first module loads.
keepCompiledCode();
import('./main.js');

/**
 * From Node 22 on, the next start takes the code as this one compiled it. What lies in such a cache runs, so it lies beside
 * the code: who can write to one can write to the other. Without the right to write there, nothing is kept.
 */
function keepCompiledCode() {
  const { enableCompileCache } = require('node:module');
  if (!enableCompileCache) return;
  const folder = require('node:path').join(__dirname, 'compile-cache');
  try {
    require('node:fs').mkdirSync(folder, { recursive: true, mode: 0o700 });
    enableCompileCache(folder);
  } catch {
    // A start without it is only slower.
  }
}
