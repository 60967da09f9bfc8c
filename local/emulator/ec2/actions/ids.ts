import { ApiError } from '../../kernel/api';

const KINDS = {
  'i-': 'InvalidInstanceID',
  'eni-': 'InvalidNetworkInterfaceID',
  'subnet-': 'InvalidSubnetID',
} as const;

/** @throws ApiError `Invalid…ID.Malformed` unless the ID has its prefix and 8 or 17 hexadecimal digits. */
export function checkId(prefix: keyof typeof KINDS, id: string): string {
  if (new RegExp(`^${prefix}([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) return id;
  throw new ApiError(`${KINDS[prefix]}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}...")`);
}

/**
 * The rows that are named, or all. @throws ApiError `….NotFound` with every ID that is not there: one is enough to fail.
 */
export function chosen<Row>(
  ids: readonly string[],
  find: (id: string) => Row | undefined,
  all: () => readonly Row[],
  code: string,
  kind: string,
): readonly Row[] {
  if (ids.length === 0) return all();
  const missing = ids.filter((id) => find(id) === undefined);
  if (missing.length > 0) {
    const [verb, plural] = missing.length === 1 ? ['does', ''] : ['do', 's'];
    throw new ApiError(code, `The ${kind} ID${plural} '${missing.join(', ')}' ${verb} not exist`);
  }
  return ids.flatMap((id) => find(id) ?? []);
}
