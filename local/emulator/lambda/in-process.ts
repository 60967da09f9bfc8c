import { Console } from 'node:console';
import { EventEmitter } from 'node:events';
import * as fs from 'node:fs';
import type { Dispatch } from '../kernel/api';
import { type Clock, dateWith } from '../kernel/clock';
import { fakeHttp } from './fake-http';
import {
  contextObject,
  functionError,
  type Instance,
  type InstanceSettings,
  type InvocationContext,
  type Outcome,
} from './instance';
import { evaluate, original } from './loader';

/** What an instance in this process is connected to. All of it changes when the instance goes to another cloud. */
export interface Host {
  readonly clock: Clock;
  /** How far the clock of a new instance of the function is ahead of the cloud's, milliseconds; by its label. */
  readonly skew: (label: string) => number;
  readonly random: () => number;
  readonly dispatch: Dispatch;
}

/**
 * Reading a file asynchronously takes real time, in which virtual time must not run on; the SDK looks for a profile that
 * way. There is none in Lambda.
 */
const noFile = async (path: unknown): Promise<never> => {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
};
const NO_FILES = { ...fs, promises: { readFile: noFile } };

type Handler = (event: unknown, context: object) => unknown;

/**
 * An execution environment made of nothing but the bundle's module, evaluated with this cloud's clock and network. It
 * needs no thread and no socket, so thousands of them run in a second, in a fixed order.
 * @param reuse takes an instance that another cloud of this process is done with, as initialisation is most of the work.
 * What a module remembers of earlier invocations comes along, as it does in Lambda.
 */
export function startInProcess(settings: InstanceSettings, host: Host, reuse: boolean): Instance {
  if (!reuse) return new InProcessInstance(settings, host, null);
  const key = poolKey(settings);
  const pool = pools.get(key) ?? [];
  pools.set(key, pool);
  const kept = pool.pop();
  if (kept === undefined) return new InProcessInstance(withOwnToken(settings), host, pool);
  kept.adopt(settings, host);
  return kept;
}

let tokens = 0;

/** Clouds with the same seed draw the same session tokens, and an instance brings its own along to the next cloud. */
function withOwnToken(settings: InstanceSettings): InstanceSettings {
  tokens += 1;
  const { AWS_SESSION_TOKEN = '', ...environment } = settings.environment;
  return { ...settings, environment: { ...environment, AWS_SESSION_TOKEN: `${AWS_SESSION_TOKEN}-${tokens}` } };
}

/** Instances that wait for another cloud, by all that they are made of. */
const pools = new Map<string, InProcessInstance[]>();

function poolKey({ function: fn, environment }: InstanceSettings): string {
  return JSON.stringify([original(fn.file()), fn.exportName, { ...environment, AWS_SESSION_TOKEN: '' }]);
}

class InProcessInstance implements Instance {
  readonly sessionToken: string;
  private discarded = false;
  /** Milliseconds that this instance's clock is ahead. */
  private skew: number;
  private handler: Handler | undefined;
  /** Ends the invocation under way when the code calls `process.exit`. */
  private exit: (code: number) => void = () => undefined;

  constructor(
    private settings: InstanceSettings,
    private host: Host,
    private readonly pool: InProcessInstance[] | null,
  ) {
    this.sessionToken = settings.environment.AWS_SESSION_TOKEN ?? '';
    this.skew = host.skew(settings.function.label);
  }

  adopt(settings: InstanceSettings, host: Host): void {
    this.settings = settings;
    this.host = host;
    this.skew = host.skew(settings.function.label);
    this.discarded = false;
  }

  invoke(payload: string, context: InvocationContext): Promise<Outcome> {
    return new Promise((resolve) => {
      this.exit = (code) => resolve({ kind: 'exit', reason: `exit status ${code}` });
      this.run(payload, context).then((outcome) => {
        if (!this.discarded) resolve(outcome);
      });
    });
  }

  private async run(payload: string, context: InvocationContext): Promise<Outcome> {
    try {
      this.handler ??= this.initialise();
      const event: unknown = JSON.parse(payload);
      const result = await this.handler(
        event,
        contextObject(context, () => this.host.clock.now()),
      );
      return { kind: 'result', payload: JSON.stringify(result) ?? 'null' };
    } catch (error) {
      return { kind: 'error', error: functionError(error) };
    }
  }

  private initialise(): Handler {
    const { function: fn, environment } = this.settings;
    // Always by way of the host, which is another one after the instance was adopted.
    const now = () => this.host.clock.now() + this.skew;
    const clock: Clock = {
      now,
      setTimeout: (callback, milliseconds) => this.host.clock.setTimeout(callback, milliseconds),
      clearTimeout: (handle) => this.host.clock.clearTimeout(handle),
      sleep: (milliseconds) => this.host.clock.sleep(milliseconds),
      Date: dateWith(now),
    };
    const random = () => this.host.random();
    const http = fakeHttp(clock, (request) => this.host.dispatch(request));
    const stdout = lines((line) => this.log(line));
    const surroundings = fakeProcess(environment, stdout, (code) => this.exit(code));
    const module = evaluate(fn.file(), {
      clock,
      random,
      process: surroundings,
      console: new Console({ stdout, stderr: stdout }),
      modules: { http, https: http, process: surroundings, fs: NO_FILES, 'fs/promises': NO_FILES.promises },
    });
    const handler = (module as Readonly<Record<string, unknown>>)[fn.exportName];
    if (typeof handler !== 'function')
      throw Object.assign(new Error(`${fn.handler} is undefined or not exported`), {
        name: 'Runtime.HandlerNotFound',
      });
    return handler as Handler;
  }

  private log(line: string): void {
    if (!this.discarded) this.settings.log(line);
  }

  discard(): void {
    this.discarded = true;
  }

  release(): void {
    this.discarded = true;
    this.pool?.push(this);
  }
}

/** A stream that hands on whole lines. */
function lines(handle: (line: string) => void): NodeJS.WriteStream {
  let rest = '';
  const write = (chunk: unknown) => {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) handle(part);
    return true;
  };
  return Object.assign(new EventEmitter(), { write }) as unknown as NodeJS.WriteStream;
}

/** The real process but for what belongs to the function: its variables, its output, its end. */
function fakeProcess(
  environment: Readonly<Record<string, string>>,
  stdout: NodeJS.WriteStream,
  exit: (code: number) => void,
): NodeJS.Process {
  const replaced: Readonly<Record<string | symbol, unknown>> = {
    env: { ...environment },
    stdout,
    stderr: stdout,
    exit: (code = 0) => {
      exit(Number(code));
      throw new Error('process.exit');
    },
    emitWarning: () => undefined,
  };
  return new Proxy(process, {
    get(target, property) {
      if (Object.hasOwn(replaced, property)) return replaced[property];
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
