import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';

/** Opens an embedded store and holds it until it is killed. Argument: the folder. Prints a line once it is open. */
const [, , path = ''] = process.argv;
await openEmbeddedStore({ path });
console.log('open');
process.stdin.resume();
