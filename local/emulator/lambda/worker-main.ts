/** What runs inside a worker: Lambda's Node.js runtime in small. It is bundled to plain JavaScript before it is started. */
import { parentPort, workerData } from 'node:worker_threads';
import { contextObject, functionError, type InvocationContext, type Outcome } from './instance';

export interface WorkerData {
  readonly file: string;
  readonly exportName: string;
}

export interface WorkerRequest {
  readonly payload: string;
  readonly context: InvocationContext;
}

export type WorkerMessage = { readonly log: string } | { readonly outcome: Outcome };

type Handler = (event: unknown, context: object) => unknown;

const { file, exportName } = workerData as WorkerData;
const send = (message: WorkerMessage) => parentPort?.postMessage(message);

/** Lines go as messages, so that they arrive in order with the results. */
for (const stream of [process.stdout, process.stderr]) {
  let rest = '';
  stream.write = (chunk: unknown) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const log of lines) send({ log });
    return true;
  };
}

function load(): Handler {
  const handler: unknown = require(file)[exportName];
  if (typeof handler !== 'function')
    throw Object.assign(new Error(`${exportName} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  return handler as Handler;
}

let handler: Handler | undefined;
let failed: Outcome | undefined;
try {
  handler = load();
} catch (error) {
  failed = { kind: 'error', error: functionError(error) };
}

async function run({ payload, context }: WorkerRequest): Promise<Outcome> {
  if (handler === undefined) return failed ?? { kind: 'exit', reason: 'no handler' };
  try {
    const result = await handler(JSON.parse(payload), contextObject(context, Date.now));
    return { kind: 'result', payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { kind: 'error', error: functionError(error) };
  }
}

parentPort?.on('message', async (request: WorkerRequest) => send({ outcome: await run(request) }));
