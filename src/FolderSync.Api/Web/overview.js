// The overview: the overall state, the transfers, and the folders and devices.

import { send } from './api.js';
import { Attention } from './attention.js';
import { Bar, bdi, button, chosen, copyButton, el, empty, facts, fill, head, icon, KeyedList, say, setIcon, show } from './dom.js';
import { RateGraph } from './graph.js';
import { deviceDetail, deviceState, figures, folderDetail, folderName, inOrder, overall } from './states.js';
import { place } from './urls.js';
import { bytes, duration, percent, shown, time, wholeMinutes } from './words.js';

const filterFrom = 12;

export class OverviewView {
  #context;
  #attention;
  #symbol = icon('wait');
  #words = el('h2');
  #figures = el('p', { class: 'soft' });
  #hero;
  #graph = new RateGraph();
  #folders;
  #folderRows = el('ul', { class: 'rows' });
  #noFolders;
  #devices;
  #deviceRows = el('ul', { class: 'rows' });
  #noDevices;
  #filter;
  #filterRow;
  #nothing = el('p', { class: 'empty', hidden: true }, 'No folder has this name.');
  #self = el('div', { class: 'self' });
  #pauseAll;
  #pausedNotice;

  constructor(context) {
    this.#context = context;
    this.#attention = new Attention(context);
    this.#hero = el('section', { class: 'card hero', 'aria-label': 'State' },
      el('div', { class: 'hero-state' }, this.#symbol, el('div', null, this.#words, this.#figures)), this.#graph.root);
    this.#folders = new KeyedList(this.#folderRows, id => new FolderRow(id));
    this.#devices = new KeyedList(this.#deviceRows, id => new DeviceRow(id));
    this.#noFolders = empty('folder', 'No folder yet', 'Choose a directory on this computer and the devices to share it with. Or share one from another device and accept it here.',
      el('a', { class: 'button primary', href: '#/add-folder' }, 'Add a folder'));
    this.#noDevices = empty('device', 'No device yet', 'Pair another computer, phone or NAS with this one.', el('a', { class: 'button primary', href: '#/pair' }, 'Pair a device'));
    this.#filter = el('input', { type: 'search', placeholder: 'Find a folder', 'aria-label': 'Find a folder', on: { input: () => this.update() } });
    this.#filterRow = el('div', { class: 'tools' }, this.#filter);
    this.#pausedNotice = new PausedNotice(context);
    const rescan = button('Rescan all', { on: () => context.act(rescan, () => send('POST', 'db/scan'), { done: 'Scanned all folders' }) });
    this.#pauseAll = button('Pause all…', { data: { act: 'pause-all' }, on: () => this.#pause() });
    this.root = el('div', { class: 'overview' },
      head('Overview', { actions: [rescan, this.#pauseAll] }),
      el('div', { class: 'stack' },
        this.#pausedNotice.root, this.#attention.root, this.#hero,
        el('div', { class: 'columns' },
          el('section', { id: 'folders', 'aria-labelledby': 'folders-title' },
            el('div', { class: 'title-row' }, el('h2', { id: 'folders-title' }, 'Folders'), el('a', { class: 'button', href: '#/add-folder' }, icon('plus'), 'Add folder')),
            this.#filterRow, el('div', { class: 'card' }, this.#folderRows, this.#noFolders, this.#nothing)),
          el('div', { class: 'stack' },
            el('section', { id: 'devices', 'aria-labelledby': 'devices-title' },
              el('div', { class: 'title-row' }, el('h2', { id: 'devices-title' }, 'Devices'), el('a', { class: 'button', href: '#/pair' }, icon('plus'), 'Pair')),
              el('div', { class: 'card' }, this.#deviceRows, this.#noDevices)),
            el('section', { id: 'self', 'aria-labelledby': 'self-title' },
              el('div', { class: 'title-row' }, el('h2', { id: 'self-title' }, 'This device')), el('div', { class: 'card pad' }, this.#self))))));
  }

  update() {
    const { store } = this.#context;
    const state = overall(store);
    this.#hero.dataset.tone = state.tone;
    setIcon(this.#symbol, state.tone);
    say(this.#words, state.words);
    say(this.#figures, figures(store.folders, store.devices));
    this.#graph.update(store.rates);
    this.#attention.update();
    this.#showFolders(store);
    show(this.#noDevices, store.devices.length === 0);
    this.#devices.update(store.devices.map(d => [d.id, d]));
    this.#showSelf(store);
    show(this.#pauseAll, store.devices.length > 0 && !store.pause.paused);
    this.#pausedNotice.update();
  }

  #showFolders(store) {
    show(this.#noFolders, store.folders.length === 0);
    show(this.#filterRow, store.folders.length >= filterFrom);
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = store.folders.filter(f => wanted.length === 0 || `${folderName(f)} ${f.path}`.toLowerCase().includes(wanted));
    show(this.#nothing, store.folders.length > 0 && found.length === 0);
    this.#folders.update(inOrder(found, store.devices).map(both => [both[0].id, both]));
  }

  #showSelf({ status, rates, version }) {
    const listeners = Object.entries(status.connectionServiceStatus);
    const addresses = listeners.map(([address, { error }]) => error ? `${address}: ${error}` : address);
    if (!this.#self.firstChild) {
      this.#self.append(
        el('p', { class: 'id', data: { part: 'id' } }, status.myID),
        el('p', { class: 'buttons' }, copyButton('Copy ID', () => status.myID), el('a', { class: 'button', href: '#/pair' }, 'QR code')),
        el('div', { data: { part: 'facts' } }));
    }
    fill(this.#self.lastChild, [addresses, wholeMinutes(status.uptime), version.version, rates.points.at(-1)], () => facts([
      ['Running for', duration(wholeMinutes(status.uptime))],
      ['Version', version.version],
      ['Receiving', `${bytes(rates.points.at(-1)?.in ?? 0)}/s`],
      ['Sending', `${bytes(rates.points.at(-1)?.out ?? 0)}/s`],
      ['Reached at', addresses.length > 0 ? el('span', null, addresses.map(a => el('span', { class: 'note' }, bdi(a, 'mono')))) : 'No address: other devices can’t connect to this one', '', true],
    ], 'facts narrow self-facts'));
  }

  async #pause() {
    const choice = await chosen('Pause all syncing?', 'Changes are still detected, but nothing is sent or received. Syncing resumes automatically after that time.',
      [['30', 'For 30 minutes'], ['120', 'For 2 hours'], ['', 'Until I resume it']]);
    if (choice !== null)
      await this.#context.act(this.#pauseAll, () => send('POST', 'foldersync/pause', null, choice ? { minutes: Number(choice) } : {}));
  }
}

class PausedNotice {
  #context;
  #text = el('p');
  root;

  constructor(context) {
    this.#context = context;
    const resume = button('Resume', { class: 'primary', data: { act: 'resume-all' }, on: () => context.act(resume, () => send('POST', 'foldersync/resume')) });
    this.root = el('div', { class: 'notice', hidden: true, data: { tone: 'idle' } }, icon('idle'),
      el('div', { class: 'notice-text' }, el('p', { class: 'notice-title' }, 'All syncing is paused'), this.#text), el('p', { class: 'buttons' }, resume));
  }

  update() {
    const { pause } = this.#context.store;
    show(this.root, pause.paused);
    const until = time(pause.until);
    const left = until ? (until - Date.now()) / 1000 : 0;
    say(this.#text, until ? `Syncing resumes ${left > 0 ? `in ${duration(wholeMinutes(left))}` : 'now'}.` : 'Syncing resumes when you resume it.');
  }
}

class FolderRow {
  #symbol = icon('wait');
  #state = el('p', { class: 'state' });
  #detail = el('p', { class: 'detail' });
  #bar = new Bar('');
  #link;

  constructor(id) {
    this.#link = el('a', { href: place`folder/${id}` });
    this.root = el('li', { class: 'row folder' }, this.#symbol, el('h3', null, this.#link), this.#state, this.#detail, this.#bar.root);
  }

  update([folder, state]) {
    const name = folderName(folder);
    fill(this.#link, [name], () => bdi(name));
    this.root.dataset.tone = state.tone;
    setIcon(this.#symbol, state.tone);
    say(this.#state, state.words);
    say(this.#detail, shown(folderDetail(folder, state)));
    show(this.#bar.root, !folder.paused && state.tone !== 'bad' && folder.completion < 100);
    this.#bar.label(`Progress of ${shown(name)}`);
    this.#bar.set(folder.completion, `${percent(folder.completion)}, ${state.words}`);
    if (!this.#bar.root.hidden && folder.state === 'syncing')
      say(this.#state, `${state.words} ${percent(folder.completion)}`);
  }
}

class DeviceRow {
  #symbol = icon('off');
  #state = el('p', { class: 'state' });
  #detail = el('p', { class: 'detail' });
  #bar = new Bar('');
  #link;

  constructor(id) {
    this.#link = el('a', { href: place`device/${id}` });
    this.root = el('li', { class: 'row device' }, this.#symbol, el('h3', null, this.#link), this.#state, this.#detail, this.#bar.root);
  }

  update(device) {
    const name = device.name || device.id.slice(0, 7);
    const state = deviceState(device);
    fill(this.#link, [name], () => bdi(name));
    this.root.dataset.tone = state.tone;
    setIcon(this.#symbol, state.tone);
    say(this.#state, state.words);
    say(this.#detail, shown(deviceDetail(device)));
    show(this.#bar.root, device.connected && device.sharedFolders.length > 0 && device.completion < 100);
    this.#bar.label(`Completion of ${shown(name)}`);
    this.#bar.set(device.completion, `${percent(device.completion)} of the shared folders`);
  }
}
