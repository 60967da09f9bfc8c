import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, node } from '../../local/demo/scenarios/configs';
import type { CloudOptions } from '../../local/emulator/cloud';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import { givenACluster } from './driver';

type Node = RegistryCluster['nodes'][number];

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** When the stories begin: at a full hour, so that the first check of the first cluster comes after its interval. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** The example of cdk.json: two nodes. */
export const TWO_NODES = undefined;
export const THREE_NODES = cluster(3);

/** The user's alarm on the nth node, counted from 1. */
export const alarmOf = (number: number) => `mail-${number}-down`;

/** Two nodes, each with an alarm of the user's; failback is automatic after an hour, damping lasts five minutes. */
export const WITH_ALARMS = cluster(2, ['10.0.0.5'], {
  nodes: [
    { ...node(1), alarms: [alarmOf(1)] },
    { ...node(2), alarms: [alarmOf(2)] },
  ],
  failback: { afterMinutes: 60 },
});

/** The whole template on the local cloud, in virtual time, from noon on. */
export function given(config: unknown = TWO_NODES, options: Partial<CloudOptions> = {}): Promise<ClusterDriver> {
  return givenACluster({ reuseInstances: true, startTime: NOON, ...options }, config);
}

/** Seconds from the beginning until the first address came to the node for the last time; null: it never did. */
export function secondsUntilOn(driver: ClusterDriver, { networkInterfaceId }: Node): number | null {
  const [address] = driver.addresses;
  const move = driver
    .eventsOf('holder-changed')
    .findLast((event) => event.address === address && event.to === networkInterfaceId);
  return move === undefined ? null : (move.at - NOON) / SECOND;
}

export function outcomes(driver: ClusterDriver): readonly (string | undefined)[] {
  return driver.notices().map(({ attributes }) => attributes.outcome);
}

/** Everything that people were told about the cluster, one text. */
export function told(driver: ClusterDriver): string {
  return driver
    .notices()
    .map(({ subject, message }) => `${subject}\n${message}`)
    .join('\n');
}

/** Notices and the messages of alarms. */
export function messages(driver: ClusterDriver): readonly string[] {
  return driver.eventsOf('notice').map(({ subject }) => subject);
}

/** Whatever the product's own metric said, in order. */
export function metric(driver: ClusterDriver, name: string): readonly number[] {
  return driver
    .eventsOf('metric')
    .filter((each) => each.name === name && each.dimensions.Cluster === driver.cluster.name)
    .map(({ value }) => value);
}

/** How often an execution ended while one of the addresses was on nobody. */
export function endsWithNobody(driver: ClusterDriver): number {
  const homeless = new Set<string>();
  let ends = 0;
  for (const event of driver.cloud.timeline.events) {
    if (event.type === 'holder-changed' && driver.addresses.includes(event.address)) {
      if (event.to === null) homeless.add(event.address);
      else homeless.delete(event.address);
    }
    const ended = event.type === 'execution-failed' || event.type === 'execution-succeeded';
    if (ended && homeless.size > 0) ends += 1;
  }
  return ends;
}

/** Calls `then` once, at the first event of the timeline that fits. */
export function once(driver: ClusterDriver, fits: (event: Timelined) => boolean, then: () => void): void {
  const stop = driver.cloud.timeline.listen((event) => {
    if (!fits(event)) return;
    stop();
    then();
  });
}
type Timelined = ClusterDriver['cloud']['timeline']['events'][number];

/** What executions failed with. */
export function errors(driver: ClusterDriver): readonly string[] {
  return driver.failures.map(({ error }) => error);
}
