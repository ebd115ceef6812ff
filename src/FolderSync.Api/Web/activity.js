// Activity: recent changes, unresolved conflicts, and problems that nobody has acknowledged yet.

import { get, send } from './api.js';
import { bdi, button, confirmed, el, empty, fill, head, icon, show, tabs } from './dom.js';
import { folderName } from './states.js';
import { place } from './urls.js';
import { ago, dateTime, number, shown, time } from './words.js';

const parts = [['changes', 'Recent changes'], ['conflicts', 'Conflicts'], ['problems', 'Problems']];
const limit = 100;
const actions = { added: 'Added', modified: 'Changed', updated: 'Changed', deleted: 'Deleted', renamed: 'Renamed', metadata: 'Attributes changed' };

export class ActivityView {
  #context;
  #tabs = el('div');
  #place = el('div');
  #name = null;
  #part = null;

  constructor(context) {
    this.#context = context;
    this.root = el('div', { class: 'activity' }, head('Activity'), this.#tabs, this.#place);
  }

  title() {
    return parts.find(p => p[0] === this.#name)[1];
  }

  open([name = 'changes']) {
    const known = parts.some(p => p[0] === name) ? name : 'changes';
    if (known === this.#name)
      return;
    this.#name = known;
    this.#part = known === 'changes' ? new Changes(this.#context) : known === 'conflicts' ? new Conflicts(this.#context) : new Problems(this.#context);
    this.#place.replaceChildren(this.#part.root);
  }

  update() {
    const { conflicts, problems } = this.#context.store;
    const counts = { conflicts: conflicts.length, problems: problems.filter(p => !p.acknowledged).length };
    fill(this.#tabs, [this.#name, counts], () => tabs('Parts of the activity', parts.map(([name, words]) =>
      [place`activity/${name}`, words, name === this.#name, counts[name] > 0 ? number(counts[name]) : ''])));
    this.#part.update?.();
  }

  happened(events) {
    this.#part.happened?.(events);
  }
}

class Changes {
  #context;
  #rows = el('tbody');
  #table;
  #none;
  #folder;
  #more;
  #items = [];
  #all = false;

  constructor(context) {
    this.#context = context;
    this.#folder = el('select', { 'aria-label': 'Folder', on: { change: () => this.#load() } });
    this.#none = empty('activity', 'Nothing has changed yet', 'Additions, changes and deletions on all devices will be listed here.');
    show(this.#none, false);
    this.#table = el('table', { class: 'files', hidden: true }, el('caption', { class: 'unseen' }, 'Recent changes'),
      el('thead', null, el('tr', null, ['What', 'Folder', 'By', 'When'].map((w, i) => el('th', { scope: 'col', class: i === 3 ? 'end' : '' }, w)))), this.#rows);
    this.#more = button('Show earlier', { class: 'quiet', on: () => this.#earlier() });
    show(this.#more, false);
    this.root = el('section', { 'aria-label': 'Recent changes' }, el('div', { class: 'tools' }, this.#folder), el('div', { class: 'card' }, this.#table, this.#none, el('div', { class: 'pager' }, this.#more)));
    show(this.#more.parentElement, false);
    this.#load();
  }

  update() {
    fill(this.#folder, this.#context.store.folders.map(f => [f.id, f.label]), () => [
      el('option', { value: '' }, 'All folders'), ...this.#context.store.folders.map(f => el('option', { value: f.id }, shown(folderName(f))))]);
  }

  happened(events) {
    if (events.some(e => e.type.includes('Change') || e.type.includes('Index')))
      this.#load();
  }

  async #load() {
    const items = await this.#ask();
    if (items) {
      this.#items = items;
      this.#show();
    }
  }

  async #earlier() {
    const items = await this.#ask(this.#items.at(-1)?.id);
    if (items) {
      this.#items = [...this.#items, ...items];
      this.#show();
    }
  }

  async #ask(before) {
    try {
      const items = await get('foldersync/changes', { folder: this.#folder.value || undefined, limit, before });
      this.#all = items.length < limit;
      return items;
    } catch {
      return null;
    }
  }

  #show() {
    show(this.#none, this.#items.length === 0);
    show(this.#table, this.#items.length > 0);
    show(this.#more, !this.#all);
    show(this.#more.parentElement, !this.#all);
    fill(this.#rows, this.#items, () => this.#items.map(c => {
      const at = time(c.time);
      return el('tr', null,
        el('td', null, el('span', { class: 'file' }, icon(/dir/i.test(c.type) ? 'folder' : 'file'), el('span', null, bdi(c.item), el('span', { class: 'soft' }, ` ${actions[c.action] ?? c.action ?? ''}`)))),
        el('td', null, el('a', { href: place`folder/${c.folder}` }, bdi(c.folderLabel || c.folder))),
        el('td', null, c.local ? 'this device' : bdi(c.deviceName || String(c.device ?? '').slice(0, 7))),
        el('td', { class: 'end soft', title: at ? dateTime(at) : '' }, at ? ago(at) : ''));
    }));
  }
}

class Conflicts {
  #context;
  #list = el('ul', { class: 'rows' });
  #none = empty('ok', 'No conflicts', 'When a file is changed on two devices at the same time, both versions are kept and you choose here.');

  constructor(context) {
    this.#context = context;
    this.root = el('section', { 'aria-labelledby': 'conflicts-title' }, el('h2', { class: 'unseen', id: 'conflicts-title' }, 'Conflicts'), el('div', { class: 'card' }, this.#list, this.#none));
  }

  update() {
    const { store } = this.#context;
    show(this.#none, store.conflicts.length === 0);
    fill(this.#list, store.conflicts, () => store.conflicts.map(c => this.#row(c)));
  }

  #row(c) {
    const { act, store } = this.#context;
    const folder = store.folder(c.folder);
    const at = time(c.time);
    const decide = (control, keep) => act(control, () => send('POST', 'foldersync/conflicts/resolve', null, { folder: c.folder, copy: c.copy, keep }), { done: 'Resolved' });
    const current = button('Keep the current one', { data: { act: 'current' }, on: async () => {
      if (await confirmed('Keep the current file?', 'The conflict copy is deleted. If the folder keeps versions, you can restore it from there.', 'Keep the current one'))
        await decide(current, 'current');
    } });
    const copy = button('Keep the copy', { data: { act: 'copy' }, on: async () => {
      if (await confirmed('Keep the copy?', 'The conflict copy replaces the current file. If the folder keeps versions, you can restore that from there.', 'Keep the copy'))
        await decide(copy, 'copy');
    } });
    return el('li', { class: 'row conflict', data: { tone: 'warn' } }, icon('warn'), el('h3', null, bdi(c.item)),
      el('p', { class: 'state soft' }, at ? ago(at) : ''),
      el('div', { class: 'detail' }, el('p', null, 'In ', bdi(folder ? folderName(folder) : c.folder), ', changed by ', bdi(c.deviceName || store.deviceName(c.device)), ' at the same time. The copy: ', bdi(c.copy, 'mono')),
        el('p', { class: 'buttons decision' }, current, copy)));
  }
}

class Problems {
  #context;
  #list = el('ul', { class: 'rows' });
  #none = empty('ok', 'No problems', 'Errors stay listed here until you mark them as read.');
  #all;

  constructor(context) {
    this.#context = context;
    this.#all = button('Mark all as read', { on: () => context.act(this.#all, () => send('POST', 'foldersync/problems/ack', null, { all: true })) });
    this.root = el('section', { 'aria-labelledby': 'problems-title' }, el('h2', { class: 'unseen', id: 'problems-title' }, 'Problems'), el('div', { class: 'tools' }, el('span', { class: 'grow' }), this.#all), el('div', { class: 'card' }, this.#list, this.#none));
  }

  update() {
    const { store } = this.#context;
    const open = store.problems.filter(p => !p.acknowledged);
    show(this.#none, open.length === 0);
    show(this.#all, open.length > 1);
    fill(this.#list, open, () => open.map(p => {
      const at = time(p.time);
      const folder = p.folder && store.folder(p.folder);
      const tone = /warn/i.test(p.severity) ? 'warn' : 'bad';
      const seen = button('Mark as read', { 'aria-label': `Mark as read: ${shown(p.text)}`, on: () => this.#context.act(seen, () => send('POST', 'foldersync/problems/ack', null, { id: p.id })) });
      return el('li', { class: 'row problem', data: { tone } }, icon(tone), el('h3', null, bdi(p.text)), seen,
        el('p', { class: 'detail' }, [folder ? shown(folderName(folder)) : '', p.device ? shown(store.deviceName(p.device)) : '', at ? ago(at) : ''].filter(Boolean).join(' · ')));
    }));
  }
}
