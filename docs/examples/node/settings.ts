/** Reads the environment, and does not start without what it needs: a default would be the same secret in every copy. */
function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

export const settings = {
  service: required('COUNTERSIGN_URL'),
  resource: required('COUNTERSIGN_RESOURCE'),
  apiKey: required('COUNTERSIGN_API_KEY'),
  origin: required('ORIGIN'),
  database: required('DATABASE'),
  secret: required('SECRET_KEY'),
  /** Whether this site checks the passwords, and Countersign the second factor alone. */
  ownPasswords: process.env.OWN_PASSWORDS === '1',
  port: Number(process.env.PORT ?? 3000),
};

if (settings.secret.length < 32) throw new Error('SECRET_KEY has at least 32 characters.');
