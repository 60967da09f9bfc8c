import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../../local/emulator/cloud';
import { closeAll, startStack } from '../local/emulator/harness';
import { MAIL, NODE_1, NODE_2 } from '../local/emulator/services-harness';
import { configuration, GUEST, type Shell, shells } from './programs';
import { type Guest, Vpc } from './vpc';

const ADDRESSES = ['10.0.0.5', '10.0.0.6'] as const;
const [FIRST, SECOND] = ADDRESSES;
const CLUSTER = { ...MAIL, virtualIps: ADDRESSES.map((address) => ({ address })) };
const SHELLS = shells();

interface Node {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly guest: Guest;
  /** Its /etc/vip-failover. */
  readonly etc: string;
  /** Its /run/vip-follow. */
  readonly run: string;
  follower: ChildProcess | undefined;
  log: string;
}

let cloud: Cloud;
let vpc: Vpc;
let nodes: readonly [Node, Node];
let stopSampling: (() => Promise<{ shared: readonly string[]; lost: readonly string[]; samples: number }>) | undefined;

async function given(): Promise<void> {
  const states = { Begin: { Type: 'Pass', Assign: { clusters: [CLUSTER] }, End: true } };
  cloud = await startStack({ startAt: 'Begin', states }, { clock: 'real' });
  vpc = new Vpc(cloud);
  nodes = [await nodeOf(NODE_1, 'node1'), await nodeOf(NODE_2, 'node2')];
}

async function nodeOf(node: typeof NODE_1, name: string): Promise<Node> {
  const folder = mkdtempSync(join(tmpdir(), 'follow-'));
  const etc = configuration(`mail ${ADDRESSES.join(' ')} # both\n`);
  for (const hook of ['on-gain', 'on-lose'])
    writeFileSync(join(etc, hook), `#!/bin/sh\necho "${hook} $*" >>${etc}/hooks\n`, { mode: 0o755 });
  return { ...node, guest: await vpc.addNode(name, node), etc, run: join(folder, 'run'), follower: undefined, log: '' };
}

afterEach(async () => {
  await stopSampling?.();
  vpc.close();
  await closeAll();
});

function start(node: Node, shell: Shell | undefined = SHELLS[0]): void {
  if (shell === undefined) throw new Error('There is no shell.');
  node.follower = vpc.start(node.guest, [...shell.command, join(GUEST, 'vip-follow')], {
    PATH: shell.path,
    CONFIGURATION_DIRECTORY: node.etc,
    RUNTIME_DIRECTORY: node.run,
  });
  node.follower.stderr?.setEncoding('utf8').on('data', (text: string) => {
    node.log += text;
  });
}

/** What is configured goes with the power, and so does /run. */
function reboot(node: Node): void {
  node.follower?.kill('SIGKILL');
  for (const address of configured(node)) vpc.removeAddress(node.guest, address);
  rmSync(node.run, { recursive: true, force: true });
  start(node);
}

const move = (address: string, { networkInterfaceId }: Node) =>
  cloud.world.addresses.assign(networkInterfaceId, [address], true);
const configured = ({ guest }: Node) => vpc.configured(guest, ADDRESSES);
const hooks = ({ etc }: Node) =>
  existsSync(join(etc, 'hooks')) ? readFileSync(join(etc, 'hooks'), 'utf8').split('\n').slice(0, -1) : [];

async function until(what: string, condition: () => boolean, seconds = 30): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!condition()) {
    if (Date.now() > deadline)
      throw new Error(`Not in ${seconds} s: ${what}\n${nodes.map(({ log }) => log).join('---\n')}`);
    await sleep(50);
  }
}

const has = (node: Node, ...addresses: string[]) => configured(node).join() === addresses.join();

describe.each(SHELLS)('under $name', (shell) => {
  test('an address comes to the guest that EC2 gives it to, and leaves the one that it is taken from', async () => {
    await given();
    const [first, second] = nodes;
    for (const node of nodes) start(node, shell);
    await until('the first node has both', () => has(first, FIRST, SECOND));
    move(SECOND, second);
    await until('each node has one', () => has(first, FIRST) && has(second, SECOND));
    await until('the hooks ran', () => hooks(first).length === 3 && hooks(second).length === 1);
    expect(hooks(first)).toEqual([
      `on-gain ${FIRST} eth0 mail`,
      `on-gain ${SECOND} eth0 mail`,
      `on-lose ${SECOND} eth0 mail`,
    ]);
    expect(hooks(second)).toEqual([`on-gain ${SECOND} eth0 mail`]);
    // The standby reaches the active node, not itself.
    expect(await vpc.run(second.guest, ['ip', 'route', 'get', FIRST])).not.toContain('local');
  });
});

