// The items that are out of sync, each with its reason.

import { get } from './api.js';
import { Bar, bdi, el, empty, icon, say } from './dom.js';
import { Paged } from './paged.js';
import { bytes, items, percent, shown, soon, time } from './words.js';

const actions = { add: 'New', update: 'Changed', delete: 'To be deleted', metadata: 'Attributes' };
const states = { transferring: 'busy', blocked: 'warn', waiting: 'wait' };

export class NeedPart {
  #context;
  #list;
  #sum = el('p', { class: 'soft' });

  constructor(context, id) {
    this.#context = context;
    this.#list = new Paged({
      caption: 'Out of sync',
      columns: ['Name', 'Why', ['Size', 'end']],
      load: (page, perpage) => get('foldersync/need', { folder: id, page, perpage }),
      row: item => this.#row(item),
      nothing: empty('ok', 'Nothing is out of sync', 'This device has everything that the other devices have.'),
      told: ({ total }) => say(this.#sum, total > 0 ? `${items(total)} ${total === 1 ? 'is' : 'are'} missing or outdated here.` : ''),
    });
    this.root = el('section', { 'aria-label': 'Out of sync' }, el('div', { class: 'tools' }, this.#sum), el('div', { class: 'card' }, this.#list.root));
  }

  open() {
    this.#list.restart();
  }

  update(folder) {
    if (folder.state === 'syncing')
      this.#list.refresh();
  }

  happened() {
    this.#list.refresh();
  }

  #row(item) {
    const tone = states[item.state] ?? 'wait';
    const directory = /dir/i.test(item.type);
    const retry = time(item.retryAt);
    const when = retry && soon(retry);
    const notes = [item.device ? this.#context.store.deviceName(item.device) : '', when ? `next attempt ${when}` : ''].filter(Boolean);
    const moving = item.state === 'transferring' && item.size > 0;
    let bar = null;
    if (moving) {
      bar = new Bar(`Progress of ${shown(item.name)}`);
      bar.set(100 * item.bytesDone / item.size, percent(100 * item.bytesDone / item.size));
    }
    return [
      el('span', { class: 'file' }, icon(directory ? 'folder' : 'file'), el('span', null, bdi(item.name), el('span', { class: 'soft' }, ` ${actions[item.action] ?? ''}`))),
      [el('div', { data: { tone } }, el('span', { class: item.state === 'blocked' ? 'tone' : '' }, bdi(item.reason)), notes.length > 0 ? el('span', { class: 'soft' }, ` (${shown(notes.join(', '))})`) : null, bar?.root), 'long'],
      [item.action === 'delete' || directory ? '' : bytes(item.size), 'end'],
    ];
  }
}
