import { MediaObject } from './request';
import { ValidationError } from '../../../private/validation-error';

/**
 * Types that browsers display without running their content. SVG and all other XML types can contain scripts, so DASH
 * manifests are not listed. Players can still fetch them, because they ignore that they are attachments.
 */
const SAFE_TYPES = [
  /^(image|video|audio)\/(?!svg)[a-z0-9][a-z0-9.-]*$/,
  /^application\/(pdf|octet-stream|zip|vnd\.apple\.mpegurl)$/,
  /^text\/(plain|vtt)$/,
];
const PARAMETERS = /^(\s*;\s*[a-z0-9-]+=("[^"\\]*"|[\w.+-]+))*$/i;
const FILE_NAME = /;\s*filename\*?=("(?:[^"\\]|\\.)*"|[^;\s",]+)/gi;
const EXPECTED =
  'image/* (not SVG), video/*, audio/*, text/plain, text/vtt, application/pdf, application/zip, application/octet-stream ' +
  'or application/vnd.apple.mpegurl';

/**
 * Returns an object whose link cannot run scripts in the origin of the links: browsers download all specified content
 * types except safe ones, and uploads of other types are refused. Otherwise, any caller over HTTP could create a link
 * that runs a script in that origin.
 *
 * @throws ValidationError if the content type of an upload is missing or not safe
 */
export function safeForBrowsers(object: MediaObject, method: 'get' | 'put', index: number): MediaObject {
  const { contentType, contentDisposition } = object;
  const isSafe = contentType !== undefined && isSafeType(contentType);
  if (isSafe) return object;
  if (method === 'put') throw new ValidationError(`objects[${index}].contentType`, contentType, EXPECTED);
  if (contentType === undefined) return object;
  return { ...object, contentDisposition: asAttachment(contentDisposition) };
}

function isSafeType(contentType: string): boolean {
  const end = contentType.search(/[\s;,]/);
  const [type, parameters] = end < 0 ? [contentType, ''] : [contentType.slice(0, end), contentType.slice(end)];
  return PARAMETERS.test(parameters) && SAFE_TYPES.some((safe) => safe.test(type.toLowerCase()));
}

/** Keeps the file name that the caller suggests. */
function asAttachment(disposition = ''): string {
  return `attachment${(disposition.match(FILE_NAME) ?? []).join('')}`;
}
