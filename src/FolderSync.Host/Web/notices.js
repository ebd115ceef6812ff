// What waits for a person's word: devices that want to connect, folders that are offered.

import { get, send } from './api.js';
import { fromTemplate, KeyedList, say, show } from './dom.js';
import { ago, shown, time } from './words.js';

export class Notices {
  #model;
  #list;
  #section = document.getElementById('notices');

  constructor(model, act) {
    this.#model = model;
    this.#list = new KeyedList(this.#section, key => {
      const [kind, ...rest] = JSON.parse(key);
      return kind === 'device' ? new DeviceNotice(rest[0], act) : new FolderNotice(rest[0], rest[1], model, act);
    });
  }

  update() {
    const { pendingDevices, pendingFolders, config } = this.#model;
    const entries = [];
    for (const [id, device] of Object.entries(pendingDevices)) {
      if (!config.devices.some(d => d.deviceID === id))
        entries.push([JSON.stringify(['device', id]), device]);
    }
    for (const [id, folder] of Object.entries(pendingFolders)) {
      const here = config.folders.find(f => f.id === id)?.devices ?? [];
      for (const [device, offer] of Object.entries(folder.offeredBy).filter(([d]) => here.every(h => h.deviceID !== d)))
        entries.push([JSON.stringify(['folder', id, device]), offer]);
    }
    show(this.#section, entries.length > 0);
    this.#list.update(entries);
  }
}

class DeviceNotice {
  #parts;
  #name = '';

  constructor(id, act) {
    const { root, parts } = fromTemplate('pending-device');
    this.root = root;
    this.#parts = parts;
    say(parts.id, id);
    parts.accept.addEventListener('click', () => act(parts.accept, () =>
      send('PUT', `config/devices/${id}`, null, { deviceID: id, name: this.#name, addresses: ['dynamic'] })));
    parts.ignore.addEventListener('click', () => act(parts.ignore, () => send('DELETE', 'cluster/pending/devices', { device: id })));
  }

  update(device) {
    this.#name = device.name;
    const at = time(device.time);
    say(this.#parts.name, shown(device.name) || 'A device');
    say(this.#parts.address, shown(device.address) || 'an unknown address');
    say(this.#parts.time, at ? ago(at) : 'now');
  }
}

class FolderNotice {
  #id;
  #device;
  #model;
  #parts;
  #label = '';

  constructor(id, device, model, act) {
    this.#id = id;
    this.#device = device;
    this.#model = model;
    const { root, parts } = fromTemplate('pending-folder');
    this.root = root;
    this.#parts = parts;
    parts.accept.addEventListener('click', () => act(parts.accept, () => this.#accept(), why => this.#tell(why)));
    parts.ignore.addEventListener('click', () => act(parts.ignore, () => this.#ignore(), why => this.#tell(why)));
  }

  update(offer) {
    const parts = this.#parts;
    this.#label = offer.label;
    const name = offer.label || this.#id;
    say(parts.device, shown(this.#model.deviceName(this.#device)));
    say(parts.name, shown(name));
    const here = this.#here();
    show(parts.pathRow, !here);
    say(parts.text, offer.receiveEncrypted
      ? 'It is encrypted, which FolderSync can’t keep yet.'
      : here ? 'You have this folder already; accepting shares it with this device too.' : 'Accepting makes the folder here and starts to sync it.');
    parts.accept.disabled ||= offer.receiveEncrypted;
    if (!parts.path.value)
      parts.path.value = `~${this.#model.status.pathSeparator}${directoryName(name) || directoryName(this.#id) || 'Folder'}`;
  }

  #here() {
    return this.#model.config.folders.find(f => f.id === this.#id);
  }

  async #accept() {
    const here = this.#here();
    const path = this.#parts.path.value.trim();
    if (here)
      await send('PATCH', `config/folders/${encodeURIComponent(this.#id)}`, null, { devices: [...here.devices, { deviceID: this.#device }] });
    else
      await send('PUT', `config/folders/${encodeURIComponent(this.#id)}`, null, { id: this.#id, label: this.#label, path, devices: [{ deviceID: this.#device }] });
    await send('DELETE', 'cluster/pending/folders', { folder: this.#id, device: this.#device });
  }

  async #ignore() {
    const device = await get(`config/devices/${this.#device}`);
    const ignoredFolders = [...device.ignoredFolders, { id: this.#id, label: this.#label, time: new Date().toISOString() }];
    await send('PATCH', `config/devices/${this.#device}`, null, { ignoredFolders });
    await send('DELETE', 'cluster/pending/folders', { folder: this.#id, device: this.#device });
  }

  #tell(why) {
    show(this.#parts.wrong, why.length > 0);
    say(this.#parts.wrong, shown(why));
  }
}

/** What of another's words may be a directory's name on any system. */
function directoryName(name) {
  return shown(name).replace(/[<>:"/\\|?*~]+/g, ' ').replace(/\s+/g, ' ').trim().replace(/^\.+|[. ]+$/g, '').slice(0, 80);
}
