import { HttpRequest } from '@smithy/core/protocols';
import { Hash, streamCollector } from '@smithy/core/serde';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { credentials } from '../shared/aws-clients';
import { asFields } from '../shared/input';
import { CONNECT_MS, EVENT_REQUEST_MS } from '../shared/timing';

/** An event as its sender knows it. */
export interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  /** JSON. */
  readonly Detail: string;
  readonly Resources: readonly string[];
}

const ATTEMPTS = 2;
const http = new NodeHttpHandler({
  connectionTimeout: CONNECT_MS,
  requestTimeout: EVENT_REQUEST_MS,
  throwOnRequestTimeout: true,
});

/**
 * Puts one event on the default bus, in at most two attempts: one whose answer was lost may be there twice. The request is
 * signed and sent with the parts that the SDK's clients are made of; `@aws-sdk/client-eventbridge` would add 37 kB, an eighth,
 * to a bundle that a failover waits for.
 * @returns the event's ID
 * @throws {Error} whose name is EventBridge's error code, or what the network said
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function putEvent(entry: Entry): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptToPut(entry);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function attemptToPut(entry: Entry): Promise<string> {
  const { response } = await http.handle(await signed(JSON.stringify({ Entries: [entry] })));
  const text = Buffer.from(await streamCollector(response.body)).toString();
  const answer: unknown = JSON.parse(text);
  const { __type: type, message } = asFields(answer);
  if (response.statusCode !== 200)
    throw named(
      String(type ?? response.statusCode)
        .split('#')
        .at(-1),
      message,
    );
  const entries = asFields(answer).Entries;
  const { EventId: id, ErrorCode: code, ErrorMessage: why } = asFields(Array.isArray(entries) ? entries[0] : null);
  if (typeof id !== 'string') throw named(String(code ?? 'NoEventId'), why);
  return id;
}

/** @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
async function signed(body: string) {
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL_EVENTBRIDGE, AWS_ENDPOINT_URL, EVENTS_ENDPOINT } = process.env;
  const endpoint = AWS_ENDPOINT_URL_EVENTBRIDGE ?? AWS_ENDPOINT_URL ?? EVENTS_ENDPOINT;
  if (endpoint === undefined) throw new Error('EVENTS_ENDPOINT is missing; the stack sets it. Deploy it again.');
  const { protocol, hostname, port, host } = new URL(endpoint);
  const request = new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: '/',
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body,
  });
  const signer = new SignatureV4({ service: 'events', region, credentials, sha256: Hash.bind(null, 'sha256') });
  return new HttpRequest({ ...(await signer.sign(request)) });
}

function named(name: string | undefined, message: unknown): Error {
  return Object.assign(new Error(String(message ?? 'no message')), { name });
}
