import { AccessControl, type RequestContext } from '../../../../local/emulator/iam/access';
import type { TemplateResource } from '../../../../local/emulator/iam/template';
import type { Caller } from '../../../../local/emulator/kernel/api';
import { Timeline } from '../../../../local/emulator/kernel/timeline';
import { ACCOUNT, KEY, REGION, resource, role, template } from '../services-harness';

const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:failover`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead-letters`;
const RULE = `arn:aws:events:${REGION}:${ACCOUNT}:rule/mail`;
const ruleRole: Caller = { kind: 'role', roleLogicalId: 'R', functionName: 's' };
const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

function access(...resources: TemplateResource[]) {
  const timeline = new Timeline(() => 0);
  return { control: new AccessControl(template(...resources), timeline), timeline };
}

const may = (statements: object[], action: string, target: string, context: RequestContext = {}) =>
  access(role('R', statements)).control.authorize({ caller: ruleRole, action, resource: target, context }).allowed;

test.each([
  ['the action on the resource', [allow('states:StartExecution', MACHINE)], true],
  ['actions in other letters', [allow('STATES:startexecution', MACHINE)], true],
  ['an action wildcard', [allow('states:Start*', MACHINE)], true],
  ['a resource wildcard', [allow('states:StartExecution', `${MACHINE.slice(0, -3)}*`)], true],
  ['everything', [allow('*', '*')], true],
  ['one of several', [allow(['a:B', 'states:StartExecution'], ['x', MACHINE])], true],
  ['another action', [allow('states:StartSyncExecution', MACHINE)], false],
  ['another resource', [allow('states:StartExecution', `${MACHINE}-2`)], false],
  ['a resource that differs in case', [allow('states:StartExecution', MACHINE.toUpperCase())], false],
  ['nothing', [], false],
  ['an allow and a deny', [allow('*', '*'), { Effect: 'Deny', Action: 'states:*', Resource: '*' }], false],
])('a role whose policy names %s: %#', (_, statements, allowed) => {
  expect(may(statements, 'states:StartExecution', MACHINE)).toBe(allowed);
});

test('an action without resource types needs "*"', () => {
  expect(
    may([allow('ec2:DescribeInstances', `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/*`)], 'ec2:DescribeInstances', '*'),
  ).toBe(false);
  expect(may([allow('ec2:DescribeInstances', '*')], 'ec2:DescribeInstances', '*')).toBe(true);
});

test.each([
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', ['b', 'a'], 'a', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringLike', 'a*', 'ab', true],
  ['ArnLike', `arn:aws:events:*:${ACCOUNT}:rule/*`, RULE, true],
  ['ArnLike', `arn:aws:*:rule/*`, RULE, false],
  ['ArnEquals', RULE, RULE, true],
  ['Bool', 'true', 'true', true],
  ['ForAnyValue:StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'a', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['b', 'a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['b', 'c'], false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAnyValue:StringLike', 'vip:*', ['x', 'vip:paused'], true],
  ['ArnNotLike', 'arn:aws:iam::*:role/admin', 'arn:aws:iam::1:role/admin', false],
  ['ArnNotLike', 'arn:aws:iam::*:role/admin', 'arn:aws:iam::1:role/other', true],
  ['ArnNotLike', 'arn:aws:iam::*:role/admin', undefined, true],
  ['Null', 'false', 'a', true],
  ['Null', 'false', undefined, false],
  ['Null', 'true', undefined, true],
])('condition %s %j against %j', (operator, wanted, value, allowed) => {
  const statements = [allow('a:B', '*', { Condition: { [operator]: { 'kms:ViaService': wanted } } })];
  expect(may(statements, 'a:B', 'x', value === undefined ? {} : { 'KMS:viaservice': value })).toBe(allowed);
});

test.each([
  ['NotAction', { Effect: 'Allow', NotAction: 'a:B', Resource: '*' }, 'NotAction'],
  ['NotResource', { Effect: 'Allow', Action: 'a:B', NotResource: '*' }, 'NotResource'],
  ['an unknown operator', allow('a:B', '*', { Condition: { IpAddress: { k: '10.0.0.0/8' } } }), 'IpAddress'],
  ['a misspelt set operator', allow('a:B', '*', { Condition: { 'ForAllValue:StringEquals': {} } }), 'ForAllValue:'],
  ['an unknown key', allow('a:B', '*', { Condition: { StringEquals: { 'aws:SourceVpc': 'v' } } }), 'aws:SourceVpc'],
  ['a policy variable', allow('a:B', `arn:aws:s3:::$${'{aws:username}'}`), 'aws:username'],
  ['an unresolved intrinsic', { ...allow('a:B', '*'), Resource: { Ref: 'X' } }, 'Ref'],
])('%s is an error that names it, never a pass', (_, statement, name) => {
  expect(() => access(role('R', [statement]))).toThrow(name);
});

test('AWSLambdaBasicExecutionRole is known, another managed policy is an error', () => {
  const withManaged = (arn: string) => {
    const base = role('R', []);
    return access({ ...base, properties: { ...base.properties, ManagedPolicyArns: [arn] } }).control;
  };
  const basic = withManaged('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole');
  const authorize = (action: string) => basic.authorize({ caller: ruleRole, action, resource: '*' }).allowed;
  expect([authorize('logs:PutLogEvents'), authorize('logs:DeleteLogGroup')]).toEqual([true, false]);
  expect(() => withManaged('arn:aws:iam::aws:policy/AdministratorAccess')).toThrow('AdministratorAccess');
});

