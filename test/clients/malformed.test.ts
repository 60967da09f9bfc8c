import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { synthesize } from '../../local/demo/synth';
import { type Cloud, startCloud } from '../../local/emulator/cloud';

let cloud: Cloud;
let port: number;

beforeAll(async () => {
  cloud = await startCloud({ templateFile: synthesize(), clock: 'real', lambda: 'in-process', port: 0 });
  port = Number(new URL(cloud.endpoint).port);
});

afterAll(() => cloud.close());

const signed = (service: string) =>
  `Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
const target = (name: string) => `X-Amz-Target: ${name}`;

const request = (verb: string, path: string, body: string, headers: readonly string[]) =>
  [
    `${verb} ${path} HTTP/1.1`,
    'Host: local',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
const post = (body: string, ...headers: string[]) => request('POST', '/', body, headers);

/** What comes back until the server closes the connection. */
function exchange(text: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...rest] = answer.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') });
    });
    socket.write(text);
  });
}

async function expectAlive(): Promise<void> {
  const { status, body } = await exchange(post('Action=DescribeInstances&Version=2016-11-15', signed('ec2')));
  expect(status).toBe(200);
  expect(body.match(/<name>running<\/name>/g)).toHaveLength(2);
}

const TERMINATE = 'Action=TerminateInstances&InstanceId.1=i-0a1b2c3d4e5f60001&Version=2016-11-15';
const START = target('AWSStepFunctions.StartExecution');

test.each([
  ['no action', post('Version=2016-11-15', signed('ec2')), 400, '<Code>MissingAction</Code>'],
  ['an empty body', post('', signed('ec2')), 400, '<Code>MissingAction</Code>'],
  ['an unknown action', post('Action=constructor', signed('ec2')), 400, '<Code>InvalidAction</Code>'],
  ['an unknown parameter', post('Action=DescribeInstances&__proto__.x=1', signed('ec2')), 400, 'UnknownParameter'],
  ['garbage for a form', post('%%%\u0000{]=&&&=&.=', signed('ec2')), 400, '<Code>MalformedQueryString</Code>'],
  ['a form of paths that clash', post('Action=X&A=1&A.1=2', signed('ec2')), 400, '<Code>MalformedQueryString</Code>'],
  ['garbage for JSON', post('{', signed('states'), START), 400, '#SerializationException"'],
  ['JSON that is no object', post('[]', signed('states'), START), 400, '#SerializationException"'],
  [
    'an input of the wrong type',
    post('{"input":1,"stateMachineArn":2}', signed('states'), START),
    400,
    'Serialization',
  ],
  ['no target', post('{}', signed('states')), 400, '#UnknownOperationException"'],
  ['no signature, to EC2', post(TERMINATE), 403, '<Code>MissingAuthenticationToken</Code>'],
  ['no signature, to SNS', post('Action=Publish&Version=2010-03-31'), 403, '<Type>Sender</Type>'],
  ['no signature, to Step Functions', post('{}', START), 403, '#MissingAuthenticationToken"'],
  [
    'a signature of another kind',
    post(TERMINATE, 'Authorization: Basic eDp5'),
    400,
    '<Code>IncompleteSignature</Code>',
  ],
  ['a service that is not here', post('Action=ListBuckets', signed('s3')), 400, 'does not have the service s3'],
  ['too large a body', post('x'.repeat(1_500_000), signed('ec2')), 413, 'at most 1048576 bytes'],
  ['too large a header', post('', `X-Large: ${'y'.repeat(100_000)}`), 431, ''],
  ['another verb', request('PUT', `/?${TERMINATE}`, '', [signed('ec2')]), 405, '<Code>MethodNotAllowed</Code>'],
  ['another path', request('POST', '/bucket/key', TERMINATE, [signed('ec2')]), 404, '<Code>NotFound</Code>'],
  ['a bare GET', request('GET', '/', '', []), 403, '<Code>MissingAuthenticationToken</Code>'],
  ['something that is no HTTP', 'hello\r\n\r\n', 400, ''],
  ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc', 400, ''],
])('%s gets a clean error, and the server stays', async (_, text, status, words) => {
  const answer = await exchange(text);
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(words);
  expect(answer.body).not.toContain('The local cloud failed');
  await expectAlive();
});

test('half a request is waited for no longer than its sender', async () => {
  await new Promise<void>((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: local\r\nContent-Length: 100\r\n\r\nAction=');
      setTimeout(() => socket.destroy(), 20);
    });
    socket.on('close', () => resolve());
  });
  await expectAlive();
});

test('it listens on the loopback address only', async () => {
  expect(cloud.endpoint).toBe(`http://127.0.0.1:${port}`);
  const others = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    // Another loopback address stands in for them where a machine has no network.
    .map(({ address }) => address)
    .concat('127.0.0.2');
  for (const host of others) {
    const reached = await new Promise<string | undefined>((resolve) => {
      const socket = createConnection({ port, host });
      socket.on('connect', () => {
        socket.destroy();
        resolve('connected');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(`${host} ${reached}`).not.toBe(`${host} connected`);
  }
});
