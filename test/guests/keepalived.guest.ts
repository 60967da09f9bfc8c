import type { ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { givenClaims } from './claims';
import { configuration, GUEST } from './programs';
import { type Guest, Vpc } from './vpc';

const RUNS = 5;
const PORT = '8025';

/** keepalived throws away what a script says. */
const WITNESS = '#!/bin/sh\nreal-vip-claim "$@" 2>>"$CLAIMS"\necho "exit code $?" >>"$CLAIMS"\n';

let driver: ClusterDriver;
let vpc: Vpc;
let client: Guest;
interface Node {
  readonly guest: Guest;
  readonly networkInterfaceId: string;
  /** Its keepalived's files, and what vip-claim said. */
  readonly folder: string;
  readonly command: readonly string[];
  keepalived: ChildProcess | undefined;
  log: string;
}
const nodes: Node[] = [];

beforeAll(async () => {
  copyFileSync(join(GUEST, 'vip-claim'), '/usr/local/sbin/real-vip-claim');
  writeFileSync('/usr/local/sbin/vip-claim', WITNESS, { mode: 0o755 });
  driver = await givenClaims();
  vpc = new Vpc(driver.cloud);
  const guests: Guest[] = [];
  for (const [index, node] of driver.nodes.entries()) guests.push(await vpc.addNode(`node${index + 1}`, node));
  client = vpc.addClient('client');
  driver.nodes.forEach(({ networkInterfaceId }, index) => {
    const [guest, other] = [guests[index], guests[1 - index]];
    if (guest === undefined || other === undefined) throw new Error('There are not two nodes.');
    const folder = mkdtempSync(join(tmpdir(), 'keepalived-'));
    const command = keepalivedCommand(folder, guest, other);
    vpc.start(guest, [process.execPath, join(__dirname, 'service.mjs'), guest.name, PORT]);
    nodes.push({ guest, networkInterfaceId, folder, command, keepalived: undefined, log: '' });
  });
});

afterAll(async () => {
  vpc?.close();
  await driver?.cloud.close();
});

function start(node: Node): void {
  node.keepalived = vpc.start(node.guest, node.command, {
    CONFIGURATION_DIRECTORY: configuration('mail 10.0.0.5\n'),
    CLAIMS: join(node.folder, 'claims'),
  });
  for (const stream of [node.keepalived.stdout, node.keepalived.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      node.log += text;
    });
}

/** keepalived with the example, and this node's addresses in it. */
function keepalivedCommand(folder: string, guest: Guest, other: Guest): readonly string[] {
  const example = readFileSync(join(GUEST, 'examples/keepalived/keepalived.conf'), 'utf8');
  const config = example
    .replace(/(?<=unicast_src_ip )\S+/, guest.address)
    // The router of this network takes one off the TTL, which a VPC does not do within a subnet.
    .replace(/(?<=unicast_peer \{\s+)\S+/, `${other.address} min_ttl 254 max_ttl 255`);
  const file = (name: string) => join(folder, name);
  writeFileSync(file('keepalived.conf'), config);
  const pids = ['-p', file('keepalived.pid'), '-r', file('vrrp.pid')];
  return ['keepalived', '--dont-fork', '--log-console', '--vrrp', '-f', file('keepalived.conf'), ...pids];
}

/** Who answers at the virtual IP, as the client sees it; empty: nobody. */
const answering = () =>
  vpc.run(client, ['curl', '-s', '--noproxy', '*', '--max-time', '1', `http://10.0.0.5:${PORT}/`]);

async function until(what: string, condition: () => Promise<boolean> | boolean, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await condition())) {
    const logs = () => nodes.map((node) => `--- ${node.guest.name}\n${node.log}${claimsOf(node)}`).join('\n');
    if (Date.now() > deadline) throw new Error(`Not in ${seconds} s: ${what}\n${logs()}`);
    await sleep(50);
  }
}

const holds = (node: Node) => driver.holderOf('10.0.0.5') === node.networkInterfaceId;
const isMaster = (node: Node) => vpc.configured(node.guest, ['10.0.0.5']).length > 0;
const claimedBy = (node: Node) => claimsOf(node).split('exit code 0').length - 1;

function claimsOf({ folder }: Node): string {
  const file = join(folder, 'claims');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Without a farewell, so that the address stays in the guest. The parent would start the dead child anew, and tell it of its own end. */
function kill({ folder, keepalived }: Node): void {
  const child = Number(readFileSync(join(folder, 'vrrp.pid'), 'utf8'));
  keepalived?.kill('SIGSTOP');
  process.kill(child, 'SIGKILL');
  keepalived?.kill('SIGKILL');
}

/** One crash of keepalived on the active node. Times in seconds since then. */
async function crash(active: Node, standby: Node) {
  const claims = claimedBy(standby);
  const before = driver.cloud.timeline.events.length;
  const began = Date.now();
  kill(active);
  await until('the service answers on the standby', async () => (await answering()) === standby.guest.name);
  const answers = Date.now() - began;
  await until('vip-claim returns', () => claimedBy(standby) > claims);
  const returned = Date.now() - began;
  await driver.settled();
  const events = driver.cloud.timeline.events.slice(before);
  const at = (wanted: (event: (typeof events)[number]) => boolean) => (events.find(wanted)?.at ?? Number.NaN) - began;
  const claimed = at((event) => event.type === 'event' && event.source === 'vip-failover');
  const moved = at((event) => event.type === 'holder-changed' && event.to === standby.networkInterfaceId);
  return { to: standby.guest.name, claimed, moved, answers, returned };
}

test('five times keepalived dies on the active node: the standby claims, and the service answers there', async () => {
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new Error('There are not two nodes.');
  start(first);
  await until(
    'the first node is MASTER and answers',
    async () => isMaster(first) && (await answering()) === first.guest.name,
  );
  start(second);
  // Every function is loaded before the clock runs: a cluster that is checked every five minutes has warm ones, too.
  driver.rehearsal();
  await driver.settled();
  const rows: Awaited<ReturnType<typeof crash>>[] = [];
  let [active, standby] = [first, second];
  for (let run = 0; run < RUNS; run++) {
    // Long enough to hear the master's advertisements.
    await sleep(3_000);
    rows.push(await crash(active, standby));
    expect(holds(standby)).toBe(true);
    start(active);
    await until('the node that came back has let go', () => !isMaster(active));
    [active, standby] = [standby, active];
  }
  const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(2).padStart(9);
  const line = ({ to, claimed, moved, answers, returned }: (typeof rows)[number]) =>
    `${to.padEnd(6)}${[claimed, moved, answers, returned, moved - claimed].map(seconds).join('')}`;
  const head = ['claimed', 'moved', 'answers', 'returned', 'claim→EC2'].map((name) => name.padStart(9)).join('');
  process.stdout.write(
    `seconds after the crash of keepalived:\n${'to'.padEnd(6)}${head}\n${rows.map(line).join('\n')}\n`,
  );
  expect(driver.notices('CLAIMED').length).toBeGreaterThanOrEqual(RUNS);
  expect(driver.failures).toEqual([]);
});
