import { matches } from '../../iam/wildcard';
import { ApiError } from '../../kernel/api';
import type { Parameters } from '../../kernel/query';
import type { Tags } from '../model/records';

/** What each filter compares: the values that a row has for it. */
export type Fields<Row> = Readonly<Record<string, (row: Row) => readonly (string | undefined)[]>>;

const MOST_VALUES = 200;

/**
 * Applies `Filter.N`: all filters must fit, each by any of its values; `*` and `?` are wildcards, values are
 * case-sensitive. `tag:KEY` and `tag-key` work wherever rows have tags.
 * @throws ApiError `InvalidParameterValue` that names a filter that is not there, `FilterLimitExceeded`
 * @see EC2 User Guide, "List and filter using the CLI and API"
 */
export function filtered<Row extends { readonly tags: Tags }>(
  rows: readonly Row[],
  parameters: Parameters,
  fields: Fields<Row>,
): readonly Row[] {
  const filters = parameters.structures('Filter').map((filter) => {
    filter.only(['Name', 'Value']);
    const name = filter.required('Name');
    // A filter that nothing can fit would be an empty success.
    const values = filter.requiredTexts('Value');
    if (values.length > MOST_VALUES)
      throw new ApiError(
        'FilterLimitExceeded',
        `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
      );
    return { read: reader(name, fields), accept: acceptor(values) };
  });
  return rows.filter((row) =>
    filters.every(({ read, accept }) => read(row).some((actual) => actual !== undefined && accept(actual))),
  );
}

function reader<Row extends { readonly tags: Tags }>(name: string, fields: Fields<Row>) {
  if (name === 'tag-key') return (row: Row) => Object.keys(row.tags);
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (row: Row) => [row.tags[key]];
  }
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined)
    throw new ApiError(
      'InvalidParameterValue',
      `The filter '${name}' is invalid (the local cloud knows ${Object.keys(fields).join(', ')}, tag:KEY, tag-key)`,
    );
  return field;
}

function acceptor(values: readonly string[]): (actual: string) => boolean {
  const plain = new Set(values.filter((value) => !/[*?]/.test(value)));
  const patterns = values.filter((value) => /[*?]/.test(value));
  return (actual) => plain.has(actual) || patterns.some((pattern) => matches(pattern, actual));
}
