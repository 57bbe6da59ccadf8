import { auth } from '../../../lib/auth';

export const { POST } = auth;
