// What needs the user's decision: pending devices, offered folders, held changes.

import { get, ignoreDevices, send } from './api.js';
import { bdi, button, confirmed, el, icon, KeyedList, say, show } from './dom.js';
import { PathPicker } from './path-picker.js';
import { folderName, holdWords } from './states.js';
import { route } from './urls.js';
import { ago, directoryName, number, shown, time } from './words.js';

export class Attention {
  #store;
  #list;
  root;

  /** @param kinds Which of "device", "folder" and "hold" to show. */
  constructor(context, kinds = ['device', 'folder', 'hold']) {
    this.#store = context.store;
    this.root = el('section', { class: 'stack', 'aria-label': 'Needs your decision', hidden: true });
    this.kinds = new Set(kinds);
    this.#list = new KeyedList(this.root, key => {
      const [kind, ...rest] = JSON.parse(key);
      return kind === 'device' ? new DeviceNotice(context, rest[0]) : kind === 'folder' ? new FolderNotice(context, rest[0], rest[1]) : new HoldNotice(context, rest[0]);
    });
  }

  update(onlyFolder) {
    const { pendingDevices, pendingFolders, folders, devices } = this.#store;
    const entries = [];
    for (const [id, device] of Object.entries(pendingDevices)) {
      if (this.kinds.has('device') && !devices.some(d => d.id === id))
        entries.push([JSON.stringify(['device', id]), device]);
    }
    for (const [id, folder] of Object.entries(pendingFolders)) {
      const here = folders.find(f => f.id === id)?.devices ?? [];
      for (const [device, offer] of Object.entries(folder.offeredBy)) {
        if (this.kinds.has('folder') && !here.includes(device))
          entries.push([JSON.stringify(['folder', id, device]), offer]);
      }
    }
    for (const folder of folders) {
      if (this.kinds.has('hold') && folder.hold && !folder.paused && (onlyFolder === undefined || folder.id === onlyFolder))
        entries.push([JSON.stringify(['hold', folder.id]), folder]);
    }
    show(this.root, entries.length > 0);
    this.#list.update(entries);
  }
}

class DeviceNotice {
  #name = '';
  #title = el('p', { class: 'notice-title' });
  #from = el('p');

