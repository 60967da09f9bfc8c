import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { type CloudOptions, startCloud } from '../../local/emulator/cloud';

/** Clouds from variants of one template: the file is read once, and all functions keep their warm instances. */
export class Variants {
  readonly template: unknown;
  private readonly file: string;

  constructor(templateFile: string) {
    this.template = JSON.parse(readFileSync(templateFile, 'utf8'));
    const directory = mkdtempSync(join(tmpdir(), 'variants-'));
    this.file = join(directory, basename(templateFile));
    const manifest = (file: string) => file.replace('.template.json', '.assets.json');
    const assets = JSON.parse(readFileSync(manifest(templateFile), 'utf8'));
    for (const { source } of Object.values<{ source: { path: string } }>(assets.files))
      source.path = relative(directory, join(dirname(templateFile), source.path));
    writeFileSync(manifest(this.file), JSON.stringify(assets));
  }

  async driver(template: unknown, options: Partial<CloudOptions> = {}): Promise<ClusterDriver> {
    const templateFile = this.write(template);
    return new ClusterDriver(await startCloud({ templateFile, clock: 'virtual', reuseInstances: true, ...options }));
  }

  /** Returns the file, which the next variant overwrites. */
  write(template: unknown): string {
    writeFileSync(this.file, JSON.stringify(template));
    return this.file;
  }
}
