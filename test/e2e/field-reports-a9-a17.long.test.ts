import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { ELASTIC_VIP, nodeOptions } from '../../local/demo/scenarios/configs';
import { addInterface } from '../../local/emulator/ec2/model/build';
import { closeAll } from './driver';
import {
  alarmOf,
  errors,
  given,
  HOUR,
  MINUTE,
  metric,
  NOON,
  outcomes,
  SECOND,
  secondsUntilOn,
  THREE_NODES,
  told,
  WITH_ALARMS,
} from './field';

afterEach(closeAll);

const SUBNET = 'subnet-0a1b2c3d4e5f60001';
const id = (prefix: string, number: number) => `${prefix}-${(0xa1b2_0000 + number).toString(16).padStart(17, '0')}`;

/** A cluster of two nodes; numbers make its IDs. */
const pair = (name: string, number: number, virtualIps: readonly unknown[]) => ({
  name,
  subnetId: SUBNET,
  virtualIps,
  nodes: [0, 1].map((each) => ({
    instanceId: id('i', 2 * number + each),
    networkInterfaceId: id('eni', 2 * number + each),
  })),
});

describe('A9 the service of a node is gone from stopping and shutting-down on', () => {
  test.each([
    ['stopping', 'stop'],
    ['shuttingDown', 'terminate'],
  ] as const)('A9 the transition %s takes thirty minutes', async (transition, happens) => {
    const driver = await given(undefined, { world: { transitions: { [transition]: 30 * MINUTE } } });
    driver[happens](driver.active);
    await driver.cloud.advance(MINUTE);
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(5);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('A10 nothing is hidden', () => {
  test.each([
    ['a check', (driver: ClusterDriver) => driver.check()],
    ['the death of the node that had it', (driver: ClusterDriver) => driver.stop(driver.active)],
    ['a failover by hand', (driver: ClusterDriver) => driver.failover(driver.standby)],
  ])('A10 an interface that another service manages has the address, at %s', async (_what, begin) => {
    const driver = await given();
    addInterface(driver.cloud.world, SUBNET, 'eni-0123456789abcdef0', null, 0, false, [], { managed: true });
    driver.cloud.world.addresses.assign('eni-0123456789abcdef0', driver.addresses, true);
    begin(driver);
    await driver.settled();
    expect(driver.holderOf('10.0.0.5')).toBe('eni-0123456789abcdef0');
    expect(driver.calls('AssignPrivateIpAddresses')).toEqual([]);
    expect([...errors(driver), ...findings(driver)].join(' ')).toMatch(/HeldByStranger|HELD_BY_STRANGER/);
  });

  test('A10 another service manages the instance that holds the address: it is seen, and healthy', async () => {
    const driver = await given();
    driver.cloud.world.changeInstance(driver.active.instanceId, { managedBy: 'eks.amazonaws.com' });
    driver.cloud.world.changeInterface(driver.active.networkInterfaceId, { managedBy: 'eks.amazonaws.com' });
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(metric(driver, 'Ready')).toEqual([1]);
  });
});

describe('A11 alarms that alternate do not carry the address to and fro', () => {
  async function alternate(driver: ClusterDriver, times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      const name = alarmOf((time % 2) + 1);
      driver.cloud.alarms.setState(name, 'ALARM', 'no answer on port 25');
      await driver.cloud.advance(30 * SECOND);
      driver.cloud.alarms.setState(name, 'OK', 'answers again');
    }
  }

  test('A11 two alarms go up in turn, 30 s each, for ten minutes', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    await driver.cloud.advance(2 * MINUTE);
    await alternate(driver, 20);
    expect(driver.moves).toBeLessThanOrEqual(1);
    expect(driver.notices().length).toBeLessThanOrEqual(2);
    expect(told(driver)).toMatch(/in turn/);
    expect(metric(driver, 'Ready')).toContain(0);
  });

  test('A11 a dead holder is never damped', async () => {
    const driver = await given(WITH_ALARMS);
    await alternate(driver, 4);
    const holder = driver.holds(driver.active) ? driver.active : driver.standby;
    const other = holder === driver.active ? driver.standby : driver.active;
    driver.stop(holder);
    await driver.settled();
    expect(driver.holds(other)).toBe(true);
  });

  test('A11 an impaired holder is never damped', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    await alternate(driver, 4);
    const holder = driver.holds(driver.active) ? driver.active : driver.standby;
    const other = holder === driver.active ? driver.standby : driver.active;
    driver.cloud.world.impair(holder.instanceId, 'system');
    await driver.cloud.advance(6 * MINUTE);
    expect(driver.holds(other)).toBe(true);
  });

  test('A11 one alarm that goes up alone is no flapping: the address moves at once', async () => {
    const driver = await given(WITH_ALARMS);
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(2);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });

  test('A11 the alarms come to rest: what was held back is done then', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    await alternate(driver, 4);
    const holder = driver.holds(driver.active) ? 1 : 2;
    driver.cloud.alarms.setState(alarmOf(holder), 'ALARM', 'no answer on port 25, for good');
    await driver.cloud.advance(15 * MINUTE);
    expect(driver.holds(holder === 1 ? driver.standby : driver.active)).toBe(true);
  });
});

