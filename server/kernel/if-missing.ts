/** For a `catch`: undefined for a file or folder that does not exist. @throws the error, if it is another one */
export function ifMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
