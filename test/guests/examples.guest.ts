import { chmodSync, copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { givenClaims } from './claims';
import { configuration, type Ended, GUEST, run } from './programs';

const EXAMPLES = join(GUEST, 'examples');

let driver: ClusterDriver;
let env: Record<string, string>;

beforeAll(async () => {
  // The examples name this place; test/guests/main.ts puts an empty folder there, for these tests alone.
  copyFileSync(join(GUEST, 'vip-claim'), '/usr/local/sbin/vip-claim');
  chmodSync('/usr/local/sbin/vip-claim', 0o755);
  driver = await givenClaims();
});

beforeEach(async () => {
  // The node without the address claims.
  const claimant = driver.holds(driver.active) ? driver.standby : driver.active;
  env = {
    PATH: process.env.PATH ?? '',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: await driver.cloud.metadata.endpoint(claimant.instanceId),
    AWS_ENDPOINT_URL: driver.cloud.endpoint,
    CONFIGURATION_DIRECTORY: configuration('mail 10.0.0.5\n'),
    CLAIMANT: claimant.networkInterfaceId,
  };
});

afterAll(async () => {
  await driver.settled();
  await driver.cloud.close();
});

const play = (file: string, args: readonly string[] = [], more: Record<string, string> = {}): Promise<Ended> =>
  run([join(EXAMPLES, file), ...args], { ...env, ...more });

/** What was claimed, each once: a claim whose answer is late, on a busy machine, is put again. */
const reasons = () => [
  ...new Set(
    driver
      .eventsOf('event')
      .filter(({ source }) => source === 'vip-failover')
      .map(({ detail }) => String(Object(detail).reason)),
  ),
];

test('Pacemaker: a start brings the address, a monitor tells, a stop gives nothing back', async () => {
  const agent = (action: string) =>
    play('pacemaker/claim', [action], {
      OCF_RESKEY_cluster: 'mail',
      OCF_RESOURCE_INSTANCE: 'mail-claim',
      HA_RSCTMP: env.CONFIGURATION_DIRECTORY ?? '',
    });
  expect((await agent('validate-all')).code).toBe(0);
  expect((await agent('monitor')).code).toBe(7);
  expect(await agent('start')).toMatchObject({ code: 0, errors: expect.stringContaining('mail is here') });
  expect(driver.holderOf('10.0.0.5')).toBe(env.CLAIMANT);
  expect((await agent('monitor')).code).toBe(0);
  expect((await agent('stop')).code).toBe(0);
  expect((await agent('monitor')).code).toBe(7);
  expect((await agent('promote')).code).toBe(3);
  expect(driver.holderOf('10.0.0.5')).toBe(env.CLAIMANT);
  expect(reasons()).toEqual(['Pacemaker: mail-claim starts']);
});

test('Pacemaker: without a cluster it is not configured; its description is XML', async () => {
  expect((await play('pacemaker/claim', ['start'])).code).toBe(6);
  const file = join(mkdtempSync(join(tmpdir(), 'ocf-')), 'metadata');
  const { code } = await run(
    ['sh', '-c', `"$0" meta-data >${file} && grep -q 'name="claim"' ${file}`, join(EXAMPLES, 'pacemaker/claim')],
    env,
  );
  expect(code).toBe(0);
});

test('CLUSTERPRO: the start script brings the address', async () => {
  const { code } = await play('clusterpro/start.sh', [], { CLP_GROUPNAME: 'failover1', CLP_EVENT: 'FAILOVER' });
  expect(code).toBe(0);
  expect(driver.holderOf('10.0.0.5')).toBe(env.CLAIMANT);
  expect(reasons().at(-1)).toBe('CLUSTERPRO: failover1 FAILOVER');
});

test('Patroni: the new primary claims, a replica does not', async () => {
  const script = join(mkdtempSync(join(tmpdir(), 'patroni-')), 'on-role-change');
  const example = readFileSync(join(EXAMPLES, 'patroni/on-role-change'), 'utf8');
  writeFileSync(script, example.replace('vip-claim db', 'vip-claim mail'), { mode: 0o755 });
  const changedTo = (role: string) => run([script, 'on_role_change', role, 'pg'], env);
  expect((await changedTo('replica')).code).toBe(0);
  expect(reasons().filter((reason) => reason.startsWith('Patroni'))).toEqual([]);
  expect((await changedTo('primary')).code).toBe(0);
  expect(driver.holderOf('10.0.0.5')).toBe(env.CLAIMANT);
  expect(reasons().at(-1)).toBe('Patroni: on_role_change, pg is primary here');
});