describe('A12 prefixes take slots', () => {
  const prefixes = (count: number) => Array.from({ length: count }, (_, index) => `10.0.1.${16 * index}/28`);
  const target = (count: number) => ({
    world: nodeOptions(1, { instanceType: 'm5.large', interface: { prefixes: prefixes(count) } }),
  });

  test('A12 1 address and 9 prefixes fill the ten slots of an m5.large: a rehearsal and a check say so', async () => {
    const driver = await given(undefined, target(9));
    driver.rehearsal();
    await driver.settled();
    expect(told(driver)).toContain('no room on the target');
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([0]);
    expect(findings(driver)).toContain('NO_ROOM');
  });

  test('A12 with 8 prefixes there is room', async () => {
    const driver = await given(undefined, target(8));
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([1]);
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test.each([
    ['m8i.48xlarge', 62, 1],
    ['m8i.48xlarge', 63, 0],
  ])('A12 an interface of an %s with %i addresses beside its primary one', async (instanceType, count, ready) => {
    const driver = await given(undefined, { world: nodeOptions(1, { instanceType }) });
    const others = Array.from({ length: count }, (_, index) => `10.0.0.${100 + index}`);
    driver.cloud.world.addresses.assign(driver.standby.networkInterfaceId, others, false);
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([ready]);
  });

  test.each([
    ['SECURITY_GROUPS_DIFFER', { groups: ['sg-0123456789abcdef0'] }],
    ['SOURCE_DEST_CHECK_DIFFERS', { sourceDestCheck: false }],
  ])('A12 what else would stop the day itself: %s', async (code, changes) => {
    const driver = await given(undefined, { world: nodeOptions(1, { interface: changes }) });
    driver.check();
    await driver.settled();
    expect(findings(driver)).toContain(code);
  });
});

describe('A13 a repetition associates only the Elastic IPs that are missing', () => {
  const addresses = (number: number) =>
    Array.from({ length: 49 }, (_, index) => ({
      address: `10.0.${number}.${index + 10}`,
      elasticIpAllocationId: id('eipalloc', 100 * number + index),
    }));

  test('A13 two clusters of 49 Elastic IPs fail over at once, with token buckets', async () => {
    const config = {
      clusters: [pair('mail', 1, addresses(1)), pair('web', 2, addresses(2))],
      notifications: { emails: 'none' },
    };
    const driver = await given(config, { throttle: true });
    for (const { nodes } of driver.cloud.clusters) driver.cloud.world.stopInstance(nodes[0]?.instanceId ?? '');
    await driver.settled();
    const associations = driver.calls('AssociateAddress');
    const done = driver.eventsOf('elastic-ip-changed').filter(({ to }) => to !== null);
    expect(done).toHaveLength(98);
    expect(associations.filter(({ error }) => error === null).length).toBeLessThanOrEqual(98 + 20);
    expect(associations.length).toBeLessThan(600);
    expect(Math.max(...done.map(({ at }) => at - NOON)) / SECOND).toBeLessThan(20);
    expect(errors(driver)).toEqual([]);
    for (const cluster of driver.cloud.clusters)
      for (const { address } of cluster.virtualIps)
        expect(driver.holderOf(address)).toBe(cluster.nodes[1]?.networkInterfaceId);
  });

  test('A13 the answer of an association is lost: it is not made again', async () => {
    const driver = await given({
      clusters: [pair('mail', 1, [ELASTIC_VIP, ...addresses(1).slice(0, 4)])],
      notifications: { emails: 'none' },
    });
    driver.cloud.faults.add({ action: 'AssociateAddress', kind: 'error500', nth: 3 });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.calls('AssociateAddress').filter(({ error }) => error === null)).toHaveLength(5);
    expect(errors(driver)).toEqual([]);
  });
});

describe('A14 the tag that sets a standby aside', () => {
  test.each(['never', 'Never', 'NEVER', ' never ', '\tnever'])('A14 its value is %j', async (value) => {
    const driver = await given(THREE_NODES);
    driver.cloud.world.setTags(driver.standby.instanceId, { 'vip-failover:standby': value });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holderOf('10.0.0.5')).toBe(driver.nodes[2]?.networkInterfaceId);
  });

  test.each(['no', 'nevr', 'false'])(
    'A14 another value, %j, is reported by the rehearsal and the check',
    async (value) => {
      const driver = await given(THREE_NODES);
      driver.cloud.world.setTags(driver.standby.instanceId, { 'vip-failover:standby': value });
      driver.rehearsal();
      driver.check();
      await driver.settled();
      expect(told(driver)).toContain(`vip-failover:standby = ${value}`);
      expect(findings(driver)).toContain('UNREADABLE_TAG');
    },
  );
});

