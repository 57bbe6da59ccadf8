import { keepStore, STORES } from '../server/testing/kept-stores/kept-stores.ts';

/** `npm run keep:store`, after a change of what is stored: keeps a store of each kind for the tests of later versions. */
for (const store of STORES) console.log(`kept ${await keepStore(store)}`);
process.exit();
