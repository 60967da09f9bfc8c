import { cluster } from '../../local/demo/scenarios/configs';
import { closeAll } from './driver';
import { errors, given, messages, outcomes } from './field';

afterEach(closeAll);

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `10.100.200.${100 + index}`);

/** As EC2 words it: with every address. */
const refusal = (all: readonly string[]) =>
  ({
    action: 'AssignPrivateIpAddresses',
    kind: 'error',
    code: 'InvalidParameterValue',
    message: `Some of [${all.join(', ')}] are assigned, but move is not allowed.`,
  }) as const;

describe('eight nodes and 63 addresses, all that a configuration may have', () => {
  const all = addresses(63);

  test('that no node takes are told to be on nobody, with every node and its last refusal', async () => {
    const driver = await given(cluster(8, all));
    driver.cloud.faults.add(refusal(all));
    driver.stop(driver.active);
    await driver.settled();
    expect(new Set(errors(driver))).toEqual(new Set(['TargetRefused']));
    expect(new Set(outcomes(driver))).toEqual(new Set(['FAILED']));
    const [notice] = driver.notices();
    const refused = notice?.message.match(/^Tried before: .*$/gm) ?? [];
    expect(refused).toHaveLength(7);
    for (const line of refused) expect(line).toContain('but move is not allowed.');
  });

  test('that the last node takes after a hundred refusals are told to be there', async () => {
    const driver = await given(cluster(8, all));
    const last = driver.nodes[7]?.networkInterfaceId;
    driver.cloud.faults.add({ ...refusal(all), when: ({ parameters }) => parameters.NetworkInterfaceId !== last });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.addresses.map((address) => driver.holderOf(address))).toEqual(all.map(() => last));
    expect(outcomes(driver)).toContain('FAILED_OVER');
  });
});

describe('a registry as long as it may be, and a drill whose reason is long', () => {
  const clusters = Array.from({ length: 40 }, (_, number) => ({
    name: `cluster-${number}`,
    subnetId: `subnet-0a1b2c3d4e5f6${1000 + number}`,
    virtualIps: Array.from({ length: 63 }, (_, index) => `10.${number}.200.${100 + index}`),
    nodes: [1, 2, 3].map((node) => ({
      instanceId: `i-0a1b2c3d4e5f${100 + number}0${node}`,
      networkInterfaceId: `eni-0a1b2c3d4e5f${100 + number}0${node}`,
      name: `${'production-'.repeat(5)}${number}-${node}`,
      alarms: [1, 2, 3, 4, 5].map((alarm) => `${number}/${node}/${alarm}/${'application-health-'.repeat(4)}`),
    })),
  }));
  test.each([
    [16_000, []],
    [32_000, ['InvalidInput']],
    [60_000, ['InvalidInput']],
  ])('of %d characters of four bytes', async (length, failed) => {
    const driver = await given({ clusters, notifications: { emails: ['operations@example.com'] } });
    expect(JSON.stringify(driver.cloud.clusters).length).toBeGreaterThan(140_000);
    const [mode, target, requestedBy] = ['drill', driver.standby.instanceId, 'me'];
    driver.cloud.startExecution({ cluster: 'cluster-0', mode, target, requestedBy, reason: '💥'.repeat(length) });
    await driver.settled();
    expect(errors(driver)).toEqual(failed);
    expect(messages(driver)).toHaveLength(1);
  });
});
