import { ConfigError } from './config';

/** IDs of the example in cdk.json, of the documents and of the error messages, and addresses of domains that are nobody's. */
const SAMPLE =
  /^(?:(?:i|eni|subnet|eipalloc)-(?:0a1b2c3d4e5f6\d{4}|0123456789abcdef0)|[^@]+@example\.(?:com|net|org))$/i;

/**
 * A deployment of the example would watch instances that do not exist, and tell nobody. The local cloud plays it.
 *
 * @throws {ConfigError} that names every sample
 * @see https://www.rfc-editor.org/rfc/rfc2606
 */
export function assertNoSampleIds(config: unknown): void {
  const samples = samplesIn(config, '');
  if (samples.length === 0) return;
  throw new ConfigError(samples);
}

function samplesIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') {
    const message =
      'is a sample and cannot be deployed; allowed: the ID of a resource, or the address of a person, of your own';
    return SAMPLE.test(value) ? [`${path}: found "${value}", which ${message}`] : [];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => samplesIn(each, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => samplesIn(each, path === '' ? name : `${path}.${name}`));
}
