import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { unzipSync } from 'fflate';
import { type Json, object, TemplateError } from '../template/json';
import type { Template } from '../template/template';

/**
 * Where a function's code lies: an asset of the CDK, or the zip file that the template names, as it does before
 * `aws cloudformation package` has put it into a bucket.
 *
 * @param code the property `Code`
 * @throws TemplateError for any other kind of code
 */
export function codeDirectory(template: Template, logicalId: string, code: Json): string {
  if (typeof code === 'string') return unzipped(resolve(dirname(template.file), code), `${logicalId}.Code`);
  const key = object(code).S3Key;
  if (typeof key === 'string') return template.assetDirectory(key);
  throw new TemplateError(`${logicalId}.Code: only a bundle among the stack's assets, or a zip file, can run here`);
}

const unpacked = new Map<string, string>();

/** Unpacks the file into a directory of this process, once. */
function unzipped(file: string, where: string): string {
  if (!existsSync(file)) throw new TemplateError(`${where}: there is no file ${file}`);
  const content = readFileSync(file);
  const hash = createHash('sha256').update(content).digest('hex');
  const known = unpacked.get(hash);
  if (known !== undefined) return known;
  const directory = mkdtempSync(join(tmpdir(), 'vip-failover-code-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  for (const [path, bytes] of Object.entries(entriesOf(content, where))) {
    if (path.endsWith('/')) continue;
    const target = resolve(directory, path);
    if (!target.startsWith(directory + sep)) throw new TemplateError(`${where}: ${path} lies outside the zip file`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  unpacked.set(hash, directory);
  return directory;
}

function entriesOf(content: Uint8Array, where: string): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(content);
  } catch (error) {
    throw new TemplateError(`${where}: no zip file (${error instanceof Error ? error.message : error})`);
  }
}
