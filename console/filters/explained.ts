/** What `/v1/explain` answers, as far as it is looked at here. */
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

/** What became of somebody at one filter. */
export interface Verdict {
  outcome: 'passes' | 'stopped' | 'notReached';
  /** What it looked at. */
  saw?: { country?: string | null; address?: string | null; localTime?: string | null };
  /** Of what came before it. */
  code?: string;
}

/** The verdict of one filter among all checks: another one may have refused before it was asked. */
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

/** Who signed in from where, each once, the latest first. */
export function latestSignIns(
  events: readonly { subject?: string; related?: readonly string[]; address?: string }[],
  most: number,
): SignIn[] {
  const found = new Map<string, SignIn>();
  for (const { subject, address } of events) {
    if (subject?.startsWith('usr_') && address !== undefined) {
      const key = `${subject} ${address}`;
      if (!found.has(key) && found.size < most) found.set(key, { user: subject, address });
    }
  }
  return [...found.values()];
}
