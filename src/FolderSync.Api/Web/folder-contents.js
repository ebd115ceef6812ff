// Browses a folder, one directory at a time, with sizes and states.

import { get } from './api.js';
import { bdi, el, empty, fill, icon } from './dom.js';
import { Paged } from './paged.js';
import { folderName } from './states.js';
import { bytes, dateTime, shown, time } from './words.js';

const states = {
  inSync: ['ok', 'In sync'],
  needed: ['busy', 'Not synced yet'],
  ignored: ['off', 'Ignored'],
  localOnly: ['wait', 'Only here'],
  conflict: ['warn', 'Conflict copy'],
};

export class ContentsPart {
  #id;
  #prefix = '';
  #rootName = 'Folder';
  #crumbs = el('nav', { class: 'crumbs', 'aria-label': 'Directory' });
  #list;

  constructor(context, id) {
    this.#id = id;
    this.#list = new Paged({
      caption: 'Contents',
      columns: ['Name', 'State', ['Size', 'end'], ['Changed', 'end']],
      load: (page, perpage) => get('foldersync/browse', { folder: id, prefix: this.#prefix, page, perpage }),
      row: item => this.#row(item),
      nothing: empty('folder', 'Nothing in here', 'Local files and files from other devices are listed here.'),
    });
    this.root = el('section', { class: 'card', 'aria-label': 'Contents' }, this.#crumbs, this.#list.root);
  }

  open() {
    this.#show('');
  }

  update(folder) {
    this.#rootName = folderName(folder);
    const root = this.#crumbs.firstElementChild;
    if (root && root.textContent !== shown(folderName(folder)))
      root.replaceChildren(bdi(folderName(folder)));
  }

  happened() {
    this.#list.refresh();
  }

  #row(item) {
    const directory = isDirectory(item.type);
    const name = leaf(item.name);
    const [tone, words] = states[item.state] ?? ['wait', item.state];
    const at = time(item.modified);
    const label = directory
      ? el('a', { href: '#', on: { click: e => { e.preventDefault(); this.#show(this.#prefix ? `${this.#prefix}/${name}` : name, true); } } }, bdi(name))
      : bdi(name);
    return [
      el('span', { class: 'file' }, icon(directory ? 'folder' : item.type === 'symlink' ? 'link' : 'file'), label),
      el('span', { class: 'chip', data: { tone } }, icon(tone), words),
      [directory ? '' : bytes(item.size), 'end'],
      [at ? dateTime(at) : '', 'end soft'],
    ];
  }

  #show(prefix, focus = false) {
    this.#prefix = prefix;
    const steps = prefix ? prefix.split('/') : [];
    const link = (words, to, last) => last
      ? el('span', { 'aria-current': 'location' }, words)
      : el('a', { href: '#', on: { click: e => { e.preventDefault(); this.#show(to, true); } } }, words);
    fill(this.#crumbs, [prefix], () => [
      link(bdi(this.#rootName), '', steps.length === 0),
      ...steps.flatMap((step, i) => [el('span', { class: 'soft', 'aria-hidden': 'true' }, '/'), link(bdi(step), steps.slice(0, i + 1).join('/'), i === steps.length - 1)]),
    ]);
    this.#list.restart();
    if (focus)
      this.#crumbs.querySelector('a')?.focus();
  }
}

function leaf(name) {
  return name.replace(/\/+$/, '').split('/').at(-1);
}

function isDirectory(type) {
  return /dir/i.test(type);
}
