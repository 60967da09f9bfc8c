import { join } from 'node:path';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster } from '../../local/demo/scenarios/configs';
import { synthesize } from '../../local/demo/synth';
import { startCloud } from '../../local/emulator/cloud';
import { loadTemplate, type Template } from '../../local/emulator/template/template';
import { release, valuesFor } from './released';

const directory = release();
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:second';

const released = (name: string, parameters: Record<string, string>) =>
  loadTemplate(join(directory, `${name}.template.json`), { parameters });

/**
 * Every resource with its properties, and names in the place of what differs between two stacks: each resource is called by
 * its type and how many of that type came before it. Where the code lies, and the descriptions, are left out.
 */
function normalized(template: Template): { readonly type: string }[] {
  const counts = new Map<string, number>();
  const names = template.resources.flatMap(({ logicalId, type, physicalId, arn }) => {
    const nth = (counts.get(type) ?? 0) + 1;
    counts.set(type, nth);
    const name = `<${type} ${nth}>`;
    return [arn, physicalId, logicalId].flatMap((each) => (each === null ? [] : [[each, name] as const]));
  });
  const longestFirst = [...names, [template.stackName, 'VipFailover'] as const].sort(([a], [b]) => b.length - a.length);
  const rename = (text: string) => longestFirst.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return template.resources.map(({ type, properties }) => {
    const { Code, Description, AlarmDescription, ...rest } = properties;
    return JSON.parse(rename(JSON.stringify({ type, ...rest })));
  });
}

describe.each([
  ['two-nodes', 2],
  ['three-nodes', 3],
] as const)('%s', (name, nodeCount) => {
  const config = {
    ...cluster(nodeCount, ['10.0.0.5', '10.0.0.6']),
    notifications: {
      emails: ['operations@example.com'],
      locale: 'ja',
      timeZone: 'Asia/Tokyo',
      secondAlarmTopicArn: TOPIC,
    },
  };
  const values = valuesFor(nodeCount, {
    VirtualIps: '10.0.0.5, 10.0.0.6',
    Locale: 'ja',
    TimeZone: 'Asia/Tokyo',
    SecondAlarmTopicArn: TOPIC,
  });
  const ofRelease = normalized(released(name, values));
  const ofApp = normalized(loadTemplate(synthesize(config)));
  const TYPES = [...new Set(ofApp.map(({ type }) => type))];

  test('has the types of the CDK app', () => {
    expect(TYPES).toContain('AWS::StepFunctions::StateMachine');
    expect(new Set(ofRelease.map(({ type }) => type))).toEqual(new Set(TYPES));
  });

  test.each(TYPES)('%s: what the CDK app gives for the same cluster', (type) => {
    const only = (all: typeof ofApp) => all.filter((each) => each.type === type);
    expect(only(ofRelease)).toEqual(only(ofApp));
  });
});

test('the active node stops; the address moves, and the notice is in Japanese', async () => {
  const cloud = await startCloud({
    clock: 'virtual',
    templateFile: join(directory, 'two-nodes.template.json'),
    parameters: valuesFor(2, { Locale: 'ja' }),
  });
  const driver = new ClusterDriver(cloud);
  driver.stop(driver.active);
  await driver.settled();
  expect(driver.holderOf('10.0.0.5')).toBe(driver.standby.networkInterfaceId);
  expect(driver.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER']);
  expect(driver.notices()[0]?.subject).toContain('フェイルオーバーが起動されました。');
  await cloud.close();
});

describe('without the optional values, and with nobody to mail to', () => {
  const template = released('two-nodes', valuesFor(2, { Email: 'none' }));
  const [notify] = template.ofType('AWS::Lambda::Function').filter(({ logicalId }) => logicalId.includes('Notify'));

  test('notices are in English with UTC, nobody is subscribed or missed, alarms go to one topic', () => {
    expect(notify?.properties.Environment).toMatchObject({ Variables: { LOCALE: 'en', TIME_ZONE: 'UTC' } });
    expect(notify?.properties.Environment).not.toHaveProperty('Variables.EXPECTS_SUBSCRIBERS');
    expect(template.ofType('AWS::SNS::Subscription')).toEqual([]);
    for (const { properties } of template.ofType('AWS::CloudWatch::Alarm')) {
      expect(properties.AlarmActions ?? []).not.toContain(TOPIC);
    }
  });

  test('each alarm tells whom it tells in the CDK app, what could not be delivered too', () => {
    const app = loadTemplate(synthesize({ ...cluster(2), notifications: { emails: 'none' } }));
    const told = (all: ReturnType<typeof normalized>) => all.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
    expect(told(normalized(template))).toEqual(told(normalized(app)));
  });
});

test.each([
  ['a node that is there twice', { Node2InstanceId: 'i-0a1b2c3d4e5f60001' }, 'must differ'],
  ['an interface that is there twice', { Node2NetworkInterfaceId: 'eni-0a1b2c3d4e5f60001' }, 'must differ'],
  ['something that is no instance', { Node1InstanceId: 'mail-1' }, 'Node1InstanceId: found "mail-1"; allowed: an ID'],
  ['one bad address of several', { VirtualIps: '10.0.0.5,10.0.0' }, 'VirtualIps: found "10.0.0"'],
  ['a name with a space', { ClusterName: 'the mail' }, 'ClusterName: found "the mail"'],
  ['an e-mail address without @', { Email: 'operations' }, 'Email: found "operations"'],
  ['a list of e-mail addresses', { Email: 'a@b.co,c@d.co' }, 'Email: found "a@b.co,c@d.co"'],
  ['a language that nobody wrote', { Locale: 'fr' }, 'Locale: found "fr"'],
  ['a time zone that is not listed', { TimeZone: 'Asia/Tokio' }, 'TimeZone: found "Asia/Tokio"'],
  ['something that is no topic', { SecondAlarmTopicArn: 'operations' }, 'SecondAlarmTopicArn: found "operations"'],
])('%s is refused before anything is created', (_, values, message) => {
  expect(() => released('two-nodes', valuesFor(2, values))).toThrow(message);
});
