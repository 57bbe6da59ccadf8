/** The part of the response of `/v1/explain` that the console uses. */
export interface Explanation {
  checks: readonly {
    check: string;
    passed: boolean;
    code?: string;
    id?: string;
    country?: string | null;
    address?: string | null;
    localTime?: string | null;
  }[];
}

/** The outcome of one filter for one user. */
export interface Verdict {
  outcome: 'passes' | 'stopped' | 'notReached';
  /** The values that the filter compared. */
  saw?: { country?: string | null; address?: string | null; localTime?: string | null };
  /** If the filter was not reached: the code of the check that refused. */
  code?: string;
}

/** Finds the verdict of one filter. An earlier check may have refused before the filter was reached. */
export function verdictOf({ checks }: Explanation, filter: string): Verdict {
  const asked = checks.find(({ check, id }) => check === 'filter' && id === filter);
  if (!asked) {
    const code = checks.find(({ passed }) => !passed)?.code;
    return { outcome: 'notReached', ...(code !== undefined && { code }) };
  }
  const { country, address, localTime } = asked;
  const saw = {
    ...(country !== undefined && { country }),
    ...(address !== undefined && { address }),
    ...(localTime !== undefined && { localTime }),
  };
  return { outcome: asked.passed ? 'passes' : 'stopped', saw };
}

export interface SignIn {
  user: string;
  address: string;
}

/** Pairs of user and address from recent sign-ins, without duplicates, the latest first. */
export function latestSignIns(
  events: readonly { subject?: string; related?: readonly string[]; address?: string }[],
  max: number,
): SignIn[] {
  const found = new Map<string, SignIn>();
  for (const { subject, address } of events) {
    if (subject?.startsWith('usr_') && address !== undefined) {
      const key = `${subject} ${address}`;
      if (!found.has(key) && found.size < max) found.set(key, { user: subject, address });
    }
  }
  return [...found.values()];
}
