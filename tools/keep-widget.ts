import { resolve } from 'node:path';
import about from '../package.json' with { type: 'json' };
import { keepWidget } from './build/earlier-widgets.ts';

/** `npm run keep:widget`, once a version is released: keeps its widget files for the two versions after it. */
await keepWidget(resolve(import.meta.dirname, '..'), about.version);
