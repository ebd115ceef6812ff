// One folder: its header, and the tabs below it.

import { send } from './api.js';
import { bdi, button, el, fill, head, icon, say, setIcon, show, tabs } from './dom.js';
import { ContentsPart } from './folder-contents.js';
import { IgnoresPart } from './folder-ignores.js';
import { NeedPart } from './folder-need.js';
import { OptionsPart } from './folder-options.js';
import { StatusPart } from './folder-status.js';
import { VersionsPart } from './folder-versions.js';
import { folderName, folderState, needOf } from './states.js';
import { place, route } from './urls.js';
import { folderType, number, shown } from './words.js';

const parts = [
  ['', 'Status', StatusPart],
  ['contents', 'Contents', ContentsPart],
  ['need', 'Out of sync', NeedPart],
  ['ignores', 'Ignore patterns', IgnoresPart],
  ['versions', 'Versions', VersionsPart],
  ['options', 'Options', OptionsPart],
];

export class FolderView {
  #context;
  #id;
  #title = el('h1', { tabIndex: -1 });
  #line = el('p');
  #symbol = icon('wait');
  #state = el('span', { class: 'chip folder-state' }, this.#symbol, el('span'));
  #rescan;
  #pause;
  #tabs = el('div');
  #place = el('div');
  #part = null;
  #partName = null;
  #gone;
  #here;

  static keyOf([id]) {
    return id;
  }

  constructor(context, [id]) {
    this.#context = context;
    this.#id = id;
    const { act } = context;
    this.#rescan = button('Rescan', { on: () => act(this.#rescan, () => send('POST', 'db/scan', { folder: id }), { done: 'The folder was scanned' }) });
    this.#pause = button('Pause', { data: { act: 'pause' }, on: () => act(this.#pause, () => send('PATCH', route`config/folders/${id}`, null, { paused: !this.#folder.paused })) });
    this.#gone = head('Unknown folder', { back: { href: '#/', label: 'Overview' }, line: 'It was removed, or was never on this device.' });
    this.#here = el('div', null, head(this.#title, { back: { href: '#/', label: 'Overview' }, line: el('p', null, this.#state, ' ', this.#line), actions: [this.#rescan, this.#pause] }), this.#tabs, this.#place);
    // A <p> can't contain another <p>.
    const line = this.#here.querySelector('.head-text > p');
    line.replaceWith(el('div', { class: 'folder-line' }, this.#state, this.#line));
    this.root = el('div', { class: 'folder-view' }, this.#gone, this.#here);
  }

  get #folder() {
    return this.#context.store.folder(this.#id);
  }

  title() {
    return this.#folder ? shown(folderName(this.#folder)) : '';
  }

  open([, name = '']) {
    const [known, , Part] = parts.find(p => p[0] === name) ?? parts[0];
    if (known === this.#partName)
      return;
    this.#part?.close?.();
    this.#partName = known;
    this.#part = new Part(this.#context, this.#id);
    this.#place.replaceChildren(this.#part.root);
    this.#tabs.shows = undefined;
    this.#part.open?.();
  }

  update() {
    const folder = this.#folder;
    show(this.#gone, !folder);
    show(this.#here, Boolean(folder));
    if (!folder)
      return;
    const state = folderState(folder, this.#context.store.devices);
    fill(this.#title, [folderName(folder)], () => bdi(folderName(folder)));
    this.#state.dataset.tone = state.tone;
    setIcon(this.#symbol, state.tone);
    say(this.#state.lastChild, state.words);
    fill(this.#line, [folder.path, folder.type], () => [bdi(folder.path, 'mono'), ` · ${folderType(folder.type)}`]);
    say(this.#pause.querySelector('span'), folder.paused ? 'Resume' : 'Pause');
    show(this.#rescan, !folder.paused);
    const count = Math.max(needOf(folder), folder.problems);
    fill(this.#tabs, [this.#partName, count], () => tabs('Parts of the folder', parts.map(([name, words]) =>
      [name ? place`folder/${this.#id}/${name}` : place`folder/${this.#id}`, words, name === this.#partName, name === 'need' && count > 0 ? number(count) : ''])));
    this.#part.update?.(folder);
  }

  happened(events) {
    if (events.some(e => e.data?.folder === this.#id || e.data?.id === this.#id || e.type === 'ConfigSaved'))
      this.#part.happened?.(events);
  }

  close() {
    this.#part?.close?.();
  }
}
