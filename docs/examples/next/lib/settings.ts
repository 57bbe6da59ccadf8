/** `next build` reads them too, because it loads every route. A default would be the same secret in every copy. */
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
  /** At least 32 characters. */
  secret: required('SECRET_KEY'),
};
