import { randomBytes } from 'node:crypto';
import { documentLook } from '@countersign/protocol/document-look';
import { FRAME_HEADERS, type FrameDocument, frameDocument } from '@countersign/protocol/frame-document';
import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { sendPage } from '../../http/send-file.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import { logoPath } from '../../resources/logo.ts';
import type { PublicInfo } from '../../resources/public-info.ts';
import { frameTexts, savedLook } from './first-screen.ts';
import { frameCsp } from './frame-csp.ts';

/** Where the widget's files are served. */
export const MOUNT = '/widget/v1';

export function newCspNonce(): string {
  return randomBytes(18).toString('base64');
}

type PageFacts = Pick<Parameters<typeof frameCsp>[0], 'frameAncestors' | 'formAction'> &
  Pick<
    FrameDocument,
    'dir' | 'enrols' | 'expectedAt' | 'first' | 'look' | 'preload' | 'screen' | 'self' | 'standalone' | 'texts'
  > & {
    resource: string;
    /** Default `en`. */
    lang?: string;
  };

/** The sign-in document: in a frame, in a window of its own, or as a page. */
export function showDocument(c: Context<AppEnv>, widget: BuiltFiles, facts: PageFacts, shown: PublicInfo): Response {
  const nonce = newCspNonce();
  const { frameAncestors, formAction } = facts;
  for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
  const hasLogo = shown.logo !== undefined;
  c.header('content-security-policy', frameCsp({ nonce, frameAncestors, formAction, hasLogo }));
  return sendPage(c, composeDocument(widget, nonce, facts, shown));
}

export function composeDocument(
  widget: BuiltFiles,
  nonce: string,
  { resource, frameAncestors, formAction: _, lang = 'en', preload = [], look, ...facts }: PageFacts,
  page: PublicInfo,
): string {
  const { logo, appearance = {}, links: _links, back: _back, own, ...shown } = page;
  return frameDocument({
    // The script asks for them in its language.
    ...(own && { texts: frameTexts('', undefined) }),
    ...shown,
    ...facts,
    nonce,
    lang,
    script: `${MOUNT}/${widget.script}`,
    preload: preload.map((path) => `${MOUNT}/${path}`),
    css: new TextDecoder().decode(widget.files.get(widget.style)?.body),
    logo: logo === undefined ? undefined : logoPath(resource, logo),
    // Our own pages have no page around them that wants another look.
    look: look ?? documentLook({ theme: appearance.theme, variables: {} }, appearance),
    saved: savedLook(page),
    hasIcon: frameAncestors.length === 0,
  });
}
