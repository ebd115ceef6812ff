// Edits the ignore patterns and previews what they exclude.

import { get, send } from './api.js';
import { bdi, button, el, empty, icon, newId, say, show } from './dom.js';
import { Paged } from './paged.js';
import { bytes, files, shown } from './words.js';

const settle = 300;

export class IgnoresPart {
  #context;
  #id;
  #text;
  #wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });
  #sum = el('p', { class: 'soft small', 'aria-live': 'polite' });
  #save;
  #undo;
  #list;
  #saved = '';
  #timer = 0;

  constructor(context, id) {
    this.#context = context;
    this.#id = id;
    const help = newId('help');
    this.#text = el('textarea', { id: newId('ignores'), rows: 14, spellcheck: false, dir: 'ltr', 'aria-describedby': help, on: { input: () => this.#soon() } });
    this.#save = button('Save', { class: 'primary', disabled: true, on: () => this.#store() });
    this.#undo = button('Undo', { class: 'quiet', disabled: true, on: () => { this.#text.value = this.#saved; this.#soon(0); } });
    this.#list = new Paged({
      caption: 'What is ignored',
      columns: ['Ignored', 'By the pattern'],
      load: (page, perpage) => this.#preview(page, perpage),
      row: item => [el('span', { class: 'file' }, icon(/dir/i.test(item.type) ? 'folder' : 'file'), bdi(item.name)), bdi(item.pattern ?? '', 'mono')],
      nothing: empty('ok', 'Nothing is ignored', 'Everything in the folder is synced. As you type, this shows what a pattern would ignore.'),
    });
    this.root = el('div', { class: 'halves' },
      el('section', { class: 'card pad', 'aria-label': 'Patterns' },
        el('div', { class: 'field' }, el('label', { htmlFor: this.#text.id }, 'Patterns, one per line'), this.#text, this.#wrong,
          el('p', { class: 'help', id: help }, 'The first match decides. *.tmp ignores all such files, /build only the one at the top, !keep.tmp is an exception, (?d) allows deletion with the directory. Patterns are saved in .stignore and apply to this device only.')),
        el('p', { class: 'buttons' }, this.#save, this.#undo)),
      el('section', { 'aria-label': 'Preview' }, el('div', { class: 'card' }, el('div', { class: 'crumbs' }, el('h2', null, 'Preview'), this.#sum), this.#list.root)));
  }

  async open() {
    try {
      const { ignore, error } = await get('db/ignores', { folder: this.#id });
      this.#saved = (ignore ?? []).join('\n');
      this.#text.value = this.#saved;
      this.#tell(error);
    } catch (e) {
      this.#tell(e.message);
    }
    this.#list.restart();
  }

  close() {
    clearTimeout(this.#timer);
  }

  get #lines() {
    const lines = this.#text.value.split('\n');
    while (lines.length > 0 && lines.at(-1) === '')
      lines.pop();
    return lines;
  }

  #soon(delay = settle) {
    const changed = this.#text.value !== this.#saved;
    this.#save.disabled = !changed;
    this.#undo.disabled = !changed;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#list.restart(), delay);
  }

  async #preview(page, perpage) {
    const answer = await send('POST', 'foldersync/ignores/preview', null, { folder: this.#id, lines: this.#lines, page, perpage });
    this.#tell(answer.error ? `${answer.line ? `Line ${answer.line}: ` : ''}${answer.error}` : '');
    say(this.#sum, answer.error || !answer.total ? '' : `${files(answer.ignoredFiles)}, ${bytes(answer.ignoredBytes)} ${this.#text.value === this.#saved ? 'are' : 'would be'} ignored`);
    return { total: answer.total ?? 0, items: answer.items ?? [] };
  }

  #tell(why) {
    show(this.#wrong, Boolean(why));
    say(this.#wrong, shown(why ?? ''));
  }

  async #store() {
    const text = this.#text.value;
    if (await this.#context.act(this.#save, () => send('POST', 'db/ignores', { folder: this.#id }, { ignore: this.#lines }), { done: 'Patterns saved' }))
      this.#saved = text;
    this.#soon(0);
  }
}
