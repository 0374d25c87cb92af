import { safeForBrowsers } from '../../../src/stored/routing/runtime/web-content';

const read = (contentType?: string, contentDisposition?: string) =>
  safeForBrowsers({ key: 'a', contentType, contentDisposition }, 'get', 0).contentDisposition;
const upload = (contentType?: string) => () => safeForBrowsers({ key: 'a', contentType }, 'put', 3);

const SAFE = [
  'image/png',
  'IMAGE/JPEG',
  'image/vnd.adobe.photoshop',
  'video/mp4',
  'video/mp4; codecs="avc1.42E01E, mp4a.40.2"',
  'audio/wav',
  'application/pdf',
  'application/zip',
  'application/octet-stream',
  'application/vnd.apple.mpegurl',
  'text/plain',
  'text/plain;charset=utf-8',
  'text/vtt',
];
const UNSAFE = [
  'text/html',
  'Text/HTML; charset=utf-8',
  'text/xml',
  'text/javascript',
  'text/css',
  'image/svg+xml',
  'image/svg',
  'image/x+xml',
  'application/xhtml+xml',
  'application/dash+xml',
  'application/xml',
  'application/javascript',
  'application/x-shockwave-flash',
  'multipart/x-mixed-replace',
  'image/png, text/html',
  'image/png;a=b, text/html',
  'image/png ,text/html',
  'image/png;',
  'image/',
  'image',
  'text/plain text/html',
  '',
];

describe('safeForBrowsers', () => {
  test.each(SAFE)('a link with the type %s stays as requested', (type) => {
    expect(read(type)).toBeUndefined();
    expect(read(type, 'inline; filename=a')).toBe('inline; filename=a');
    expect(upload(type)()).toEqual({ key: 'a', contentType: type });
  });

  test.each(UNSAFE)('a link with the type %j is a download, and not an upload', (type) => {
    expect(read(type)).toBe('attachment');
    expect(read(type, 'inline')).toBe('attachment');
    expect(upload(type)).toThrow(
      expect.objectContaining({
        name: 'ValidationError',
        message: expect.stringMatching(/^objects\[3\]\.contentType: got/),
      }),
    );
  });

  test.each([
    ['attachment; filename="report (1).html"', 'attachment; filename="report (1).html"'],
    ['inline;filename=a.html; x=y', 'attachment;filename=a.html'],
    [
      "inline; filename=a.html; filename*=UTF-8''%c3%a9.html",
      "attachment; filename=a.html; filename*=UTF-8''%c3%a9.html",
    ],
    ['inline; filename="a, inline; b\\".html"', 'attachment; filename="a, inline; b\\".html"'],
    ['inline; filename=a, inline', 'attachment; filename=a'],
    ['inline, attachment', 'attachment'],
  ])('keeps the file name of %s', (disposition, expected) => expect(read('text/html', disposition)).toBe(expected));

  test('a link without a type has the type of the object', () => {
    expect(read()).toBeUndefined();
    expect(read(undefined, 'inline')).toBe('inline');
  });

  test('an upload must have a type', () =>
    expect(upload()).toThrow(/contentType: got nothing, expected image\/\* \(not SVG\)/));
});
