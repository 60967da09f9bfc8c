import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiRequest, ApiResponse, Dispatch } from './api';

/** No AWS request that this cloud answers is near it. */
const LARGEST_BODY_BYTES = 1024 * 1024;

/** A port that cannot be listened on. One line, for people. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

/** Looks at each request first. @returns true where it answers itself; else the request is one to AWS. */
export type Site = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * Serves the cloud over HTTP on the loopback interface, and on no other. @param port 0: any free one.
 * @throws PortError
 */
export async function startServer(dispatch: Dispatch, port: number, site: Site = () => false): Promise<RunningServer> {
  const server = createServer((request, response) => {
    if (site(request, response)) return;
    answer(request, dispatch).then(
      (result) => {
        if (result === 'reset') {
          request.socket.destroy();
          return;
        }
        const headers = result.status === 413 ? { ...result.headers, connection: 'close' } : result.headers;
        response.writeHead(result.status, headers).end(result.body);
      },
      // The client went away while it was sending, or sends without end: there is nobody to answer.
      () => request.socket.destroy(),
    );
  });
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${error.code ?? error.message})`;
      reject(new PortError(`Port ${port} ${why}.`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(request: IncomingMessage, dispatch: Dispatch): Promise<ApiResponse | 'reset'> {
  const body = await readBody(request);
  if (body === undefined) {
    const headers = { 'content-type': 'text/plain' };
    return { status: 413, headers, body: `A request may have at most ${LARGEST_BODY_BYTES} bytes.\n` };
  }
  return dispatch(asApiRequest(request, body));
}

function asApiRequest(request: IncomingMessage, body: string): ApiRequest {
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
    ),
    body,
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // What is too much is read and thrown away, so that the client hears why; but not for ever.
    if (size <= LARGEST_BODY_BYTES) chunks.push(chunk);
    else if (size > 64 * LARGEST_BODY_BYTES) throw new Error('far too large');
  }
  return size > LARGEST_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
