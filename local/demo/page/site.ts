import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { TIMELINE_STYLE } from '../../../cli/report/style';
import type { Cloud } from '../../emulator/cloud';
import type { Site } from '../../emulator/kernel/server';
import { FAULT_CHOICES } from '../fault-kinds';
import { ACTION_NAMES, ActionError, perform } from './actions';
import { Feed, nodesOf } from './feed';

const HTML = readFileSync(join(__dirname, 'page.html'), 'utf8').replace('/* timeline */', TIMELINE_STYLE);

/** Nothing but the page's own script and style runs, and it talks to nobody but us. @see https://www.w3.org/TR/CSP3/ */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf('script')}`,
  `style-src ${hashOf('style')}`,
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(element: 'script' | 'style'): string {
  const [, text = ''] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(HTML) ?? [];
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const LARGEST_ACTION_BYTES = 10_000;

/**
 * The live page at the local cloud's own address: `GET /` is the page, `GET /page/events` what happens, `POST /page/do`
 * what a button asks for. Everything else is a request to AWS.
 *
 * A name that an attacker's DNS points to this machine is no name of ours, and neither is another site's page: requests
 * for a foreign host, or of a foreign origin, are refused. Nothing changes by GET.
 */
export function livePage(cloud: Cloud, scenario: string): { readonly site: Site; close(): void } {
  const feed = new Feed(cloud);
  const beginning = {
    scenario,
    began: cloud.now(),
    clusters: cloud.clusters.map(({ name, subnetId, virtualIps }) => ({
      name,
      addresses: virtualIps.map(({ address }) => ({ address, holder: cloud.world.holderOf(address, subnetId) })),
    })),
    nodes: nodesOf(cloud),
    states: Object.keys(Object(cloud.stateMachine.definition.States)),
    actions: ACTION_NAMES,
    faults: FAULT_CHOICES.map(({ name, description }) => ({ name, description })),
  };
  const site: Site = (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://local');
    const isPage = pathname === '/' && search === '' && request.method === 'GET' && !request.headers.authorization;
    if (!isPage && !pathname.startsWith('/page/')) return false;
    const foreign = foreignTo(request);
    if (foreign !== null) refuse(response, 403, foreign);
    else if (isPage) answer(response, 200, HTML, 'text/html; charset=utf-8');
    else if (pathname === '/page/events' && request.method === 'GET') feed.join(response, beginning);
    else if (pathname === '/page/do' && request.method === 'POST') void act(cloud, request, response);
    else refuse(response, 404, 'There is /, /page/events to GET, and /page/do to POST to.');
    return true;
  };
  return { site, close: () => feed.close() };
}

/** Why a request is not one of our own page's; null where it is. */
function foreignTo({ headers, socket }: IncomingMessage): string | null {
  const port = socket.localPort;
  const ours = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = headers;
  if (!ours.includes(host)) return `The host is ${JSON.stringify(host)}; this page is at http://${ours[0]}/.`;
  if (origin !== undefined && origin !== `http://${host}`) return `A page of ${JSON.stringify(origin)} may not ask.`;
  return null;
}

async function act(cloud: Cloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A form of another site can send text only; JSON would have to be asked for first.
  if (request.headers['content-type'] !== 'application/json') {
    refuse(response, 415, 'Send JSON, with the content type application/json.');
    return;
  }
  try {
    perform(cloud, JSON.parse(await bodyOf(request)));
    answer(response, 204, '', 'text/plain');
  } catch (error) {
    if (error instanceof SyntaxError) refuse(response, 400, `That is no JSON: ${error.message}`);
    else if (error instanceof ActionError) refuse(response, 409, error.message);
    else refuse(response, 500, error instanceof Error ? error.message : String(error));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > LARGEST_ACTION_BYTES) throw new ActionError(`At most ${LARGEST_ACTION_BYTES} bytes.`);
  }
  return body;
}

function refuse(response: ServerResponse, status: number, why: string): void {
  answer(response, status, `${why}\n`, 'text/plain; charset=utf-8');
}

function answer(response: ServerResponse, status: number, body: string, type: string): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}
