import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { codeDirectory } from '../../../../local/emulator/lambda/code';
import { loadTemplate } from '../../../../local/emulator/template/template';

const directory = mkdtempSync(join(tmpdir(), 'code-'));
writeFileSync(join(directory, 'Small.template.json'), JSON.stringify({ Resources: {} }));
const template = loadTemplate(join(directory, 'Small.template.json'));

function zip(name: string, files: Readonly<Record<string, string>>): string {
  const content = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const);
  writeFileSync(join(directory, name), zipSync(Object.fromEntries(content)));
  return name;
}

test('a zip file beside the template is unpacked, once for the same bytes', () => {
  const code = codeDirectory(template, 'Function', zip('one.zip', { 'index.js': 'one', 'lib/two.js': 'two' }));
  expect(readFileSync(join(code, 'index.js'), 'utf8')).toBe('one');
  expect(readFileSync(join(code, 'lib/two.js'), 'utf8')).toBe('two');
  expect(codeDirectory(template, 'Function', 'one.zip')).toBe(code);
});

test('a file in it cannot leave the directory', () => {
  const name = zip('out.zip', { '../../escaped.js': 'x' });
  expect(() => codeDirectory(template, 'Function', name)).toThrow('Function.Code: ../../escaped.js lies outside');
  expect(existsSync(join(tmpdir(), '../escaped.js'))).toBe(false);
});

test.each([
  ['a file that is not there', 'none.zip', 'Function.Code: there is no file'],
  ['a file of another kind', 'Small.template.json', 'Function.Code: no zip file'],
  ['source in the template', { ZipFile: 'x' }, "only a bundle among the stack's assets, or a zip file"],
])('%s is refused by name', (_, code, message) => {
  expect(() => codeDirectory(template, 'Function', code)).toThrow(message);
});
