import type { Command } from 'commander';
import type { Cluster, ClusterNode } from '../functions/shared/cluster';
import type { Clients } from './aws/clients';
import { type Deployment, findDeployment, type Where } from './aws/deployment';
import { type ExitCode, UsageError } from './errors';
import type { Terminal } from './output/terminal';

export type Options = Readonly<Record<string, unknown>>;

/** What a command works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly clients: Clients;
  readonly options: Options;
  /** Those of the command line, in order; undefined where an optional one was left out. */
  readonly arguments: readonly (string | undefined)[];
  /** Milliseconds since the epoch. */
  now(): number;
  deployment(): Promise<Deployment>;
}

/** One command: how it looks on the command line, and what it does. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** Adds arguments, options and help. */
  readonly define: (command: Command) => Command;
  readonly examples: readonly (readonly [commandLine: string, what: string])[];
  readonly run: (session: Session) => Promise<ExitCode>;
}

export function sessionOf(parts: Omit<Session, 'deployment'>, where: Where): Session {
  let found: Promise<Deployment> | undefined;
  return {
    ...parts,
    deployment: () => {
      found ??= findDeployment(parts.clients, where);
      return found;
    },
  };
}

/** The value of an option that takes one; undefined where it was not given. */
export function optionOf({ options }: Pick<Session, 'options'>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws {UsageError} that lists those there are */
export function clusterNamed(clusters: readonly Cluster[], name: string): Cluster {
  const found = clusters.find((cluster) => cluster.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no cluster ${name}. There are: ${namesOf(clusters)}.`);
}

/** Those named, or all. @throws {UsageError} */
export function clustersNamed(clusters: readonly Cluster[], name: string | undefined): readonly Cluster[] {
  return name === undefined ? clusters : [clusterNamed(clusters, name)];
}

/** The only cluster where none is named. @throws {UsageError} */
export function oneCluster(clusters: readonly Cluster[], name: string | undefined): Cluster {
  if (name !== undefined) return clusterNamed(clusters, name);
  const [only, ...more] = clusters;
  if (only !== undefined && more.length === 0) return only;
  throw new UsageError(`Name the cluster. There are: ${namesOf(clusters)}.`);
}

/**
 * A node by its name, its instance's ID or its interface's ID.
 * @throws {UsageError} where there is none, or several clusters have one of that name
 */
export function nodeNamed(clusters: readonly Cluster[], text: string): { cluster: Cluster; node: ClusterNode } {
  const found = clusters.flatMap((cluster) =>
    cluster.nodes
      .filter((node) => [node.name, node.instanceId, node.networkInterfaceId].includes(text))
      .map((node) => ({ cluster, node })),
  );
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  if (first === undefined) {
    const nodes = clusters.flatMap(({ nodes: all }) => all).map(({ name, instanceId }) => name ?? instanceId);
    throw new UsageError(`There is no node ${text}. There are: ${some(nodes)}.`);
  }
  const ids = found.map(({ cluster, node }) => `${node.instanceId} of ${cluster.name}`).join(', ');
  throw new UsageError(`Several nodes are called ${text}: ${ids}. Name it by its instance's ID.`);
}

const namesOf = (clusters: readonly Cluster[]) => some(clusters.map(({ name }) => name));

const some = (names: readonly string[]) =>
  names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
