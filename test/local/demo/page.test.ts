import { request } from 'node:http';
import { livePage } from '../../../local/demo/page/site';
import { synthesize } from '../../../local/demo/synth';
import { type Cloud, startCloud } from '../../../local/emulator/cloud';

let cloud: Cloud;
let page: ReturnType<typeof livePage>;

beforeAll(async () => {
  cloud = await startCloud({ templateFile: synthesize(), clock: 'virtual', port: 0 });
  page = livePage(cloud, 'none');
  cloud.site = page.site;
});
afterAll(async () => {
  page.close();
  await cloud.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Asks as a browser would, with a `Host` of one's own where need be. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(cloud.endpoint);
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    request({ host: '127.0.0.1', port, path, ...rest }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        // The feed never ends: what it begins with is enough.
        if (response.headers['content-type']?.startsWith('text/event-stream') && text.endsWith('\n\n'))
          response.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    })
      .on('error', reject)
      .end(body);
  });
}

const [active, standby] = ['i-0a1b2c3d4e5f60001', 'i-0a1b2c3d4e5f60002'];
const act = (action: object, headers: Record<string, string> = {}) =>
  ask('/page/do', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ cluster: 'mail', ...action }),
  });
const stateOf = (instanceId: string) => cloud.world.instance(instanceId).state;

test('the page is one file that loads nothing from anywhere', async () => {
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
  );
  expect(body).toContain('<!doctype html>');
  expect(body).not.toMatch(/\b(?:src|href)="(?!data:)/);
});

test('the feed begins with all that there is', async () => {
  const { body } = await ask('/page/events');
  expect(body).toMatch(/^event: begin\ndata: /);
  expect(JSON.parse(body.slice(body.indexOf('{')))).toMatchObject({
    scenario: 'none',
    clusters: [{ name: 'mail', addresses: [{ address: '10.0.0.5' }] }],
    nodes: [{ instanceId: active, state: 'running' }, { instanceId: standby }],
    states: expect.arrayContaining(['VerifyInstanceState', 'AssignIp']),
    past: [],
  });
});

const BUTTONS = [
  'impair',
  'recover',
  'application-down',
  'application-up',
  'application-unknown',
  'claim',
  'drill',
  'rehearse',
  'check',
  'pause',
  'resume',
  'stop',
  'terminate',
];
test.each(BUTTONS)('the button %s does something', async (what) => {
  const before = cloud.timeline.events.length;
  expect(await act({ do: what, node: standby })).toMatchObject({ status: 204 });
  expect(cloud.timeline.events.length).toBeGreaterThan(before);
});

test('the buttons of the application set what its status check says', async () => {
  for (const [button, status] of [
    ['application-down', 'impaired'],
    ['application-unknown', 'insufficient-data'],
    ['application-up', 'ok'],
  ] as const) {
    expect(await act({ do: button, node: active })).toMatchObject({ status: 204 });
    expect(cloud.world.instance(active).application.status).toBe(status);
  }
});

test('a fault is put in by its name', async () => {
  expect(await act({ do: 'fault', fault: 'unassign-denied' })).toMatchObject({ status: 204 });
});

test.each([
  ['an unknown action', { do: 'explode' }, 409, 'one of stop, start'],
  ['an unknown cluster', { do: 'stop', cluster: 'x', node: active }, 409, 'no cluster "x"'],
  ['a node of no cluster', { do: 'stop', node: 'i-0bad' }, 409, 'no node "i-0bad"'],
  ['an unknown fault', { do: 'fault', fault: 'x' }, 409, 'no fault "x"'],
  ['a prototype’s name', { do: 'constructor' }, 409, 'one of stop'],
])('%s is refused, saying what is right', async (_what, action, status, words) => {
  const answer = await act(action);
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(words);
});

describe('what comes from elsewhere changes nothing and learns nothing', () => {
  test.each([
    ['another site’s page', { origin: 'https://evil.example' }],
    ['a page without origin of its own', { origin: 'null' }],
    ['a name that DNS points to this machine', { host: 'evil.example' }],
    ['that name with our port', { host: 'evil.example:80', origin: 'http://evil.example:80' }],
  ])('%s', async (_what, headers) => {
    for (const answer of [
      await act({ do: 'stop', node: active }, headers),
      await ask('/', { headers }),
      await ask('/page/events', { headers }),
    ])
      expect(answer.status).toBe(403);
    expect(stateOf(active)).toBe('running');
  });
  test('a form of another site, which can send text only', async () => {
    const answer = await act({ do: 'stop', node: active }, { 'content-type': 'text/plain' });
    expect(answer.status).toBe(415);
    expect(stateOf(active)).toBe('running');
  });
  test('nothing changes by GET', async () => {
    expect((await ask('/page/do?do=stop&cluster=mail')).status).toBe(404);
  });
  test.each(['no json', '"stop"', 'null', '[]', '{}'])('the body %s', async (body) => {
    const answer = await ask('/page/do', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect([400, 409]).toContain(answer.status);
  });
  test('a body without end', async () => {
    const answer = await ask('/page/do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '1'.repeat(20_000),
    });
    expect(answer.status).toBe(409);
  });
});

test('whatever else is asked is a request to AWS, as before', async () => {
  const answer = await ask('/?Action=DescribeInstances&Version=2016-11-15');
  expect(answer.body).toContain('<');
  expect(answer.status).not.toBe(200);
});
