import type { ClusterConfig } from './config-schema';

/** What was synthesized, in one line. */
export function summaryOf(clusters: readonly ClusterConfig[], stackName: string, templateFile: string): string {
  const nodes = clusters.flatMap((cluster) => cluster.nodes).length;
  const addresses = clusters.flatMap(({ virtualIps }) => virtualIps).length;
  const parts = [count(clusters.length, 'cluster'), count(nodes, 'node'), count(addresses, 'virtual IP')];
  return `${stackName}: ${parts.join(', ')}. Template: ${templateFile}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
