import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { readTemplate, resourcesOf, stateMachineOf, type TemplateFile } from './workflow';

export const BENCH_DIRECTORY = join(__dirname, '../dist/bench');

/**
 * Writes a template like the given one that writes no logs, and returns its file: nobody reads them here, and those of
 * hundreds of executions would fill the memory.
 */
export function withoutLogs(templateFile: string, label: string): string {
  const template = readTemplate(templateFile);
  for (const { Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    Variables.POWERTOOLS_LOG_LEVEL = 'SILENT';
  }
  delete stateMachineOf(template).Properties.LoggingConfiguration;
  return writeTemplate(templateFile, label, template);
}

/** A template like the given one whose functions (by their folder's name) have other bundles. */
export function withBundles(templateFile: string, label: string, directoryOf: (folder: string) => string): string {
  const template = readTemplate(templateFile);
  const folders = resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => {
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    const folder = String(Variables.POWERTOOLS_SERVICE_NAME);
    Properties.Code = { S3Bucket: 'assets', S3Key: `${folder}.zip` };
    return folder;
  });
  const file = writeTemplate(templateFile, label, template);
  const manifest = JSON.parse(readFileSync(manifestOf(file), 'utf8'));
  for (const folder of folders) {
    const path = relative(dirname(file), directoryOf(folder));
    manifest.files[folder] = { source: { path }, destinations: { here: { objectKey: `${folder}.zip` } } };
  }
  writeFileSync(manifestOf(file), JSON.stringify(manifest));
  return file;
}

/** Writes a template elsewhere, with the assets of the one that it was made from. */
export function writeTemplate(from: string, label: string, template: TemplateFile): string {
  const directory = join(BENCH_DIRECTORY, label);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, basename(from));
  const manifest = JSON.parse(readFileSync(manifestOf(from), 'utf8'));
  for (const { source } of Object.values<{ source: { path: string } }>(manifest.files))
    source.path = relative(directory, join(dirname(from), source.path));
  writeFileSync(file, JSON.stringify(template));
  writeFileSync(manifestOf(file), JSON.stringify(manifest));
  return file;
}

const manifestOf = (templateFile: string) => templateFile.replace(/\.template\.json$/, '.assets.json');
