import { auth } from '../../lib/auth';

const transfer = () => new Response('Two factors within five minutes.');

export const GET = auth.requireRecent({ acr: '2', maxAgeMs: 300_000 }, transfer);
