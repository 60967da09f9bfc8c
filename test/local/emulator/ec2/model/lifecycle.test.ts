import { VirtualClock } from '../../../../../local/emulator/kernel/clock';
import { cloud, ELASTIC_IP, MAIL, NODE_1, NODE_2, SUBNET, VIP } from '../../services-harness';

const transitions = { stopping: 1_000, pending: 2_000, shuttingDown: 3_000, initializing: 60_000, fade: 3_600_000 };

function start(nodes = {}) {
  const clock = new VirtualClock();
  const { world, events } = cloud({ clock, build: { transitions, nodes } });
  const began = clock.now();
  const states: string[] = [];
  world.onStateChange(({ instanceId, from, to }) => {
    states.push(`${(clock.now() - began) / 1_000}s ${instanceId.slice(-1)}: ${from} → ${to}`);
  });
  const after = (seconds: number) => {
    const end = clock.now() + seconds * 1_000;
    clock.setTimeout(() => {}, seconds * 1_000);
    return clock.run(() => clock.now() >= end);
  };
  return { clock, world, states, after, events };
}

test('a stop and a start pass through their transitional states, and the listener hears of each', async () => {
  const { world, states, after, events } = start();
  expect(world.stopInstance(NODE_1.instanceId)).toBe('stopping');
  await after(5);
  expect(world.startInstance(NODE_1.instanceId)).toBe('pending');
  await after(5);
  expect(states).toEqual([
    '0s 1: running → stopping',
    '1s 1: stopping → stopped',
    '5s 1: stopped → pending',
    '7s 1: pending → running',
  ]);
  expect(events('instance-state')).toHaveLength(4);
});

test('a stopped instance keeps its interface and its addresses', async () => {
  const { world, after } = start();
  world.stopInstance(NODE_1.instanceId);
  await after(5);
  expect(world.holderOf(VIP)).toBe(NODE_1.networkInterfaceId);
});

test('a start sets the launch time anew, and its status checks are initializing before they are ok', async () => {
  const { clock, world, after } = start();
  world.stopInstance(NODE_1.instanceId);
  await after(5);
  world.startInstance(NODE_1.instanceId);
  expect(world.instance(NODE_1.instanceId).launchTime).toBe(clock.now());
  expect(world.instance(NODE_1.instanceId).checks.system).toBe('not-applicable');
  await after(3);
  expect(world.instance(NODE_1.instanceId).checks.system).toBe('initializing');
  await after(61);
  expect(world.instance(NODE_1.instanceId).checks.system).toBe('ok');
});

test('an application status check does not apply until the instance runs again, and then begins anew', async () => {
  const { world, after } = start();
  const status = () => world.instance(NODE_1.instanceId).application.status;
  const seen: string[] = [status()];
  world.setApplicationStatus(NODE_1.instanceId, 'impaired');
  world.stopInstance(NODE_1.instanceId);
  await after(5);
  seen.push(status());
  world.startInstance(NODE_1.instanceId);
  for (const seconds of [3, 61]) {
    await after(seconds);
    seen.push(status());
  }
  expect(seen).toEqual(['not-applicable', 'not-applicable', 'initializing', 'ok']);
  expect(world.instance(NODE_2.instanceId).application.status).toBe('not-applicable');
});

test('a check that is impaired while the others are initializing stays impaired', async () => {
  const { world, after } = start();
  world.stopInstance(NODE_1.instanceId);
  await after(5);
  world.startInstance(NODE_1.instanceId);
  await after(3);
  world.impair(NODE_1.instanceId, 'ebs');
  await after(61);
  expect(world.instance(NODE_1.instanceId).checks).toEqual({ system: 'ok', instance: 'ok', ebs: 'impaired' });
  world.recover(NODE_1.instanceId);
  expect(world.instance(NODE_1.instanceId).checks.ebs).toBe('ok');
});

test('a termination deletes the primary interface before anyone hears of it, and drops the Elastic IP', async () => {
  const { world, after, events } = start();
  const holders: (string | null)[] = [];
  world.onStateChange(({ to }) => to === 'terminated' && holders.push(world.holderOf(VIP)));
  world.terminateInstance(NODE_1.instanceId);
  expect(world.holderOf(VIP)).toBe(NODE_1.networkInterfaceId);
  await after(5);
  expect(holders).toEqual([null]);
  expect(() => world.networkInterface(NODE_1.networkInterfaceId)).toThrow('does not exist');
  expect(world.elasticIp(ELASTIC_IP).association).toBeNull();
  expect(events('holder-changed')).toMatchObject([{ address: VIP, from: NODE_1.networkInterfaceId, to: null }]);
  expect(events('elastic-ip-changed')).toMatchObject([{ from: NODE_1.networkInterfaceId, to: null }]);
});

