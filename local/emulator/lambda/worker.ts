import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import type { Instance, InstanceSettings, InvocationContext, Outcome } from './instance';
import type { WorkerData, WorkerMessage, WorkerRequest } from './worker-main';

let runtime: string | undefined;

/** worker-main.ts as one plain JavaScript source: a worker inherits neither tsx nor a test runner's transforms. */
function runtimeSource(): string {
  runtime ??= buildSync({
    entryPoints: [join(__dirname, 'worker-main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  }).outputFiles[0]?.text;
  return runtime ?? '';
}

/** An execution environment of its own: a thread with the function's environment and a real network. */
export function startWorker(settings: InstanceSettings): Instance {
  return new WorkerInstance(settings);
}

class WorkerInstance implements Instance {
  readonly sessionToken: string;
  private readonly worker: Worker;
  private finish: (outcome: Outcome) => void = () => undefined;
  private gone: Outcome | undefined;

  constructor({ function: fn, environment, log }: InstanceSettings) {
    this.sessionToken = environment.AWS_SESSION_TOKEN ?? '';
    const workerData: WorkerData = { file: fn.file(), exportName: fn.exportName };
    this.worker = new Worker(runtimeSource(), { eval: true, env: { ...environment }, execArgv: [], workerData });
    this.worker.on('message', (message: WorkerMessage) => {
      if ('log' in message) log(message.log);
      else this.finish(message.outcome);
    });
    this.worker.on('error', (error) => log(String(error.stack ?? error)));
    this.worker.on('exit', (code) => {
      this.gone = { kind: 'exit', reason: `exit status ${code}` };
      this.finish(this.gone);
    });
  }

  invoke(payload: string, context: InvocationContext): Promise<Outcome> {
    if (this.gone) return Promise.resolve(this.gone);
    return new Promise((resolve) => {
      this.finish = resolve;
      const request: WorkerRequest = { payload, context };
      this.worker.postMessage(request);
    });
  }

  discard(): void {
    this.finish = () => undefined;
    this.worker.removeAllListeners('message');
    this.worker.terminate().catch(() => undefined);
  }

  release(): void {
    this.discard();
  }
}
