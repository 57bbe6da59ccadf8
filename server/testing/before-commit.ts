import { touches } from './intercepted-store.ts';
import type { TestPorts } from './test-ports.ts';

/**
 * Changes a document from another process just before the next commit of this one that touches a document of that name.
 */
export function beforeCommitOf(
  ports: TestPorts,
  document: string,
  edit: (replica: TestPorts) => Promise<unknown>,
): void {
  let isDone = false;
  ports.store.intercept.commit = async (change, go) => {
    if (!isDone && touches(change, document)) {
      isDone = true;
      await edit(ports.replica());
    }
    return go();
  };
}
