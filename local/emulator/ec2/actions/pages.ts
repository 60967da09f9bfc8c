import { ApiError } from '../../kernel/api';
import type { Parameters } from '../../kernel/query';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Left out of the answer on the last page. */
  readonly nextToken: string | undefined;
}

export interface PageOptions {
  /** The parameter that names single resources; EC2 takes no `MaxResults` beside it. */
  readonly ids?: string;
  /** The most rows of one page, however many the caller asks for. Does not hold for resources that the call names. */
  readonly pageSize: number;
}

/** The least `MaxResults` that EC2 takes. */
const LEAST = 5;

/**
 * `MaxResults` and `NextToken`. A token says where the next page begins in the order of this action.
 * @throws ApiError `InvalidParameterValue`, `InvalidParameterCombination`, `InvalidPaginationToken`
 */
export function paged<Row>(rows: readonly Row[], parameters: Parameters, { ids, pageSize }: PageOptions): Page<Row> {
  const most = parameters.integer('MaxResults');
  const token = parameters.text('NextToken');
  if (ids !== undefined && most !== undefined && parameters.has(ids))
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${ids} cannot be used with the parameter maxResults`,
    );
  if (most !== undefined && (most < LEAST || most > 1_000))
    throw new ApiError(
      'InvalidParameterValue',
      `Value ( ${most} ) for parameter maxResults is invalid. Expecting a value from ${LEAST} to 1000.`,
    );
  const start = token === undefined ? 0 : position(token);
  const named = ids !== undefined && parameters.has(ids);
  const end = start + Math.min(most ?? rows.length, named ? rows.length : pageSize);
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
