import { readFileSync } from 'node:fs';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../../infra/config';
import { bodyOf, cluster, id, newApp, resolve, stackOf, type TemplateBody, templateOf } from './support';

/** The largest stack: 40 clusters of 3 nodes, each with an Elastic IP. */
const app = newApp();
const largest = bodyOf(
  stackOf(
    {
      clusters: Array.from({ length: 40 }, (_, index) => ({
        ...cluster(`cluster-${index}`, 16 * (index + 1), 3),
        virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: id('eipalloc', index) }],
      })),
    },
    app,
  ),
);

/** Logical IDs stand for names that CloudFormation makes up: stack name, logical ID, and 13 characters more. */
function deployed(value: unknown): string {
  return JSON.stringify(resolve(value)).replaceAll(/<(\w+)(\.\w+)?>/g, 'VipFailover-$1-ABCDEFGHIJKLM');
}

/** Characters of policy as IAM counts them: without white space. */
function policySize(template: TemplateBody, role: string): { inline: number; managed: number[] } {
  const [logicalId, properties] = template.one('AWS::IAM::Role', role);
  const attached = template
    .all('AWS::IAM::ManagedPolicy')
    .filter(([, { Roles }]) => JSON.stringify(Roles).includes(logicalId));
  return {
    inline: properties.Policies.reduce((sum, { PolicyDocument }) => sum + deployed(PolicyDocument).length, 0),
    managed: attached.map(([, { PolicyDocument }]) => deployed(PolicyDocument).length),
  };
}

test.each(['VerifyInstanceStateRole', 'UnassignIpRole', 'AssignIpRole', 'VerifyEniRole', 'NotifyRole', 'WorkflowRole'])(
  'the policies of %s stay inside the quotas of IAM',
  (role) => {
    const { inline, managed } = policySize(largest, role);
    expect(inline).toBeLessThanOrEqual(10_240);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const size of managed) expect(size).toBeLessThanOrEqual(6_144);
  },
);

test('the printed policies for people fit managed policies, ten of which fit a role', () => {
  const printed = (name: string) =>
    Object.entries(largest.outputs)
      .filter(([output]) => new RegExp(`^${name}\\d*$`).test(output))
      .map(([, { Value }]) => deployed(JSON.parse(String(resolve(Value)))));
  expect(printed('ReadPolicy')).toHaveLength(1);
  const operate = printed('OperatePolicy');
  expect(operate.length).toBeLessThanOrEqual(10);
  for (const document of [...operate, ...printed('ReadPolicy')]) expect(document.length).toBeLessThanOrEqual(6_144);
  const named = (what: string) => new Set(operate.join().match(new RegExp(`${what}/[a-z]+-[0-9a-f]+`, 'g'))).size;
  expect([named('instance'), named('network-interface'), named('elastic-ip')]).toEqual([120, 120, 40]);
});

test('no interface is lost where the permissions need more than one policy', () => {
  for (const role of ['UnassignIpRole', 'AssignIpRole']) {
    const [logicalId, { Policies }] = largest.one('AWS::IAM::Role', role);
    const documents = [
      ...Policies.map(({ PolicyDocument }) => PolicyDocument),
      ...largest
        .all('AWS::IAM::ManagedPolicy')
        .filter(([, policy]) => JSON.stringify(policy.Roles).includes(logicalId))
        .map(([, { PolicyDocument }]) => PolicyDocument),
    ];
    const moved = documents
      .flatMap(({ Statement }) => Statement)
      .filter(({ Action }) => /signPrivateIpAddresses/.test(String(Action)))
      .flatMap(({ Resource }) => [Resource].flat());
    expect(new Set(moved.map((arn) => resolve(arn))).size).toBe(120);
  }
});

test('the stack stays inside the quotas of CloudFormation', () => {
  const { templateFullPath } = app.synth().getStackArtifact('VipFailover');
  const text = readFileSync(templateFullPath, 'utf8');
  expect(Object.keys(largest.resources).length).toBeLessThanOrEqual(500);
  expect(Object.keys(largest.outputs).length).toBeLessThanOrEqual(200);
  expect(text.length).toBeLessThanOrEqual(1_000_000);
});

describe('the resources of a stack, of which CloudFormation takes 500, are counted before', () => {
  const clusters = (nodeCount: number, more: object = {}) =>
    Array.from({ length: 40 }, (_, index) => ({ ...cluster(`c${index}`, 16 * (index + 1), nodeCount), ...more }));
  const emails = (count: number) => Array.from({ length: count }, (_, index) => `operator-${index}@example.com`);
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:operations';

  test.each([
    ['subscriptions', { clusters: clusters(3), notifications: { emails: emails(22) } }],
    [
      'subscriptions to a topic of one’s own',
      { clusters: clusters(3), notifications: { emails: emails(25), topicArn } },
    ],
  ])('as many as it takes are synthesized: with %s', (_what, config) => {
    expect(Object.keys(templateOf(config).resources)).toHaveLength(500);
  });

  test.each([
    ['one subscription more', 501, { clusters: clusters(3), notifications: { emails: emails(23) } }],
    ['and to a topic of one’s own', 501, { clusters: clusters(3), notifications: { emails: emails(26), topicArn } }],
    ['application checks', 636, { clusters: clusters(2, { applicationCheck: { port: 80 } }) }],
  ])('more are refused with what to do about it: %s', (_what, found, config) => {
    expect(() => stackOf(config)).toThrow(
      new ConfigError([
        `clusters: found ${found} resources; allowed: at most 500 in one stack; put the others into a second configuration file and deploy it as a second stack: npm run deploy -- -c config=FILE -c stackName=NAME`,
      ]),
    );
  });
});

test('the definition and the variable with the registry stay inside the quotas of Step Functions', () => {
  const [, { DefinitionString }] = largest.one('AWS::StepFunctions::StateMachine');
  const definition = String(resolve(DefinitionString));
  const { clusters } = JSON.parse(definition).States.Begin.Assign;
  expect(definition.length).toBeLessThanOrEqual(1024 * 1024);
  // A variable holds 256 KiB, and so does the payload of a state, which has the execution's input beside the registry.
  expect(Buffer.byteLength(JSON.stringify(clusters))).toBeLessThanOrEqual(128 * 1024);
});

test('event patterns, rules and queue statements stay inside the quotas of EventBridge and SQS', () => {
  const rules = largest.all('AWS::Events::Rule');
  const [, queuePolicy] = largest.one('AWS::SQS::QueuePolicy');
  expect(rules.length).toBeLessThanOrEqual(300);
  for (const [, { EventPattern }] of rules) expect(deployed(EventPattern).length).toBeLessThanOrEqual(2_048);
  expect(queuePolicy.PolicyDocument.Statement.length).toBeLessThanOrEqual(20);
});

test('cdk-nag (AwsSolutions) has no finding, also with Elastic IPs, alarms of the user’s own and more policies', () => {
  const app = newApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  stackOf(
    {
      clusters: Array.from({ length: 20 }, (_, index) => {
        const { nodes, ...rest } = cluster(`cluster-${index}`, 16 * (index + 1), 5);
        return {
          ...rest,
          nodes: nodes.map((node) => ({ ...node, alarms: [`down-${index}`] })),
          virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: id('eipalloc', index) }],
        };
      }),
      notifications: { emails: ['operations@example.com'] },
    },
    app,
  );
  expect(() => app.synth()).not.toThrow();
});