  constructor({ act }, id) {
    const accept = button('Accept device', { class: 'primary', data: { act: 'accept' }, on: () => act(accept, () =>
      send('PUT', route`config/devices/${id}`, null, { deviceID: id, name: this.#name, addresses: ['dynamic'] }), { done: 'Device accepted' }) });
    const ignore = button('Ignore', { class: 'quiet', data: { act: 'ignore' }, on: () => act(ignore, () => this.#ignore(id), { done: 'Ignored. Undo this under Settings, Network.' }) });
    this.root = el('div', { class: 'notice pending-device', data: { tone: 'busy' } }, icon('device'),
      el('div', { class: 'notice-text' }, this.#title, this.#from, el('p', { class: 'id' }, id)),
      el('p', { class: 'buttons' }, ignore, accept));
  }

  update(device) {
    this.#name = device.name;
    const at = time(device.time);
    this.#title.replaceChildren(bdi(device.name || 'A device'), ' wants to connect');
    say(this.#from, `From ${shown(device.address) || 'an unknown address'}, ${at ? ago(at) : 'now'}. Accept it only if the other device shows this ID:`);
  }

  async #ignore(id) {
    await ignoreDevices(ids => [...ids, id]);
    await send('DELETE', 'cluster/pending/devices', { device: id });
  }
}

class FolderNotice {
  #id;
  #device;
  #context;
  #label = '';
  #title = el('p', { class: 'notice-title' });
  #text = el('p');
  #picker;
  #accept;
  #wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });

  constructor(context, id, device) {
    this.#context = context;
    this.#id = id;
    this.#device = device;
    this.#picker = new PathPicker('Where to keep it on this computer');
    const tell = why => {
      show(this.#wrong, why.length > 0);
      say(this.#wrong, shown(why));
    };
    this.#accept = button('Accept folder', { class: 'primary', data: { act: 'accept' }, on: () => context.act(this.#accept, () => this.#take(), { tell, done: 'Folder accepted' }) });
    const ignore = button('Ignore', { class: 'quiet', data: { act: 'ignore' }, on: () => context.act(ignore, () => this.#ignore(), { tell }) });
    this.root = el('div', { class: 'notice pending-folder', data: { tone: 'busy' } }, icon('folder'),
      el('div', { class: 'notice-text' }, this.#title, this.#text, this.#picker.root, el('div', { class: 'field' }, this.#wrong)),
      el('p', { class: 'buttons' }, ignore, this.#accept));
  }

  update(offer) {
    const { store } = this.#context;
    this.#label = offer.label;
    const name = offer.label || this.#id;
    this.#title.replaceChildren(bdi(store.deviceName(this.#device)), ' shares the folder ', bdi(name));
    const here = store.folder(this.#id);
    show(this.#picker.root, !here && !offer.receiveEncrypted);
    say(this.#text, offer.receiveEncrypted
      ? 'It is encrypted, which FolderSync doesn’t support yet.'
      : here ? 'You already have this folder. Accepting also shares it with this device.' : 'Accepting creates the folder here and starts syncing it.');
    if (offer.receiveEncrypted)
      this.#accept.disabled = true;
    this.#picker.suggest(`~${store.status.pathSeparator}${directoryName(name) || directoryName(this.#id) || 'Folder'}`);
  }

  async #take() {
    const path = route`config/folders/${this.#id}`;
    if (this.#context.store.folder(this.#id)) {
      const { devices } = await get(path);
      await send('PATCH', path, null, { devices: [...devices, { deviceID: this.#device }] });
    } else {
      await send('PUT', path, null, { id: this.#id, label: this.#label, path: this.#picker.value, devices: [{ deviceID: this.#device }] });
    }
    await send('DELETE', 'cluster/pending/folders', { folder: this.#id, device: this.#device });
  }

  async #ignore() {
    const device = await get(route`config/devices/${this.#device}`);
    const ignoredFolders = [...device.ignoredFolders, { id: this.#id, label: this.#label, time: new Date().toISOString() }];
    await send('PATCH', route`config/devices/${this.#device}`, null, { ignoredFolders });
    await send('DELETE', 'cluster/pending/folders', { folder: this.#id, device: this.#device });
  }
}

class HoldNotice {
  #store;
  #folder;
  #title = el('p', { class: 'notice-title' });
  #text = el('p');
  #names = el('ul', { class: 'names' });
  #restore;
  #confirm;

  constructor({ act, store }, id) {
    this.#store = store;
    const decide = action => send('POST', 'foldersync/deletions', { folder: id, action });
    this.#restore = button('', { data: { act: 'restore' }, on: () => act(this.#restore, () => decide('restore'), { done: this.#words().done }) });
    this.#confirm = button('', { class: 'danger-text', data: { act: 'delete' }, on: async () => {
      const words = this.#words();
      if (await confirmed(words.ask, words.consequence, words.confirm, { danger: true }))
        await act(this.#confirm, () => decide('delete'));
    } });
    const details = el('details', null, el('summary', null, 'Which files'), this.#names);
    details.addEventListener('toggle', async () => {
      if (!details.open)
        return;
      const { hold } = await get('foldersync/folder', { folder: id });
      this.#names.replaceChildren(...(hold?.names ?? []).map(n => el('li', null, bdi(n))),
        ...hold && hold.files > hold.names.length ? [el('li', null, `and ${number(hold.files - hold.names.length)} more`)] : []);
    });
    this.root = el('div', { class: 'notice warn hold', data: { tone: 'warn' } }, icon('warn'),
      el('div', { class: 'notice-text' }, this.#title, this.#text, details), el('p', { class: 'buttons' }, this.#restore, this.#confirm));
  }

  #words() {
    return holdWords(this.#folder.hold, id => shown(this.#store.deviceName(id)));
  }

  update(folder) {
    this.#folder = folder;
    const words = this.#words();
    this.#title.replaceChildren(`${words.title} `, bdi(folderName(folder)), ' need your decision');
    say(this.#restore.querySelector('span'), words.restore);
    say(this.#text, words.text);
    say(this.#confirm.querySelector('span'), `${words.confirm}…`);
  }
}
