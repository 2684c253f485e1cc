import type { Block } from './markdown.js';

/** What the commands of pages begin with, after a prompt and variables. */
const PROGRAMS = 'kubectl|helm|npm|npx|nx|curl|keyturn|docker|node|git|python3?|\\S+/python|psql|sh|bash|eval';
const COMMAND = new RegExp(`^ *(?:\\$ )?(?:[A-Z_]+=(?:\\$\\(|\\S+ ))*(?:${PROGRAMS})(?= |$)`);

/** Blocks in which commands may stand; others are in a language, or are data. */
const MAY_HAVE_COMMANDS = /^(?:|sh|bash|shell|console|text)$/;

/** Lines that are commands, in a block that is not run: without prompt and comment, each with what it goes on with, spaces made one. */
export const commandsOf = ({ words, text }: Pick<Block, 'words' | 'text'>): string[] =>
  (MAY_HAVE_COMMANDS.test(words) ? text.replaceAll('\\\n', ' ').split('\n') : [])
    .filter((line) => COMMAND.test(line))
    .map((line) =>
      line
        .replace(/^ *\$ /, '')
        .replace(/\s#\s.*$/, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    );
