import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { ApiResponse, Dispatch } from '../kernel/api';
import type { Clock } from '../kernel/clock';

interface RequestOptions {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** What `node:http` and `node:https` are to a bundle that runs in this process: enough for the AWS SDK's HTTP handler. */
export interface FakeHttp {
  readonly Agent: typeof Agent;
  readonly globalAgent: Agent;
  request(options: RequestOptions, onResponse?: (response: Response) => void): Request;
}

export function fakeHttp(clock: Clock, dispatch: Dispatch): FakeHttp {
  return {
    Agent,
    globalAgent: new Agent(),
    request(options, onResponse) {
      const request = new Request(options, clock, dispatch);
      if (onResponse) request.once('response', onResponse);
      return request;
    },
  };
}

class Agent {
  readonly keepAlive = true;
  readonly maxSockets = Number.POSITIVE_INFINITY;
  readonly sockets = {};
  readonly requests = {};
  destroy(): void {}
}

/** Connected from the start; its idle timeout runs on the cloud's clock until an answer comes. */
class Socket extends EventEmitter {
  readonly connecting = false;
  private timer: unknown = null;

  constructor(private readonly clock: Clock) {
    super();
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    this.quiet();
    if (callback) this.once('timeout', callback);
    if (milliseconds > 0) this.timer = this.clock.setTimeout(() => this.emit('timeout'), milliseconds);
    return this;
  }

  quiet(): void {
    if (this.timer !== null) this.clock.clearTimeout(this.timer);
    this.timer = null;
  }

  destroy(): this {
    this.quiet();
    return this;
  }
}

class Response extends Readable {
  readonly statusCode: number;
  readonly statusMessage = '';
  readonly headers: Readonly<Record<string, string>>;
  complete = false;

  constructor(answer: ApiResponse) {
    super({
      read() {
        this.push(answer.body);
        this.push(null);
      },
    });
    this.statusCode = answer.status;
    this.headers = answer.headers;
    this.once('end', () => {
      this.complete = true;
    });
  }
}

class Request extends Writable {
  readonly socket: Socket;
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly options: RequestOptions,
    clock: Clock,
    private readonly dispatch: Dispatch,
  ) {
    // What is sent to the end is not over yet: the answer is to come.
    super({ autoDestroy: false });
    this.socket = new Socket(clock);
    this.once('close', () => this.socket.destroy());
    process.nextTick(() => this.emit('socket', this.socket));
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    done();
    this.send().catch((error: Error) => this.destroy(error));
  }

  private async send(): Promise<void> {
    const { method = 'GET', path = '/', headers = {} } = this.options;
    const answer = await this.dispatch({
      method,
      path,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(',')]),
      ),
      body: Buffer.concat(this.chunks).toString('utf8'),
    });
    this.socket.quiet();
    if (this.destroyed) return;
    if (answer === 'reset') {
      this.destroy(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
      return;
    }
    const response = new Response(answer);
    response.once('close', () => this.destroy());
    this.emit('response', response);
  }
}
