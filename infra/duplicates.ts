/** Something that is wrong with a configuration. */
export interface Problem {
  /** Where, such as `clusters[0].virtualIps[1]`. */
  readonly path: string;
  readonly message: string;
}

interface Value {
  readonly path: string;
  readonly value: string | undefined;
  /** What must not be there twice, where that is more than the value. */
  readonly key?: string;
}

/** Each value that an earlier one has already. @param sameness what two values that count as the same have in common */
export function duplicatesIn(values: readonly Value[], remedy: string, sameness = (value: string) => value): Problem[] {
  const first = new Map<string, Value>();
  return values.flatMap((entry) => {
    if (!entry.value) return [];
    const key = sameness(entry.key ?? entry.value);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, entry);
      return [];
    }
    return [
      {
        path: entry.path,
        message: `found "${entry.value}", which ${earlier.path} has already ("${earlier.value}"); allowed: ${remedy}`,
      },
    ];
  });
}
