import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { startCloud } from '../../local/cloud';
import { nodeOptions } from '../../local/scenarios/configs';
import { Stage } from '../../local/stage';
import { synthesize } from '../../local/synth';

jest.setTimeout(120_000);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
}
type Policy = { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };
type Resources = Record<
  string,
  { readonly Type: string; readonly Properties: { readonly Policies?: readonly Policy[] } }
>;

/** One allowed action of one role's inline policies. */
interface Grant {
  readonly role: string;
  readonly policy: number;
  readonly statement: number;
  readonly action: string;
}

const actionsOf = ({ Action }: Statement) => (typeof Action === 'string' ? [Action] : Action);

function grantsIn(resources: Resources): readonly Grant[] {
  return Object.entries(resources).flatMap(([role, { Type, Properties }]) =>
    Type !== 'AWS::IAM::Role'
      ? []
      : (Properties.Policies ?? []).flatMap(({ PolicyDocument }, policy) =>
          PolicyDocument.Statement.flatMap((each, statement) =>
            each.Effect === 'Allow' ? actionsOf(each).map((action) => ({ role, policy, statement, action })) : [],
          ),
        ),
  );
}

/** The template without one grant, in a directory of its own that names the same assets. */
function without(templateFile: string, { role, policy, statement, action }: Grant): string {
  const template = JSON.parse(readFileSync(templateFile, 'utf8'));
  const statements = template.Resources[role].Properties.Policies[policy].PolicyDocument.Statement;
  const rest = actionsOf(statements[statement]).filter((each) => each !== action);
  statements[statement] =
    rest.length > 0 ? { ...statements[statement], Action: rest } : { ...statements[statement], Action: 'none:None' };
  const directory = mkdtempSync(join(tmpdir(), 'without-'));
  const assets = JSON.parse(readFileSync(templateFile.replace('.template.json', '.assets.json'), 'utf8'));
  for (const { source } of Object.values<{ source: { path: string } }>(assets.files))
    source.path = relative(directory, join(dirname(templateFile), source.path));
  writeFileSync(join(directory, 'VipFailover.assets.json'), JSON.stringify(assets));
  const file = join(directory, 'VipFailover.template.json');
  writeFileSync(file, JSON.stringify(template));
  return file;
}

const templateFile = synthesize({
  clusters: [
    {
      name: 'mail',
      subnetId: 'subnet-0a1b2c3d4e5f60001',
      virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: 'eipalloc-0a1b2c3d4e5f60001' }],
      nodes: [1, 2].map((number) => ({
        instanceId: `i-0a1b2c3d4e5f6000${number}`,
        networkInterfaceId: `eni-0a1b2c3d4e5f6000${number}`,
        alarms: ['smtp-down'].map((name) => `${name}-${number}`),
      })),
    },
  ],
});
const grants = grantsIn(JSON.parse(readFileSync(templateFile, 'utf8')).Resources);
const label = ({ role, action }: Grant) => `${role.replace(/^Failover|[0-9A-F]{8}$/g, '')} ${action}`;

/**
 * A scheduled check, a rehearsal by hand, a failover by event, and one back in which answers get lost, so that the steps
 * must look. Where the grant is one that only a failure notice needs, the last healthy node dies as well.
 */
async function runWithout(grant: Grant): Promise<Stage> {
  const cloud = await startCloud({
    templateFile: without(templateFile, grant),
    clock: 'virtual',
    reuseInstances: true,
    world: nodeOptions(1, { instanceType: 't3.nano' }),
  });
  const stage = new Stage(cloud);
  // AssignIp looks only where EC2 refused the addresses: there is no room left for them.
  if (/AssignIp/.test(grant.role) && grant.action === 'ec2:DescribeNetworkInterfaces')
    cloud.world.addresses.assign(stage.standby.networkInterfaceId, ['10.0.0.100'], false);
  for (const name of cloud.events.scheduleNames) cloud.events.fire(name);
  await stage.settled();
  stage.rehearsal();
  await stage.settled();
  stage.stop(stage.active);
  await stage.settled();
  stage.start(stage.active);
  await stage.settled();
  for (const action of ['UnassignPrivateIpAddresses', 'AssignPrivateIpAddresses'])
    cloud.faults.add({ action, kind: 'lost-response', nth: 1 });
  stage.stop(stage.standby);
  await stage.settled();
  if (/Notify/.test(grant.role) && grant.action.startsWith('ec2:')) {
    stage.stop(stage.active);
    await stage.settled();
  }
  await cloud.close();
  return stage;
}

/** What such a run cannot notice: nothing but logs and traces depends on these. */
const NOT_ON_THE_PATH = /^(logs|xray):|^sqs:SendMessage$/;

it.each(grants.filter(({ action }) => !NOT_ON_THE_PATH.test(action)).map((grant) => [label(grant), grant] as const))(
  'without %s, somebody is told',
  async (_, grant) => {
    const stage = await runWithout(grant);
    const denied = stage.eventsOf('access-denied').map(({ role, action }) => `${role} ${action}`);
    expect(denied).toContainEqual(expect.stringContaining(grant.role));
    const told =
      stage.notices('FAILED').length +
      stage.failures.length +
      stage.eventsOf('delivery-failed').length +
      stage.notices().filter(({ message }) => message.includes('Problem') || message.includes('not authorized')).length;
    expect(told).toBeGreaterThan(0);
  },
);

it('what a run cannot notice is a short list: logs, traces, and dead letters of schedules', () => {
  const unnoticed = new Set(grants.map(({ action }) => action).filter((action) => NOT_ON_THE_PATH.test(action)));
  expect([...unnoticed].filter((action) => !/^(logs|xray):/.test(action))).toEqual(['sqs:SendMessage']);
  expect(grants.length - grants.filter(({ action }) => NOT_ON_THE_PATH.test(action)).length).toBeGreaterThan(20);
});
