import type { World, WorldView } from '../../world/world';
import type { Parameters } from '../query';
import type { XmlValue } from '../xml';

export interface Ec2Context {
  /** What changes. */
  readonly world: World;
  /** What describe calls see, which may be older. */
  readonly view: WorldView;
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
  readonly run: (parameters: Parameters, context: Ec2Context) => Ec2Result;
}

/** Parameters that every pageable, filterable describe action has. */
export const PAGES = ['Filter', 'MaxResults', 'NextToken', 'DryRun'] as const;

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
