import { isMainThread } from 'node:worker_threads';

// Stryker runs tests in threads, where setting the umask throws: no store would open, and its tests would be skipped.
if (!isMainThread) process.umask = () => 0o077;
