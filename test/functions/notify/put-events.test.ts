import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { putEvent } from '../../../functions/notify/put-events';

/** What EventBridge was asked, and what it answers, in turn; null: it breaks the connection. */
let asked: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
let answers: (readonly [status: number, body: string] | null)[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers.shift();
      if (!answer) return void request.socket.destroy();
      response.writeHead(answer[0], { 'content-type': 'application/x-amz-json-1.1' }).end(answer[1]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const VARIABLES = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};
beforeEach(() => {
  asked = [];
  answers = [];
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_ENDPOINT_URL_EVENTBRIDGE;
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, VARIABLES, { EVENTS_ENDPOINT: `http://127.0.0.1:${port}` });
});

const ENTRY = { Source: 's', DetailType: 't', Detail: '{"a":"ü"}', Resources: ['arn'] };
const PUT = [200, '{"FailedEntryCount":0,"Entries":[{"EventId":"id-1"}]}'] as const;

test('one signed request puts the event', async () => {
  answers = [PUT];
  await expect(putEvent(ENTRY)).resolves.toBe('id-1');
  expect(asked).toHaveLength(1);
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ Entries: [ENTRY] });
  expect(asked[0]?.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSEvents.PutEvents',
    'x-amz-security-token': 'token',
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/events\/aws4_request, SignedHeaders=\S*host\S*, Signature=[0-9a-f]{64}$/,
    ),
  });
});

test.each([
  ['a broken connection', null],
  ['an answer of the 500s', [500, '{"__type":"InternalException","message":"no"}'] as const],
  ['an entry that failed', [200, '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}'] as const],
  ['a web page', [200, '<html>'] as const],
])('after %s it is tried once more', async (_what, first) => {
  answers = [first, PUT];
  await expect(putEvent(ENTRY)).resolves.toBe('id-1');
  expect(asked).toHaveLength(2);
});

test.each([
  [
    'a refusal',
    [400, '{"__type":"com.amazonaws#AccessDeniedException","message":"not authorized"}'],
    'AccessDeniedException',
    'not authorized',
  ],
  [
    'an entry that fails',
    [200, '{"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"later"}]}'],
    'InternalFailure',
    'later',
  ],
  ['an empty answer', [200, '{}'], 'NoEventId', 'no message'],
  ['an answer without words', [503, 'null'], '503', 'no message'],
] as const)('%s is an error of its name', async (_what, answer, name, message) => {
  answers = [answer, answer];
  await expect(putEvent(ENTRY)).rejects.toMatchObject({ name, message });
  expect(asked).toHaveLength(2);
});

test('another endpoint is taken where the SDK would take it', async () => {
  answers = [PUT, PUT];
  const { EVENTS_ENDPOINT } = process.env;
  process.env.EVENTS_ENDPOINT = 'http://127.0.0.1:1';
  process.env.AWS_ENDPOINT_URL = EVENTS_ENDPOINT;
  await expect(putEvent(ENTRY)).resolves.toBe('id-1');
  process.env.AWS_ENDPOINT_URL_EVENTBRIDGE = EVENTS_ENDPOINT;
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  await expect(putEvent(ENTRY)).resolves.toBe('id-1');
});

test('without an endpoint it says what to do', async () => {
  delete process.env.EVENTS_ENDPOINT;
  await expect(putEvent(ENTRY)).rejects.toThrow('EVENTS_ENDPOINT is missing; the stack sets it. Deploy it again.');
});
