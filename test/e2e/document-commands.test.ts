import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, ELASTIC_VIP } from '../../local/demo/scenarios/configs';
import '../functions/support/quiet';
import { DOCUMENTS, ROOT } from '../strict/markdown';
import { closeAll } from './driver';
import { AS_OPERATOR, givenAnOperator, OPERATOR_KEY } from './operator';
import { commandsOf, type } from './typed';

afterEach(closeAll);

/** What the local cloud cannot play, by how a command begins, and why. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  'aws cloudformation ': 'nothing is deployed here: the template itself is the stack',
  'aws sns confirm-subscription ': 'nobody gets a mail here whose link has a token',
  'aws s3 ': 'there are no buckets here: assets are read from the disk',
  'aws logs tail ': 'no request of its own: the CLI repeats FilterLogEvents',
};

const PRINTED = DOCUMENTS.flatMap((file) =>
  commandsOf(readFileSync(join(ROOT, file), 'utf8')).map((command) => ({ file, command })),
);
/** Each command once, with the first document that prints it. */
const COMMANDS = [...new Map([...PRINTED].reverse().map((each) => [each.command, each])).values()]
  .reverse()
  .filter(({ command }) => !Object.keys(NOT_PLAYED).some((beginning) => command.startsWith(beginning)));

/** The command with the names of this cloud in the place of the document's. */
function filled(command: string, { cloud, cluster, active, standby }: ClusterDriver): string {
  const [topic] = cloud.template.ofType('AWS::SNS::Topic');
  const group = cloud.template.ofType('AWS::Logs::LogGroup').find(({ logicalId }) => logicalId.includes('Notify'));
  const names: readonly (readonly [RegExp, string | undefined])[] = [
    [/(?<=--state-machine-arn )\S+/, cloud.stateMachine.arn],
    [/(?<=--topic-arn )\S+/, topic?.physicalId],
    [/(?<=--log-group-name )\S+/, group?.physicalId],
    [/(?<=--region )\S+/, cloud.template.region],
    [/\bsubnet-(…|0000000000000000a\b)/, cluster.subnetId],
    [/\bi-0000000000000000a\b/g, active.instanceId],
    [/\bi-0000000000000000b\b/g, standby.instanceId],
    [/\beni-0000000000000000a\b/g, active.networkInterfaceId],
    [/\beni-0000000000000000b\b/g, standby.networkInterfaceId],
    [/\beipalloc-00000000000000001\b/g, ELASTIC_VIP.elasticIpAllocationId],
  ];
  return names.reduce((text, [document, name]) => text.replace(document, name ?? ''), command);
}

const giveTo = (driver: ClusterDriver, networkInterfaceId: string) =>
  type(driver, [
    `aws ec2 assign-private-ip-addresses --network-interface-id ${networkInterfaceId} --private-ip-addresses 10.0.0.5 --allow-reassignment`,
  ]);

/** What is so when a command is printed; without it EC2 refuses it. */
const BEFORE: Readonly<Record<string, (driver: ClusterDriver) => Promise<void>>> = {
  'associate-address': (driver) => giveTo(driver, driver.standby.networkInterfaceId),
};

test('commands are found in the documents', () => {
  const found = (file: string) => PRINTED.filter((each) => each.file === file).length;
  expect(found('README.md')).toBeGreaterThanOrEqual(6);
  expect(found('README.ja.md')).toBe(found('README.md'));
  expect(found('docs/deploy.md')).toBeGreaterThanOrEqual(1);
  expect(found('docs/runbook.md')).toBeGreaterThanOrEqual(8);
  expect(found('docs/notices.md')).toBeGreaterThanOrEqual(20);
  expect(commandsOf('```sh\naws a b \\\n  --c 1\necho\n```\n`aws d e --f` and `aws g`')).toEqual([
    'aws a b --c 1',
    'aws d e --f',
  ]);
});

/** What operators need no administrator for: all that notices print, and the runbook. */
const OPERATORS = ['docs/notices.md', 'docs/runbook.md'];

test.each(COMMANDS)('$file: $command', async ({ file, command }) => {
  const driver = await givenAnOperator(cluster(2, [ELASTIC_VIP]), { world: { reservations: false } });
  await BEFORE[command.split(' ')[2] ?? '']?.(driver);
  const isOperator = OPERATORS.includes(file);
  await type(driver, [filled(command, driver)], isOperator ? OPERATOR_KEY : 'administrator');
  const who = isOperator ? AS_OPERATOR : 'administrator';
  const call = driver.eventsOf('api-call').findLast(({ caller }) => caller === who);
  expect(call).toMatchObject({ error: null });
  expect(driver.failures).toEqual([]);
});
