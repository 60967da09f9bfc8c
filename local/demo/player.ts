import { resolve } from 'node:path';
import { type Cloud, type CloudOptions, startCloud } from '../emulator/cloud';
import { REALISTIC } from '../emulator/kernel/latency';
import { readParameters } from '../emulator/template/parameters';
import { loadTemplate } from '../emulator/template/template';
import type { Settings } from './arguments';
import { ClusterDriver } from './cluster-driver';
import { nodeRoles } from './node-roles';
import { livePage } from './page/site';
import { type Expectation, SCENARIOS, type Scenario } from './scenarios';
import { Screen } from './screen';
import { summarize } from './summary';
import { synthesize } from './synth';

/** The scenarios, a line each. */
export function list(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length)) + 2;
  return SCENARIOS.map(({ name, description }) => `${name.padEnd(width)}${description}\n`).join('');
}

/** Plays a scenario before the terminal. @returns whether the world ended as it should. */
export async function play(settings: Settings): Promise<boolean> {
  const { scenario, json, keep } = settings;
  const say = (text: string) => (json ? process.stderr : process.stdout).write(`${text}\n`);
  const more = settings.config === undefined ? {} : { config: resolve(settings.config) };
  const templateFile = settings.template ?? synthesize(scenario.config, say, more);
  const parameters = settings.parameters === undefined ? undefined : readParameters(settings.parameters);
  const given = parameters && { parameters };
  const roles = keep ? nodeRoles(loadTemplate(templateFile, given)) : null;
  const cloud = await startCloud({ ...cloudOptions(settings), templateFile, ...given, ...roles });
  const page = livePage(cloud, scenario.name);
  cloud.site = page.site;
  const interrupted = new Promise<void>((resolve) => {
    // Not the resolver itself: it would be given the signal's name.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  });
  try {
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    const write = (text: string) => process.stdout.write(text);
    const screen = new Screen({ write, colour, began: cloud.now() });
    if (!json) introduce(screen, settings, cloud);
    cloud.timeline.listen((event) => (json ? write(`${JSON.stringify(event)}\n`) : screen.show(event)));
    const driver = new ClusterDriver(cloud);
    const from = driver.holderOf(driver.addresses[0] ?? '');
    const expectations = await Promise.race([runScenario(scenario, driver, settings), interrupted]);
    if (expectations === undefined) return keep;
    if (settings.faults.length > 0 && isVirtual(settings) && driver.notices().length === 0) await untilAlarms(cloud);
    const summary = summarize(driver, from);
    const good = expectations.every(({ holds }) => holds);
    if (json)
      write(`${JSON.stringify({ type: 'summary', scenario: scenario.name, good, ...summary, expectations })}\n`);
    else screen.summary(summary, expectations, good);
    if (keep) {
      if (!scenario.cloud?.schedules) cloud.startSchedules();
      if (json) write(`${JSON.stringify({ type: 'listening', endpoint: cloud.endpoint })}\n`);
      else await invite(screen, cloud, driver, roles !== null);
      await interrupted;
    }
    return good;
  } finally {
    page.close();
    await cloud.close();
  }
}

/** Where no notice was sent an alarm may speak, after its evaluation; once a minute. */
async function untilAlarms(cloud: Cloud): Promise<void> {
  for (let minute = 0; minute < 2; minute += 1) {
    await cloud.advance(60_000);
    cloud.alarms.evaluate();
  }
  await cloud.idle();
}

/** Plays it to its end, also beyond the terminal: tests do the same. */
export async function runScenario(
  scenario: Scenario,
  driver: ClusterDriver,
  { faults }: Pick<Settings, 'faults'>,
): Promise<readonly Expectation[]> {
  for (const fault of faults) fault.apply(driver.cloud);
  await scenario.play(driver);
  await driver.settled();
  if (faults.some(({ needsCheck }) => needsCheck)) {
    driver.check();
    await driver.settled();
  }
  const world = scenario.world(driver);
  if (faults.length === 0) return [...world, ...scenario.told(driver)];
  return faults.some(({ needsCheck }) => needsCheck) ? [safe(driver, world)] : world;
}

/** Who asked died with the asking, so that the address may be where it was; but never on a node that is dead. */
function safe(driver: ClusterDriver, world: readonly Expectation[]): Expectation {
  const together = driver.nodes.some(
    (node) => driver.holds(node) && driver.cloud.world.instance(node.instanceId).state === 'running',
  );
  const says = `${world.map((each) => each.says).join(', ')}; or else all addresses on one node that runs`;
  return { says, holds: together || world.every(({ holds }) => holds) };
}

/** A fault may keep the workflow trying for minutes; virtual time has no clients of its own that could come by a port. */
function isVirtual({ scenario, faults, port }: Settings): boolean {
  return scenario.cloud?.clock === 'virtual' || (faults.length > 0 && port === undefined);
}

function cloudOptions(settings: Settings): Omit<CloudOptions, 'templateFile'> {
  const { scenario, port, throttle, realistic, lag } = settings;
  return {
    ...scenario.cloud,
    clock: isVirtual(settings) ? 'virtual' : 'real',
    ...(port !== undefined && { port }),
    ...(realistic && { latency: REALISTIC }),
    ...(lag > 0 && { lag }),
    throttle,
  };
}

function introduce(screen: Screen, settings: Settings, cloud: Cloud): void {
  const { scenario, faults, port } = settings;
  const time = isVirtual(settings) ? ' (in virtual time)' : '';
  screen.line(`${screen.paint('bold', scenario.name)}${time}: ${scenario.description}`);
  for (const { name, description } of faults) screen.line(`With the fault ${name}: ${description}.`);
  for (const { name, virtualIps, nodes } of cloud.clusters) {
    const addresses = virtualIps.map(({ address }) => address).join(', ');
    const places = nodes.map(({ instanceId, networkInterfaceId }) => `${instanceId} (${networkInterfaceId})`);
    screen.line(`Cluster ${name}: ${addresses} on ${places[0]}, standby ${places.slice(1).join(', ')}`);
  }
  if (!isVirtual(settings) || port !== undefined) {
    const kept = isVirtual(settings) ? ' (while it runs)' : ' (while it runs; --keep --port 4599 keeps it)';
    screen.line(`Watch it: ${cloud.endpoint}/${settings.keep ? '' : kept}`);
  }
  screen.line();
}

/** Ready-to-paste commands for the AWS CLI. */
async function invite(screen: Screen, cloud: Cloud, driver: ClusterDriver, mayClaim: boolean): Promise<void> {
  const holder = driver.nodes.find((node) => driver.holds(node)) ?? driver.active;
  const other = driver.nodes.find((node) => node !== holder) ?? driver.standby;
  const input = JSON.stringify({
    cluster: driver.cluster.name,
    mode: 'drill',
    target: other.instanceId,
    requestedBy: 'YOUR NAME',
  });
  const lines = [
    '',
    `Listening on ${cloud.endpoint}. In another terminal:`,
    '',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_DEFAULT_REGION=${cloud.template.region} AWS_PAGER=''`,
    '  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    '',
    `  aws ec2 stop-instances --instance-ids ${holder.instanceId}`,
    `  aws ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=${driver.addresses.join(',')} --query 'NetworkInterfaces[].[NetworkInterfaceId,Attachment.InstanceId,PrivateIpAddresses[].PrivateIpAddress]'`,
    `  aws stepfunctions start-execution --state-machine-arn ${cloud.stateMachine.arn} --input '${input}'`,
    '',
    mayClaim
      ? 'Each node has instance metadata of its own, and a role that may claim for it. To act as a node, one of these lines:'
      : 'Each node has instance metadata of its own, and no role but what the template gives it. To act as a node, one of these lines:',
    '',
    ...(await Promise.all(driver.nodes.map(({ instanceId }) => metadataLine(cloud, instanceId)))),
    ...(mayClaim ? ['', `  guest/vip-claim ${driver.cluster.name}`] : []),
    '',
    'What you do appears here. Ctrl-C ends it.',
    '',
  ];
  for (const line of lines) screen.line(line);
}

async function metadataLine(cloud: Cloud, instanceId: string): Promise<string> {
  return `  export AWS_EC2_METADATA_SERVICE_ENDPOINT=${await cloud.metadata.endpoint(instanceId)}  # ${instanceId}`;
}
