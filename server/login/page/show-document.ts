import { randomBytes } from 'node:crypto';
import {
  FRAME_HEADERS,
  type FrameCsp,
  type FrameDocument,
  frameCsp,
  frameDocument,
} from '@countersign/protocol/frame-document';
import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { PublicInfo } from '../../resources/public-info.ts';
import { logoPath } from './logo.ts';

/** Where the widget's files are served. */
export const MOUNT = '/widget/v1';

export function newCspNonce(): string {
  return randomBytes(18).toString('base64');
}

/** The sign-in document: in a frame, in a window of its own, or as a page. */
export function showDocument(
  c: Context<AppEnv>,
  widget: BuiltFiles,
  about: Pick<FrameCsp, 'frameAncestors' | 'formAction'> &
    Pick<FrameDocument, 'standalone' | 'enrols' | 'self'> & { resource: string },
  { logo, ...shown }: PublicInfo,
): Response {
  const { resource, frameAncestors, formAction, standalone, enrols, self } = about;
  const nonce = newCspNonce();
  for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
  c.header('content-security-policy', frameCsp({ nonce, frameAncestors, formAction, hasLogo: logo !== undefined }));
  const [script, style] = [`${MOUNT}/${widget.script}`, `${MOUNT}/${widget.style}`];
  const image = logo === undefined ? undefined : logoPath(resource, logo);
  const facts = { ...shown, logo: image, hasIcon: frameAncestors.length === 0, standalone, enrols, self };
  return c.body(frameDocument({ nonce, script, style, lang: 'en', ...facts }), 200);
}