test('an interface without DeleteOnTermination outlives its instance, available and with its addresses', async () => {
  const { world, after } = start({ [NODE_1.instanceId]: { deleteOnTermination: false } });
  world.terminateInstance(NODE_1.instanceId);
  await after(5);
  expect(world.networkInterface(NODE_1.networkInterfaceId)).toMatchObject({
    attachment: null,
    secondaryAddresses: [VIP],
  });
  expect(world.elasticIp(ELASTIC_IP).association?.networkInterfaceId).toBe(NODE_1.networkInterfaceId);
});

test('a terminated instance can be seen for an hour and then fades away', async () => {
  const { world, after } = start();
  world.terminateInstance(NODE_1.instanceId);
  await after(3_600);
  expect(world.view().instance(NODE_1.instanceId)?.state).toBe('terminated');
  await after(10);
  expect(world.view().instance(NODE_1.instanceId)).toBeUndefined();
  expect(() => world.startInstance(NODE_1.instanceId)).toThrow(`The instance ID '${NODE_1.instanceId}' does not exist`);
});

test.each([
  ['start', 'stopping'],
  ['start', 'shutting-down'],
  ['stop', 'pending'],
  ['stop', 'terminated'],
] as const)('EC2 refuses to %s an instance that is %s', async (verb, state) => {
  const { world, after } = start();
  const id = NODE_2.instanceId;
  if (state === 'stopping' || state === 'pending') world.stopInstance(id);
  if (state === 'pending') {
    await after(2);
    world.startInstance(id);
  }
  if (state === 'shutting-down' || state === 'terminated') world.terminateInstance(id);
  if (state === 'terminated') await after(4);
  expect(world.instance(id).state).toBe(state);
  const act = () => (verb === 'start' ? world.startInstance(id) : world.stopInstance(id));
  expect(act).toThrow(expect.objectContaining({ code: 'IncorrectInstanceState' }));
});

test('a termination overtakes a stop that is under way', async () => {
  const { world, states, after } = start();
  world.stopInstance(NODE_1.instanceId);
  world.terminateInstance(NODE_1.instanceId);
  await after(10);
  expect(states.map((line) => line.split('→ ')[1])).toEqual(['stopping', 'shutting-down', 'terminated']);
});

test('the interface at device index 0 cannot be detached, another one can, and keeps its addresses', () => {
  const { world } = start({ [NODE_1.instanceId]: { deviceIndex: 1 } });
  world.detachNetworkInterface(NODE_1.networkInterfaceId);
  expect(world.networkInterface(NODE_1.networkInterfaceId).attachment).toBeNull();
  expect(world.holderOf(VIP, SUBNET)).toBe(NODE_1.networkInterfaceId);
  expect(() => world.detachNetworkInterface(NODE_2.networkInterfaceId)).toThrow('device index 0');
});

test('stopping can take minutes; whoever listens hears of it at once', async () => {
  const { world, states, after } = start();
  world.setTransitions({ stopping: 600_000 });
  world.stopInstance(NODE_1.instanceId);
  await after(599);
  expect(world.instance(NODE_1.instanceId).state).toBe('stopping');
  await after(2);
  expect(states).toEqual(['0s 1: running → stopping', '600s 1: stopping → stopped']);
});

test('reads may be 15 s old', async () => {
  const clock = new VirtualClock();
  const { world } = cloud({ clock, build: { transitions, history: 15_000 } });
  const pass = async (seconds: number) => {
    clock.setTimeout(() => {}, seconds * 1_000);
    await clock.run(() => false);
  };
  await pass(60);
  world.stopInstance(NODE_1.instanceId);
  await pass(14);
  const seen = () => world.view(clock.now() - 15_000).instance(NODE_1.instanceId)?.state;
  expect(seen()).toBe('running');
  await pass(2);
  expect(seen()).toBe('stopped');
});

test('reads of the past see what was there then', async () => {
  const clock = new VirtualClock();
  const { world } = cloud({ clock, build: { history: 5_000 } });
  clock.setTimeout(() => {}, 10_000);
  await clock.run(() => false);
  world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
  const holders = (at: number) =>
    world
      .view(at)
      .networkInterfaces()
      .filter((each) => each.secondaryAddresses.includes(VIP))
      .map((each) => each.id);
  expect(holders(clock.now() - 1)).toEqual([NODE_1.networkInterfaceId]);
  expect(holders(clock.now())).toEqual([NODE_2.networkInterfaceId]);
});

test('two clusters with overlapping subnets are in different VPCs: each keeps its own address', () => {
  const other = {
    ...MAIL,
    name: 'db',
    subnetId: 'subnet-0a1b2c3d4e5f60002',
    virtualIps: [{ address: VIP }],
    nodes: [{ instanceId: 'i-0a1b2c3d4e5f60009', networkInterfaceId: 'eni-0a1b2c3d4e5f60009' }],
  };
  const { world } = cloud({ clusters: [MAIL, other] });
  expect(world.holderOf(VIP, SUBNET)).toBe(NODE_1.networkInterfaceId);
  expect(world.holderOf(VIP, other.subnetId)).toBe('eni-0a1b2c3d4e5f60009');
});
