import { ApiError } from '../../api';
import type { Parameters } from '../query';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Left out of the answer on the last page. */
  readonly nextToken: string | undefined;
}

/**
 * `MaxResults` and `NextToken`. A token says where the next page begins in the order of this action.
 * @throws ApiError `InvalidParameterValue`, `InvalidParameterCombination`, `InvalidPaginationToken`
 * @param ids the parameter that names single resources; EC2 takes no `MaxResults` beside it.
 */
export function paged<Row>(rows: readonly Row[], parameters: Parameters, ids?: string, least = 5): Page<Row> {
  const most = parameters.integer('MaxResults');
  const token = parameters.text('NextToken');
  if (ids !== undefined && most !== undefined && parameters.has(ids))
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${ids} cannot be used with the parameter maxResults`,
    );
  if (most !== undefined && (most < least || most > 1_000))
    throw new ApiError(
      'InvalidParameterValue',
      `Value ( ${most} ) for parameter maxResults is invalid. Expecting a value from ${least} to 1000.`,
    );
  const start = token === undefined ? 0 : position(token);
  const end = most === undefined ? rows.length : start + most;
  return { rows: rows.slice(start, end), nextToken: end < rows.length ? tokenFor(end) : undefined };
}

function tokenFor(start: number): string {
  return Buffer.from(`from:${start}`).toString('base64url');
}

function position(token: string): number {
  const found = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (found === null) throw new ApiError('InvalidPaginationToken', 'The specified pagination token is not valid.');
  return Number(found[1]);
}
