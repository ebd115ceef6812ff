// What the page knows of the service, read anew when something happened.

import { get } from './api.js';
import { Rate } from './rates.js';

const nothing = { transfers: [], problems: [], scanProblems: [], scan: null, hold: null };
const atOnce = 4;

export class Model {
  status = null;
  version = null;
  config = { folders: [], devices: [] };
  connections = { connections: {}, total: {} };
  folderStatistics = {};
  deviceStatistics = {};
  pendingDevices = {};
  pendingFolders = {};

  /** Folder ID → { status, details, pace, wrong }; wrong: why it could not be read. */
  folders = new Map();

  /** Device ID → { completion, receiving, sending }. */
  devices = new Map();

  receiving = new Rate();
  sending = new Rate();

  /** This device's own entry is among the configuration's. */
  get peers() {
    return this.config.devices.filter(d => d.deviceID !== this.status?.myID);
  }

  get self() {
    return this.config.devices.find(d => d.deviceID === this.status?.myID);
  }

  /** The folder's name as it is called here. */
  static nameOf(folder) {
    return folder.label || folder.id;
  }

  /** A device's name, or the first of its ID. */
  deviceName(id) {
    return this.config.devices.find(d => d.deviceID === id)?.name || id.slice(0, 7);
  }

  async readEverything() {
    [this.version, this.config, this.folderStatistics, this.deviceStatistics, this.pendingDevices, this.pendingFolders] = await Promise.all([
      get('system/version'), get('config'), get('stats/folder'), get('stats/device'), get('cluster/pending/devices'), get('cluster/pending/folders'),
    ]);
    await this.readPulse();
    await this.readFolders(this.config.folders.map(f => f.id));
    await this.readDevices(this.peers.map(d => d.deviceID));
    forget(this.folders, this.config.folders.map(f => f.id));
    forget(this.devices, this.config.devices.map(d => d.deviceID));
  }

  /** What moves by itself: uptime, connections and their totals. */
  async readPulse() {
    [this.status, this.connections] = await Promise.all([get('system/status'), get('system/connections')]);
    this.receiving.add(this.connections.total.inBytesTotal ?? 0);
    this.sending.add(this.connections.total.outBytesTotal ?? 0);
    for (const [id, connection] of Object.entries(this.connections.connections)) {
      const device = this.#device(id);
      device.receiving.add(connection.inBytesTotal);
      device.sending.add(connection.outBytesTotal);
    }
  }

  async readFolders(ids) {
    await inTurns(ids, id => this.#readFolder(id));
  }

  async readDevices(ids) {
    await inTurns(ids, async id => {
      this.#device(id).completion = await unlessRefused(get('db/completion', { device: id }), null);
    });
  }

  async readStatistics() {
    [this.folderStatistics, this.deviceStatistics] = await Promise.all([get('stats/folder'), get('stats/device')]);
  }

  async readPending() {
    [this.pendingDevices, this.pendingFolders] = await Promise.all([get('cluster/pending/devices'), get('cluster/pending/folders')]);
  }

  /** Folders that change without events: bytes come in, or are hashed. */
  get busyFolders() {
    return [...this.folders].filter(([, f]) => ['syncing', 'sync-preparing', 'scanning'].includes(f.status?.state)).map(([id]) => id);
  }

  async #readFolder(id) {
    const folder = this.folders.get(id) ?? { status: null, details: nothing, pace: null, paceOf: '' };
    this.folders.set(id, folder);
    try {
      [folder.status, folder.details] = await Promise.all([get('db/status', { folder: id }), get('foldersync/folder', { folder: id })]);
      folder.wrong = '';
    } catch (e) {
      if (e.status === undefined)
        throw e;
      folder.wrong = e.message;
    }
    const { status, details } = folder;
    const paceOf = status?.state === 'syncing' ? 'sync' : details.scan ? 'scan' : '';
    if (paceOf !== folder.paceOf)
      folder.pace = paceOf ? new Rate() : null;
    folder.paceOf = paceOf;
    if (paceOf === 'sync')
      folder.pace.add(status.globalBytes - status.needBytes);
    else if (paceOf === 'scan')
      folder.pace.add(details.scan.hashedBytes);
  }

  #device(id) {
    let device = this.devices.get(id);
    if (!device)
      this.devices.set(id, device = { completion: null, receiving: new Rate(), sending: new Rate() });
    return device;
  }
}

function forget(map, keys) {
  const kept = new Set(keys);
  for (const key of map.keys()) {
    if (!kept.has(key))
      map.delete(key);
  }
}

async function unlessRefused(answer, otherwise) {
  try {
    return await answer;
  } catch (e) {
    if (e.status === undefined)
      throw e;
    return otherwise;
  }
}

/** A few at a time: a browser has six connections to one service, and the events take one. */
async function inTurns(all, one) {
  const rest = [...all];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift())
      await one(next);
  }));
}