describe('A15 an instance was replaced, and its interface is on the new one', () => {
  async function replaced(place: 0 | 1): Promise<{ driver: ClusterDriver; replacement: string }> {
    const driver = await given(undefined, { world: nodeOptions(place, { deviceIndex: 1 }) });
    const { world } = driver.cloud;
    const old = driver.nodes[place];
    if (old === undefined) throw new Error('There is no such node.');
    const replacement = 'i-0fedcba9876543210';
    world.addInstance({ ...world.instance(old.instanceId), id: replacement, launchTime: NOON });
    addInterface(world, SUBNET, 'eni-0fedcba9876543210', replacement, 0, true, []);
    world.setTransitions({ fade: 0 });
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.terminate(old);
    await driver.settled();
    world.attachNetworkInterface(old.networkInterfaceId, replacement, 1);
    return { driver, replacement };
  }

  test.each([0, 1] as const)('A15 node %i: the rehearsal and the check say which ID to change', async (place) => {
    const { driver, replacement } = await replaced(place);
    driver.rehearsal();
    await driver.settled();
    expect(told(driver)).toContain(replacement);
    expect(findings(driver)).toContain('INSTANCE_REPLACED');
  });
});

describe('A16 a task outlasts its function, initialisation included', () => {
  test.each(['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'])(
    'A16 %s starts for ten seconds and hangs: no invocation works on beside its retry',
    async (name) => {
      const overhead = ({ cold }: { readonly cold: boolean }) => (cold ? 10 * SECOND : 0);
      const driver = await given(undefined, { overhead, reuseInstances: false });
      driver.cloud.lambda.faults.add({ function: name, kind: 'timeout', atCall: 0, when: 'before' });
      driver.stop(driver.active);
      await driver.settled();
      const timeouts = [...driver.eventsOf('state-retried'), ...driver.eventsOf('state-caught')].map(
        ({ error }) => error,
      );
      expect(timeouts).toContain('Sandbox.Timedout');
      expect(timeouts).not.toContain('States.Timeout');
      expect(driver.holds(driver.standby)).toBe(true);
      expect(driver.notices('FAILED')).toEqual([]);
    },
  );
});

describe('A17 the checks of a stack are spread over their interval', () => {
  test('A17 checks of 40 clusters: not more than eight in the same minute', async () => {
    const clusters = Array.from({ length: 40 }, (_, index) => pair(`mail-${index}`, index, [`10.0.2.${index + 10}`]));
    const driver = await given({ clusters, notifications: { emails: 'none' } }, { schedules: true });
    await driver.cloud.advance(HOUR / 4);
    const starts = driver.eventsOf('execution-started').filter(({ input }) => Object(input).mode === 'check');
    const each = new Map<number, number>();
    for (const { at } of starts) each.set(Math.floor(at / MINUTE), (each.get(Math.floor(at / MINUTE)) ?? 0) + 1);
    expect(Math.max(...each.values())).toBeLessThanOrEqual(8);
    expect(starts.length).toBeGreaterThanOrEqual(2 * 40);
  });
});

/** The codes of all findings that were recorded. */
function findings(driver: ClusterDriver): readonly string[] {
  return driver
    .eventsOf('log')
    .filter(({ line }) => line.includes('"message":"outcome"'))
    .flatMap(({ line }) => JSON.parse(line).findings ?? [])
    .map(({ code }: { readonly code: string }) => code);
}
