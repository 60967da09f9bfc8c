import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../errors';

const ROOT = join(__dirname, '../..');
const SYNTHESIZE = join(ROOT, 'local/demo/print-template.ts');

/** Whether this command runs from a clone of the repository; the published package has no CDK app to compare with. */
export const isCheckout = (): boolean => existsSync(SYNTHESIZE);

/**
 * The template that this checkout synthesizes, as text; from the last time, where nothing has changed since.
 * @param configFile another configuration than cdk.json's
 * @throws {Problem} what the CDK app said
 */
export async function templateOfCheckout(configFile: string | undefined): Promise<string> {
  const words = ['--import', 'tsx', SYNTHESIZE, ...(configFile === undefined ? [] : [configFile])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: process.cwd() });
    return readFileSync(stdout.trim(), 'utf8');
  } catch (error) {
    throw new Problem(`This checkout cannot be synthesized: ${String(Object(error).stderr || error).trim()}`);
  }
}
