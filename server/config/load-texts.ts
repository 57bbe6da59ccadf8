import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import { parseId, type ResourceId } from '../kernel/ids.ts';
import { MAIL_LANGUAGES } from '../kernel/mail.ts';
import { NO_TEXT_FILES, type TextFile, type TextFiles } from '../kernel/own-texts.ts';
import { mailFrameProblem } from '../messages/mail/frame.ts';
import { checkText } from '../messages/texts/check-text.ts';
import { compileTexts } from '../messages/texts/read-own-texts.ts';
import type { Config } from './load-config.ts';

/** Texts in the operator's files are invalid. The message names file and key, and never the text. */
export class TextsError extends CodedError {
  readonly code = 'TEXTS_INVALID';
  constructor(problems: readonly string[]) {
    super(`the texts are not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** The folder for all resources; every other is named by the id of a resource. */
const ALL = 'all';
const MAIL_FRAME = 'mail.html';
const TEMPORARY = /^\.|~$/;

/**
 * Reads the operator's texts: `all/<language>.json`, `<resource>/<language>.json` and `mail.html`.
 *
 * @throws {TextsError} with every problem at once
 */
export function loadTexts({ textsFolder }: Pick<Config, 'textsFolder'>): TextFiles {
  if (textsFolder === undefined) return NO_TEXT_FILES;
  const problems: string[] = [];
  const resources = new Map<ResourceId, ReadonlyMap<string, TextFile>>();
  let all = NO_TEXT_FILES.all;
  let mailFrame: string | undefined;
  for (const name of list(textsFolder, problems)) {
    const path = join(textsFolder, name);
    const id = parseId('res', name);
    if (name === MAIL_FRAME) mailFrame = readFrame(path, problems);
    else if (name === ALL) all = readFolder(path, problems);
    else if (id) resources.set(id, readFolder(path, problems));
    else problems.push(`${path} is neither ${ALL}, ${MAIL_FRAME} nor the id of a resource`);
  }
  if (problems.length > 0) throw new TextsError(problems);
  return { all, resources, ...(mailFrame !== undefined && { mailFrame }) };
}

function list(folder: string, problems: string[]): string[] {
  try {
    // Of an editor, or of a mounted Kubernetes ConfigMap.
    return readdirSync(folder).filter((name) => !TEMPORARY.test(name));
  } catch {
    problems.push(`${folder} is not a folder that can be read`);
    return [];
  }
}

function readFolder(folder: string, problems: string[]): Map<string, TextFile> {
  const languages = new Map<string, TextFile>();
  for (const name of list(folder, problems)) {
    const path = join(folder, name);
    const language = MAIL_LANGUAGES.find((one) => name === `${one}.json`);
    if (language === undefined) problems.push(`${path} is not named by a language of the service, such as en.json`);
    else {
      const written = readTexts(path, language, problems);
      languages.set(language, { written, messages: compileTexts(written, language) });
    }
  }
  return languages;
}

function readTexts(path: string, language: string, problems: string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The parser's message quotes the text.
    problems.push(`${path} is not readable JSON`);
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${path} must be an object of texts`);
    return {};
  }
  for (const [key, text] of Object.entries(value)) {
    const checked = checkText(key, text, language);
    if ('message' in checked) texts[key] = String(text);
    else problems.push(`${path}: ${JSON.stringify(key.slice(0, 100))} ${checked.problem}`);
  }
  return texts;
}

function readFrame(path: string, problems: string[]): string | undefined {
  let html: string;
  try {
    html = readFileSync(path, 'utf8');
  } catch {
    problems.push(`${path} cannot be read`);
    return undefined;
  }
  const problem = mailFrameProblem(html);
  if (problem !== undefined) problems.push(`${path} ${problem}`);
  return html;
}
