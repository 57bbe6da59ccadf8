import { z } from '@hono/zod-openapi';
import { messageLanguage, resourceId } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import type { Ports, TextPorts, WritePorts } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { TEXT_PARTS, type TextPart } from './catalogue.ts';
import { changeTexts } from './change-texts.ts';
import { MAX_TEXT_LENGTH } from './check-text.ts';
import { listTexts } from './list-texts.ts';
import { previewText } from './preview-text.ts';

const PARTS = Object.keys(TEXT_PARTS) as [TextPart, ...TextPart[]];

const language = messageLanguage.openapi({ description: 'The language of the texts.', example: 'de' });
const key = z.string().min(1).max(80).openapi({ description: 'What the text is for.', example: 'mail.signInSubject' });
const text = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .openapi({ description: 'An ICU message in plain text, in one line.', example: 'Your code for {site}' });
const ownTexts = z
  .record(z.string(), z.string())
  .openapi({ description: 'The texts of its own by key.', example: { 'mail.signInSubject': 'Your code for {site}' } });

const listed = z
  .object({
    key,
    part: z.enum(PARTS).openapi({ description: 'Where users see it.' }),
    variables: z
      .array(z.string())
      .openapi({ description: 'The values that the text must have, and no others.', example: ['site'] }),
    ours: text.openapi({ description: 'The text of the service.' }),
    own: text.nullable().openapi({ description: 'The text of the resource. Null: it has none.', example: null }),
    inFiles: text.nullable().openapi({
      description: 'The text of a file of the operator, in place of that of the service. Null: there is none.',
      example: null,
    }),
  })
  .openapi('Text', { description: 'A text that users see.' });

const params = z.object({ id: resourceId });

const list = route({
  method: 'get',
  path: '/resources/{id}/texts',
  scope: 'read',
  operationId: 'listResourceTexts',
  tag: 'Resources',
  summary: 'List the texts that a resource can replace',
  description: 'Of the widget, the hosted pages, mails and text messages, in one language.',
  request: { params, query: z.object({ language: language.default('en') }) },
  responses: {
    200: jsonAnswer(
      'The texts.',
      z
        .object({ language, texts: z.array(listed).openapi({ description: 'All of them.' }) })
        .openapi('Texts', { description: 'All texts in one language.' }),
    ),
  },
  handle: async (c, ports: TextPorts) => {
    const { language } = c.req.valid('query');
    const found = await listTexts(ports, c.get('act'), c.req.valid('param').id, language);
    if (isRefusal(found)) return refuseResult(c, found);
    const texts = found.texts.map(({ inFiles = null, own = null, variables, ...rest }) => ({
      ...rest,
      inFiles,
      own,
      variables: [...variables],
    }));
    return c.json({ language, texts }, 200);
  },
});

const change = route({
  method: 'patch',
  path: '/resources/{id}/texts',
  scope: 'write',
  operationId: 'updateResourceTexts',
  tag: 'Resources',
  summary: 'Replace texts of a resource',
  description:
    'In one language. Other texts stay. `INPUT_INVALID` says which text is refused and why: unknown or missing values, a message that is not valid ICU, several lines, control characters, too long.',
  request: {
    params,
    ...jsonBody(
      z
        .strictObject({
          language,
          texts: z
            .record(key, text.nullable())
            .refine((texts) => Object.keys(texts).length <= 100, 'at most 100 texts')
            .openapi({
              description: 'New texts by key, at most 100. Null takes the text of the service back.',
              example: { 'mail.signInSubject': 'Your code for {site}' },
            }),
        })
        .openapi('TextChanges', { description: 'What changes.' }),
    ),
  },
  responses: {
    200: jsonAnswer(
      'All texts of its own in the language.',
      z.object({ language, texts: ownTexts }).openapi('OwnTexts', { description: 'Texts of a resource.' }),
    ),
  },
  handle: async (c, ports: WritePorts) => {
    const { language, texts: changes } = c.req.valid('json');
    const done = await changeTexts(ports, c.get('act'), c.req.valid('param').id, { language, changes });
    return isRefusal(done) ? refuseResult(c, done) : c.json({ language, texts: { ...done.texts } }, 200);
  },
});

const preview = route({
  method: 'post',
  path: '/resources/{id}/texts/preview',
  scope: 'read',
  operationId: 'previewResourceText',
  tag: 'Resources',
  summary: 'Preview a text',
  description: 'With made-up values; a mail or text message as a whole. Nothing is stored or sent.',
  request: {
    params,
    ...jsonBody(z.strictObject({ language, key, text }).openapi('TextPreviewInput', { description: 'A new text.' })),
  },
  responses: {
    200: jsonAnswer(
      'As users would see it.',
      z
        .object({
          text: z.string().openapi({ description: 'The text, or the whole message.', example: 'Your code for Shop' }),
          mail: z
            .object({
              subject: z.string().openapi({ description: 'The subject.', example: 'Your code for Shop' }),
              html: z.string().openapi({ description: 'The part in HTML.', example: '<p>Hello,</p>' }),
            })
            .optional()
            .openapi({ description: 'Of a text in a mail.' }),
          sms: z
            .object({
              alphabet: z.enum(['gsm', 'ucs2']).openapi({
                description:
                  '`ucs2` if a character is not in the GSM alphabet: a message holds less than half as many.',
              }),
              length: z.int().openapi({ description: 'Characters, as the alphabet counts them.', example: 120 }),
              segments: z.int().openapi({ description: 'The messages that a gateway sends and charges.', example: 1 }),
            })
            .optional()
            .openapi({ description: 'Of a text in a text message.' }),
        })
        .openapi('TextPreview', { description: 'A text in its place.' }),
    ),
  },
  handle: async (c, ports: Pick<Ports, 'store' | 'clock' | 'texts' | 'composeMail'> & { issuer: string }) => {
    const shown = await previewText(ports, c.get('act'), c.req.valid('param').id, c.req.valid('json'));
    return isRefusal(shown) ? refuseResult(c, shown) : c.json(shown.preview, 200);
  },
});

export const textRoutes = [list, change, preview];