test.each(['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])('%s attached by its Roles counts', (type) => {
  const policy = resource(type, 'P', { Roles: ['R'], PolicyDocument: { Statement: [allow('a:B', '*')] } });
  const decide = (...resources: TemplateResource[]) =>
    access(role('R', []), ...resources).control.authorize({ caller: ruleRole, action: 'a:B', resource: 'x' }).allowed;
  expect([decide(policy), decide()]).toEqual([true, false]);
});

test('a denial is on the timeline, with the role, the action, the resource and why', () => {
  const { control, timeline } = access(role('R', []));
  control.authorize({ caller: ruleRole, action: 'states:StartExecution', resource: MACHINE });
  const why = 'because no identity-based policy allows the states:StartExecution action';
  expect(timeline.events).toEqual([
    { at: 0, type: 'access-denied', role: 'R', action: 'states:StartExecution', resource: MACHINE, why },
  ]);
});

test('a service takes a role only by its trust policy', () => {
  const { control } = access(role('R', [], 'events.amazonaws.com'));
  expect(control.assume('R', 'events.amazonaws.com').allowed).toBe(true);
  expect(control.assume('R', 'lambda.amazonaws.com').allowed).toBe(false);
  expect(control.roleByArn(`arn:aws:iam::${ACCOUNT}:role/R`)).toBe('R');
});

const queue = resource(
  'AWS::SQS::Queue',
  'Queue',
  {},
  { physicalId: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/dead-letters`, arn: QUEUE },
);
const queuePolicy = (...statements: object[]) =>
  resource('AWS::SQS::QueuePolicy', 'QueuePolicy', {
    Queues: [queue.physicalId],
    PolicyDocument: { Statement: statements },
  });
const letEvents = allow('sqs:SendMessage', QUEUE, {
  Principal: { Service: 'events.amazonaws.com' },
  Condition: { ArnLike: { 'aws:SourceArn': RULE } },
});
const onlyTls = {
  Effect: 'Deny',
  Action: 'sqs:*',
  Resource: QUEUE,
  Principal: { AWS: '*' },
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

test("EventBridge reaches a queue by the queue's policy, from the rule that it names", () => {
  const send = (source: string, ...resources: TemplateResource[]) =>
    access(queue, ...resources).control.authorize({
      caller: { kind: 'service', principal: 'events.amazonaws.com' },
      action: 'sqs:SendMessage',
      resource: QUEUE,
      context: { 'aws:SourceArn': source },
    });
  expect(send(RULE, queuePolicy(letEvents, onlyTls)).allowed).toBe(true);
  expect(send(`${RULE}-2`, queuePolicy(letEvents)).allowed).toBe(false);
  expect(send(RULE)).toMatchObject({ allowed: false, why: expect.stringContaining('resource-based') });
  expect(send(RULE, queuePolicy(letEvents, { ...onlyTls, Condition: {} }))).toMatchObject({
    why: expect.stringContaining('explicit deny in a resource-based policy'),
  });
});

test('a function is invoked by its permission or by the role that calls, either is enough', () => {
  const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:notify`;
  const lambda = resource('AWS::Lambda::Function', 'F', {}, { physicalId: 'notify', arn });
  const permission = resource('AWS::Lambda::Permission', 'P', {
    Action: 'lambda:InvokeFunction',
    FunctionName: arn,
    Principal: 'events.amazonaws.com',
    SourceArn: RULE,
  });
  const { control } = access(lambda, permission, role('R', [allow('lambda:InvokeFunction', arn)]));
  const invoke = (caller: Caller, source = '') =>
    control.authorize({ caller, action: 'lambda:InvokeFunction', resource: arn, context: { 'aws:SourceArn': source } })
      .allowed;
  expect(invoke(ruleRole)).toBe(true);
  expect(invoke({ kind: 'service', principal: 'events.amazonaws.com' }, RULE)).toBe(true);
  expect(invoke({ kind: 'service', principal: 'events.amazonaws.com' }, `${RULE}-2`)).toBe(false);
});

test("a key's policy must let IAM decide, or name the role itself", () => {
  const key = (principal: string) =>
    resource(
      'AWS::KMS::Key',
      'Key',
      { KeyPolicy: { Statement: [allow('kms:*', '*', { Principal: { AWS: principal } })] } },
      { arn: KEY },
    );
  const decrypt = (principal: string, statements: object[]) =>
    access(key(principal), role('R', statements)).control.authorize({
      caller: ruleRole,
      action: 'kms:Decrypt',
      resource: KEY,
    }).allowed;
  const granted = [allow('kms:Decrypt', KEY)];
  expect(decrypt(`arn:aws:iam::${ACCOUNT}:root`, granted)).toBe(true);
  expect(decrypt(`arn:aws:iam::${ACCOUNT}:root`, [])).toBe(false);
  expect(decrypt(`arn:aws:iam::${ACCOUNT}:role/R`, [])).toBe(true);
  expect(decrypt(`arn:aws:iam::${ACCOUNT}:role/Other`, granted)).toBe(false);
});

test('the administrator may do everything', () => {
  expect(access().control.authorize({ caller: { kind: 'administrator' }, action: 'x:Y', resource: '*' }).allowed).toBe(
    true,
  );
});