test('an address that somebody else added is never touched', async () => {
  await given();
  const [first, second] = nodes;
  vpc.addAddress(first.guest, FIRST);
  start(first);
  await until('it has the other one', () => first.log.includes(`gained ${SECOND}`));
  expect(first.log).toContain(`${FIRST} is on eth0 already, and not by me: left alone`);
  move(FIRST, second);
  move(SECOND, second);
  await until('it has lost its own', () => first.log.includes(`lost ${SECOND}`));
  await sleep(2_000);
  expect(configured(first)).toEqual([FIRST]);
  expect(hooks(first)).toEqual([`on-gain ${SECOND} eth0 mail`, `on-lose ${SECOND} eth0 mail`]);
});

test('after a restart of the service it knows what it added; without a configuration it keeps that', async () => {
  await given();
  const [first, second] = nodes;
  start(first);
  await until('it has both', () => has(first, FIRST, SECOND));
  first.follower?.kill('SIGKILL');
  rmSync(join(first.etc, 'clusters'));
  move(FIRST, second);
  start(first);
  await until('it says what is missing', () => first.log.includes('no address is in'));
  expect(configured(first)).toEqual([FIRST, SECOND]);
  writeFileSync(join(first.etc, 'clusters'), `mail ${ADDRESSES.join(' ')}\r\n`);
  await until('it lets go of what moved meanwhile', () => has(first, SECOND));
});

test('a hook that hangs or fails holds no address up', async () => {
  await given();
  const [first, second] = nodes;
  writeFileSync(join(first.etc, 'on-gain'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  writeFileSync(join(second.etc, 'on-gain'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
  for (const node of nodes) start(node);
  await until('the first node has both', () => has(first, FIRST, SECOND));
  move(FIRST, second);
  await until('each node has one', () => has(first, SECOND) && has(second, FIRST));
  await until('the failure is told', () => second.log.includes(`on-gain ${FIRST} eth0 mail failed with 7`));
});

/** Samples both guests until `stopSampling`, which tells every moment at which an address was on two nodes, or, not on its way, on none. */
function sample(onTheWay: ReadonlySet<string>): void {
  const shared: string[] = [];
  const lost: string[] = [];
  let [samples, stopped] = [0, false];
  const done = (async () => {
    while (!stopped) {
      const [first, second] = nodes.map(configured);
      for (const address of ADDRESSES) {
        const count = [first, second].filter((each) => each?.includes(address)).length;
        if (count > 1) shared.push(`${address} in sample ${samples}`);
        if (count < 1 && !onTheWay.has(address)) lost.push(`${address} in sample ${samples}`);
      }
      samples++;
      await sleep(50);
    }
  })();
  stopSampling = async () => {
    stopSampling = undefined;
    stopped = true;
    await done;
    return { shared, lost, samples };
  };
}

test('two minutes: 20 moves of two addresses, a reboot, metadata silent for a minute; no address is ever on both nodes', async () => {
  await given();
  const [first, second] = nodes;
  for (const node of nodes) start(node);
  await until('the first node has both', () => has(first, FIRST, SECOND));
  const began = Date.now();
  const onTheWay = new Set<string>();
  sample(onTheWay);
  const arrivals: number[] = [];
  const moveAndWait = async (address: string, to: Node) => {
    const moved = Date.now();
    onTheWay.add(address);
    move(address, to);
    await until(`${address} is on ${to.guest.name}`, () => configured(to).includes(address));
    onTheWay.delete(address);
    arrivals.push(Date.now() - moved);
  };
  for (let round = 0; round < 9; round++) {
    const [to] = round % 2 === 0 ? [second] : [first];
    // Sometimes one after the other, sometimes both at once.
    if (round % 3 === 2) await Promise.all(ADDRESSES.map((address) => moveAndWait(address, to)));
    else for (const address of ADDRESSES) await moveAndWait(address, to);
  }
  expect(has(second, FIRST, SECOND)).toBe(true);
  for (const address of ADDRESSES) onTheWay.add(address);
  reboot(second);
  await until('after the reboot it has both again', () => has(second, FIRST, SECOND));
  onTheWay.clear();
  for (const { instanceId } of nodes) cloud.metadata.outage(instanceId, 60_000);
  const silent = Date.now();
  while (Date.now() - silent < 60_000) {
    expect([configured(first), configured(second)]).toEqual([[], [FIRST, SECOND]]);
    await sleep(500);
  }
  await Promise.all(ADDRESSES.map((address) => moveAndWait(address, first)));
  await sleep(Math.max(0, 120_000 - (Date.now() - began)));
  const { shared = [], lost = [], samples = 0 } = (await stopSampling?.()) ?? {};
  const [fastest, median, slowest] = [0, 0.5, 1].map(
    (part) => [...arrivals].sort((a, b) => a - b)[Math.round(part * (arrivals.length - 1))],
  );
  process.stdout.write(
    `vip-follow: ${arrivals.length} moves in ${Date.now() - began} ms, ${samples} samples, ${shared.length} with an address on both nodes; EC2 → guest ${fastest} to ${slowest} ms, median ${median} ms\n`,
  );
  expect(arrivals).toHaveLength(20);
  expect(shared).toEqual([]);
  expect(lost).toEqual([]);
  expect(second.log).toContain('is silent. Keeping what is here');
  expect(second.log).toContain('answers again');
});
