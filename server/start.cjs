'use strict';
// The entry of the built server. CommonJS, because a static ESM import would run before this line could: libuv makes
// its thread pool at first use and reads the size from the environment then. See platform/argon2/threads.ts. An
// operator's own value stands.
process.env.UV_THREADPOOL_SIZE ??= String(require('node:os').availableParallelism() + 4);
import('./main.js');
