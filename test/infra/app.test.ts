import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ConfigError } from '../../infra/config';
import { configOf, stackNameOf } from '../../infra/config-source';
import { synthesizeApp } from '../../infra/synthesis';
import { cluster, id } from './support';

const directory = mkdtempSync(join(tmpdir(), 'vip-failover-'));
const root = join(__dirname, '../..');
const notifications = { emails: ['operations@example.com'] };

function fileWith(name: string, content: string): string {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
}

test('a configuration file that is named wins over cdk.json', () => {
  const file = fileWith('good.json', '{"clusters":[]}');
  expect(configOf(new App({ context: { failover: { other: true }, config: file } }))).toEqual({ clusters: [] });
});

test.each([
  ['is missing', () => join(directory, 'nowhere.json'), /nowhere\.json cannot be read: .*ENOENT/],
  [
    'is not JSON',
    () => fileWith('bad.json', '{"clusters": ['),
    /bad\.json is not valid JSON: line 1, column 15: found the end of the file; allowed: a value$/m,
  ],
])('a configuration file that %s is named in the message', (_problem, file, message) => {
  const read = () => configOf(new App({ context: { config: file() } }));
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(message);
});

test('no configuration at all says where one belongs', () => {
  expect(() => configOf(new App())).toThrow(
    '"context": { "failover": { … } } in cdk.json, or a JSON file named with -c config=FILE',
  );
});

test('the stack is VipFailover unless it is given another name that CloudFormation takes', () => {
  expect(stackNameOf(new App())).toBe('VipFailover');
  expect(stackNameOf(new App({ context: { stackName: 'Second-1' } }))).toBe('Second-1');
  expect(() => stackNameOf(new App({ context: { stackName: 'my_stack' } }))).toThrow(
    'stackName: found "my_stack"; allowed: 1 to 128 letters, digits and "-" that begin with a letter',
  );
});

test('C6: a syntax error in a configuration is found by its line and column', () => {
  const text = '{\n  "clusters": [\n    { "name": "mail", }\n  ]\n}';
  const read = () => configOf(new App({ context: { config: fileWith('comma.json', text) } }));
  expect(read).toThrow(/comma\.json is not valid JSON: line 3, column 23: found "}"; allowed: the name of a field/);
});

/** Starts the app without the CDK command line, as the local cloud does. */
function startApp(context: object, more: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: join(directory, 'out'), CDK_CONTEXT_JSON: JSON.stringify(context), ...more },
  });
}

test('a wrong configuration ends the app with the problems and nothing else', () => {
  const config = fileWith('wrong.json', JSON.stringify({ clusters: [cluster('mail', 1, 1)], notifications }));
  const { status, stderr } = startApp({ config });
  expect(status).toBe(1);
  expect(stderr).toBe(
    'The failover configuration has a problem:\n  - clusters[0].nodes: found one of them; allowed: a list of 2 to 8 nodes: one to hold the addresses and at least one to take them over\n',
  );
});

test('C2: the app runs without the CDK command line, and one line says what was synthesized, and where', () => {
  const twoAddresses = {
    ...cluster('mail', 1),
    virtualIps: ['10.0.0.5', { address: '10.0.0.6', elasticIpAllocationId: id('eipalloc', 1) }],
  };
  const config = fileWith(
    'two.json',
    JSON.stringify({ clusters: [twoAddresses, cluster('db', 11, 3)], notifications }),
  );
  const { status, stdout, stderr } = startApp({ config });
  expect([status, stdout]).toEqual([0, '']);
  const [, template] = /^VipFailover: 2 clusters, 5 nodes, 3 virtual IPs\. Template: (.+)\n$/.exec(stderr) ?? [];
  expect(existsSync(join(root, template ?? ''))).toBe(true);
});

/** In this process. CDK's own validation takes longer than everything else together (see `support.ts`). */
const synthesized = (context: Readonly<Record<string, unknown>>) =>
  synthesizeApp(context, mkdtempSync(join(directory, 'out-')));

test('the app takes the stack’s name and the file from context', () => {
  const config = fileWith('second.json', JSON.stringify({ clusters: [cluster('second', 1)], notifications }));
  const { stack, templateFile } = synthesized({ config, stackName: 'Second' });
  expect(stack.stackName).toBe('Second');
  expect(readFileSync(templateFile, 'utf8')).toContain('Checks cluster second');
});

describe('B11: what is deployed', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, context] = /--context (\S+)/.exec(scripts.deploy) ?? [];
  const forDeployment = Object.fromEntries([context?.split('=') ?? []]);

  test('the example of cdk.json is refused, which synth and the local cloud take', () => {
    const { status, stderr } = startApp(forDeployment);
    expect(status).toBe(1);
    expect(stderr).toContain('clusters[0].nodes[0].instanceId: found "i-0a1b2c3d4e5f60001", which is a sample');
    expect(stderr).toContain('notifications.emails[0]: found "operations@example.com", which is a sample');
    expect(synthesized({}).stack.stackName).toBe('VipFailover');
  });

  test('a topic of another Region than that of the command line is refused, which synth takes', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:operations';
    const config = fileWith('far.json', JSON.stringify({ clusters: [cluster('far', 1)], notifications: { topicArn } }));
    const region = { CDK_DEFAULT_REGION: 'us-east-1' };
    const { status, stderr } = startApp({ config, ...forDeployment }, region);
    expect(status).toBe(1);
    expect(stderr).toContain('notifications.topicArn: found the Region eu-west-1 (aws); allowed: the same Region');
    expect(startApp({ config }, region).status).toBe(0);
  });

  test('a configuration with IDs of one’s own is taken', () => {
    const config = fileWith(
      'own.json',
      JSON.stringify({ clusters: [cluster('own', 1)], notifications: { emails: 'none' } }),
    );
    expect(existsSync(synthesized({ config, ...forDeployment }).templateFile)).toBe(true);
  });
});
