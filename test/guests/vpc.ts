import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import type { Cloud } from '../../local/emulator/cloud';
import { addressToNumber, numberToAddress, parseBlock } from '../../local/emulator/ec2/model/cidr';
import { which } from './programs';

/** A guest: a network namespace. */
export interface Guest {
  readonly name: string;
  readonly address: string;
  /** A process that does nothing but live in it. */
  readonly pid: number;
  /** What its programs find in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The network of a VPC, as far as guests see it. Each is a network namespace on a cable of its own; between them is a router, which
 * answers every ARP request itself and delivers a virtual IP to the interface that has it in the local cloud, whatever the guests
 * announce. So only EC2 moves an address, as in a VPC. Lives in the network namespace of this process: `test/guests/main.ts` makes one.
 */
export class Vpc {
  readonly guests = new Map<string, Guest>();
  private readonly relays = new Map<string, Server>();
  private readonly children: ChildProcess[] = [];
  private readonly router: string;
  private readonly cidr: string;

  constructor(private readonly cloud: Cloud) {
    const [subnet] = cloud.world.subnets.values();
    if (subnet === undefined) throw new Error('The local cloud has no subnet.');
    this.cidr = subnet.cidr;
    this.router = numberToAddress(parseBlock(subnet.cidr).first + 1);
    ip('addr', 'add', `${this.router}/32`, 'dev', 'lo');
    sysctl('ipv4/ip_forward', '1');
    cloud.timeline.listen((event) => {
      if (event.type === 'holder-changed') this.deliver(event.address, event.to);
    });
  }

  /** The guest of an instance: its interface has the address and the MAC address that EC2 gave it. */
  async addNode(
    name: string,
    node: { readonly instanceId: string; readonly networkInterfaceId: string },
  ): Promise<Guest> {
    const { macAddress, primaryAddress, secondaryAddresses } = this.cloud.world.networkInterface(
      node.networkInterfaceId,
    );
    const guest = this.add(name, primaryAddress, macAddress, {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: await this.relay(await this.cloud.metadata.endpoint(node.instanceId)),
      AWS_ENDPOINT_URL: await this.relay(this.cloud.endpoint),
    });
    for (const address of secondaryAddresses) this.deliver(address, node.networkInterfaceId);
    return guest;
  }

  /** A guest that is no instance. */
  addClient(name: string): Guest {
    const last = numberToAddress((addressToNumber(this.router) ?? 0) + 240);
    return this.add(name, last, '02:00:00:00:00:f0', {});
  }

  /** Starts a program in the guest. */
  start(
    guest: Pick<Guest, 'name' | 'env'>,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProcess {
    const child = spawn(which('ip') ?? 'ip', ['netns', 'exec', guest.name, ...command], {
      env: { PATH: process.env.PATH ?? '', ...guest.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.push(child);
    return child;
  }

  /** Runs a program in the guest to its end. @returns what it printed; empty where it failed. */
  run(guest: Guest, command: readonly string[]): Promise<string> {
    const child = this.start(guest, command);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    return new Promise((resolve) => child.once('close', (code) => resolve(code === 0 ? output : '')));
  }

  /** Which of these addresses are configured in the guest now. Read from the kernel: a program would take too long to sample with. */
  configured(guest: Guest, addresses: readonly string[]): readonly string[] {
    const table = readFileSync(`/proc/${guest.pid}/net/fib_trie`, 'utf8');
    return addresses.filter((address) =>
      new RegExp(`-- ${address.replaceAll('.', '[.]')}\\n\\s+/32 host LOCAL`).test(table),
    );
  }

  addAddress(guest: Guest, address: string): void {
    ip('-n', guest.name, 'addr', 'add', `${address}/32`, 'dev', 'eth0');
  }

  removeAddress(guest: Guest, address: string): void {
    ip('-n', guest.name, 'addr', 'del', `${address}/32`, 'dev', 'eth0');
  }

  close(): void {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    for (const server of this.relays.values()) server.close();
    for (const name of this.guests.keys()) {
      // A namespace lives on until its last process is gone; its cable must not.
      ip('link', 'del', `r-${name}`);
      ip('netns', 'del', name);
    }
    ip('addr', 'del', `${this.router}/32`, 'dev', 'lo');
  }

  private add(name: string, address: string, mac: string, env: Guest['env']): Guest {
    const cable = `r-${name}`;
    ip('netns', 'add', name);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', cable, 'up');
    sysctl(`ipv4/conf/${cable}/proxy_arp`, '1');
    sysctl(`ipv4/neigh/${cable}/proxy_delay`, '0');
    ip('route', 'add', `${address}/32`, 'dev', cable);
    const inside = ['-n', name];
    ip(...inside, 'link', 'set', 'lo', 'up');
    ip(...inside, 'link', 'set', 'eth0', 'address', mac, 'up');
    ip(...inside, 'addr', 'add', `${address}/${this.cidr.split('/')[1]}`, 'dev', 'eth0');
    ip(...inside, 'route', 'add', 'default', 'via', this.router);
    const { pid } = this.start({ name, env }, ['sleep', 'infinity']);
    if (pid === undefined) throw new Error(`No process can be started in ${name}.`);
    const guest = { name, address, pid, env };
    this.guests.set(name, guest);
    return guest;
  }

  /** Packets for the address go to its holder's interface; what the guest makes of them is its own affair. */
  private deliver(address: string, networkInterfaceId: string | null): void {
    const primary = networkInterfaceId && this.cloud.world.networkInterface(networkInterfaceId).primaryAddress;
    const guest = [...this.guests.values()].find((each) => each.address === primary);
    if (guest === undefined) ip('route', 'replace', 'unreachable', `${address}/32`);
    else ip('route', 'replace', `${address}/32`, 'via', guest.address, 'dev', `r-${guest.name}`, 'onlink');
  }

  /** The local cloud listens on the loopback interface only; guests reach it at the router. */
  private async relay(endpoint: string): Promise<string> {
    const { port } = new URL(endpoint);
    const url = `http://${this.router}:${port}`;
    if (this.relays.has(url)) return url;
    const server = createServer((guest) => {
      const inside = connect(Number(port), '127.0.0.1');
      guest.pipe(inside).pipe(guest);
      guest.on('error', () => inside.destroy()).on('close', () => inside.destroy());
      inside.on('error', () => guest.destroy()).on('close', () => guest.destroy());
    });
    this.relays.set(url, server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(Number(port), this.router, resolve);
    });
    return url;
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

function sysctl(name: string, value: string): void {
  execFileSync('sh', ['-c', 'printf %s "$1" >"/proc/sys/net/$2"', 'sh', value, name]);
}
