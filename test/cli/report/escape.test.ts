import { escaped, html } from '../../../cli/report/escape';

test('markup is text', () => {
  expect(html`<b title="${'" onmouseover="x'}">${"<script>&'"}</b>`.text).toBe(
    '<b title="&quot; onmouseover=&quot;x">&lt;script&gt;&amp;&#39;</b>',
  );
});

test('what could turn or hide a line is shown by its number', () => {
  expect(escaped('a\u202eb\u200b\u2066c\u0000\u2028\u0085d\n\te')).toBe(
    'a[U+202E]b[U+200B][U+2066]c[U+0000][U+2028][U+0085]d\n\te',
  );
});

test('a finished part is not escaped again, and halves of characters do no harm', () => {
  expect(html`<p>${html`<i>${'&'}</i>`}${'\ud800'}</p>`.text).toBe('<p><i>&amp;</i>\ufffd</p>');
});
