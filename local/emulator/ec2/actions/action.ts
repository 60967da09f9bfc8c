import type { RequestContext } from '../../iam/access';
import type { Parameters } from '../../kernel/query';
import { type Omission, withOmission } from '../../kernel/service';
import type { XmlValue } from '../../kernel/xml';
import type { Tags } from '../model/records';
import type { World, WorldView } from '../model/world';
import { type Fields, filtered } from './filters';
import { type Page, paged } from './pages';

export interface Ec2Context {
  /** What changes. */
  readonly world: World;
  /** What describe calls see, which may be older. */
  readonly view: WorldView;
  /** Rows that a fault leaves out. */
  readonly omission: Omission | null;
  /** The most rows of one answer, however many the caller asks for. */
  readonly pageSize: number;
}

export interface Ec2Result {
  /** The elements beside `requestId`. */
  readonly body: { readonly [name: string]: XmlValue };
  /** One line for people. */
  readonly result: string;
}

/** One action of EC2. Parameters and filters that are not listed are refused by name. */
export interface Ec2Action {
  readonly parameters: readonly string[];
  readonly filters?: readonly string[];
  /** The ARNs that IAM is asked about; left out: `*`, as for all describe actions. */
  readonly resources?: (parameters: Parameters, world: World) => readonly string[];
  /** Condition keys of the request, where policies may ask for them. */
  readonly conditionKeys?: (parameters: Parameters) => RequestContext;
  readonly run: (parameters: Parameters, context: Ec2Context) => Ec2Result;
}

/** Parameters that every pageable, filterable describe action has. */
export const PAGES = ['Filter', 'MaxResults', 'NextToken', 'DryRun'] as const;

/** How the rows of one kind are listed. */
export interface Listing<Row> {
  readonly fields: Fields<Row>;
  readonly idOf: (row: Row) => string;
  /** The parameter that names single resources; EC2 takes no `MaxResults` beside it. */
  readonly ids?: string;
}

/** Filters, leaves out what a fault hides, and cuts a page. */
export function listed<Row extends { readonly tags: Tags }>(
  rows: readonly Row[],
  parameters: Parameters,
  { omission, pageSize }: Pick<Ec2Context, 'omission' | 'pageSize'>,
  { fields, idOf, ids }: Listing<Row>,
): Page<Row> {
  const found = filtered(rows, parameters, fields);
  return paged(withOmission(found, omission, idOf), parameters, { pageSize, ...(ids !== undefined && { ids }) });
}

export const RETURN_TRUE = { return: true } as const;

export function arn(world: World, kind: string, id: string): string {
  return `arn:aws:ec2:${world.region}:${world.accountId}:${kind}/${id}`;
}

/** The first few of a list, and how many more. */
export function summary(items: readonly string[]): string {
  if (items.length === 0) return 'nothing';
  const more = items.length > 4 ? ` and ${items.length - 4} more` : '';
  return `${items.slice(0, 4).join(', ')}${more}`;
}
