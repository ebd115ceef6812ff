// The trash can: lists replaced and deleted files and restores them.

import { get, send } from './api.js';
import { bdi, button, confirmed, el, empty, icon, say } from './dom.js';
import { Paged } from './paged.js';
import { bytes, dateTime, plural, shown, time } from './words.js';

export class VersionsPart {
  #context;
  #id;
  #list;
  #sum = el('p', { class: 'soft grow' });
  #find;
  #timer = 0;

  constructor(context, id) {
    this.#context = context;
    this.#id = id;
    this.#find = el('input', { type: 'search', placeholder: 'Name begins with', 'aria-label': 'Name begins with', on: { input: () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#list.restart(), 200); } } });
    const clean = button('Clean now…', { on: async () => {
      if (await confirmed('Clean the versions now?', 'Versions beyond the folder’s age and size limits are permanently deleted. This also happens automatically.', 'Clean', { danger: true }))
        await context.act(clean, async () => { await send('POST', 'foldersync/versions/clean', { folder: id }); await this.#list.restart(); }, { done: 'Cleaned' });
    } });
    this.#list = new Paged({
      caption: 'Versions',
      columns: ['Name', 'Replaced or deleted', ['Size', 'end'], [el('span', { class: 'unseen' }, 'Actions'), 'end']],
      load: (page, perpage) => get('foldersync/versions', { folder: id, prefix: this.#find.value.trim(), page, perpage }),
      row: item => this.#row(item),
      nothing: empty('ok', 'No old versions', 'Files that another device replaces or deletes are kept here for a while, so that nobody’s mistake loses them.'),
      told: ({ total, totalBytes }) => say(this.#sum, total > 0 ? `${plural(total, 'version', 'versions')}, ${bytes(totalBytes ?? 0)}` : ''),
    });
    this.root = el('section', { 'aria-label': 'Versions' },
      el('div', { class: 'tools' }, this.#find, this.#sum, clean), el('div', { class: 'card' }, this.#list.root));
  }

  open() {
    this.#list.restart();
  }

  happened() {
    this.#list.refresh();
  }

  close() {
    clearTimeout(this.#timer);
  }

  #row(item) {
    const { act } = this.#context;
    const at = time(item.versionTime);
    const restore = button('Restore', { 'aria-label': `Restore ${shown(item.name)}`, data: { act: 'restore' }, on: () => act(restore, async () => {
      await send('POST', 'foldersync/versions/restore', null, { folder: this.#id, key: item.key });
      await this.#list.refresh();
    }, { done: `${shown(item.name)} restored` }) });
    const remove = button('Delete', { 'aria-label': `Delete this version of ${shown(item.name)}`, class: 'quiet', on: async () => {
      if (await confirmed('Delete this version?', 'It can’t be restored afterwards.', 'Delete', { danger: true }))
        await act(remove, async () => { await send('DELETE', 'foldersync/versions', { folder: this.#id, key: item.key }); await this.#list.refresh(); });
    } });
    return [
      el('span', { class: 'file' }, icon('file'), bdi(item.name)),
      at ? dateTime(at) : '',
      [bytes(item.size), 'end'],
      [el('span', null, restore, ' ', remove), 'end'],
    ];
  }
}
