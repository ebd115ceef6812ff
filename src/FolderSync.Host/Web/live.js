// When to read what: on the service's events, and now and then without them.

import { get, Unreachable } from './api.js';

const shown = [
  'StateChanged', 'FolderErrors', 'FolderIndexRebuilt', 'FolderDeletionsHeld', 'FolderConflict', 'FolderScanProgress', 'LocalIndexUpdated',
  'RemoteIndexUpdated', 'DeviceConnected', 'DeviceDisconnected', 'ClusterConfigReceived', 'PendingDevicesChanged', 'PendingFoldersChanged',
].join(',');
const pollSeconds = 50;
const pulseEvery = 2000;
const everythingEvery = 15000;
const gather = 300;
const slowest = 10000;

const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));

export class Live {
  #model;
  #render;
  #onLost;
  #lost = false;
  #folders = new Set();
  #devices = new Set();
  #pending = false;
  #everything = true;
  #reading = null;
  #lastEverything = 0;

  constructor(model, render, onLost) {
    this.#model = model;
    this.#render = render;
    this.#onLost = onLost;
  }

  start() {
    this.#pulse();
    this.#follow();
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden)
        this.readSoon();
    });
  }

  /** After a command: what it changed is shown without waiting for its event. */
  readSoon() {
    this.#everything = true;
    return this.#flush();
  }

  /** The reading that goes on by itself, with or without events; seldom where nobody looks. */
  async #pulse() {
    for (;;) {
      if (Date.now() - this.#lastEverything > everythingEvery)
        this.#everything = true;
      // Nobody looks at a page in the background, but its title tells how far things are.
      if (this.#everything || !document.hidden) {
        try {
          await this.#flush(true);
        } catch (e) {
          // A mistake of the page's own: told to the browser, and no reason to stand still.
          reportError(e);
        }
      }
      await wait(pulseEvery);
    }
  }

  async #follow() {
    let since = 0;
    let pause = 500;
    for (;;) {
      try {
        if (document.hidden || this.#lost) {
          await wait(1000);
          continue;
        }
        const events = await get('events', { since, timeout: pollSeconds, events: shown }, { within: (pollSeconds + 15) * 1000 });
        since = events.at(-1)?.id ?? since;
        for (const event of events)
          this.#note(event);
        pause = 500;
        if (events.length > 0) {
          await wait(gather);
          await this.#flush();
        }
      } catch {
        // The pulse goes on reading; events are taken up again when they can be had.
        await wait(pause);
        pause = Math.min(pause * 2, slowest);
      }
    }
  }

  #note({ type, data }) {
    if (data.folder !== undefined)
      this.#folders.add(data.folder);
    if (type.startsWith('Pending'))
      this.#pending = true;
    const device = data.device ?? data.id;
    if (device !== undefined)
      this.#devices.add(device);
    if (type === 'DeviceConnected' || type === 'DeviceDisconnected')
      this.#everything = true;
  }

  /** One reading at a time; what is noted meanwhile is in the next. */
  async #flush(pulse = false) {
    while (this.#reading)
      await this.#reading;
    this.#reading = this.#read(pulse);
    await this.#reading;
  }

  async #read(pulse) {
    try {
      if (this.#lost) {
        await get('system/ping');
        this.#everything = true;
      }
      await (this.#everything ? this.#readEverything() : this.#readNoted(pulse));
      if (this.#lost) {
        this.#lost = false;
        this.#onLost(null);
      }
    } catch (e) {
      this.#everything = true;
      this.#lost = true;
      this.#onLost(e instanceof Unreachable ? 'Nobody answers there. The page shows what was known last and goes on by itself when the service is back.' : e.message);
    } finally {
      this.#reading = null;
    }
    this.#render();
  }

  async #readEverything() {
    this.#everything = false;
    this.#folders.clear();
    this.#devices.clear();
    this.#pending = false;
    await this.#model.readEverything();
    this.#lastEverything = Date.now();
  }

  async #readNoted(pulse) {
    const model = this.#model;
    const folders = new Set([...this.#folders, ...pulse ? model.busyFolders : []]);
    const devices = new Set(this.#devices);
    for (const id of folders) {
      // What a folder got or announced changes how far its devices are.
      for (const device of model.config.folders.find(f => f.id === id)?.devices ?? [])
        devices.add(device.deviceID);
    }
    devices.delete(model.status?.myID);
    const pending = this.#pending;
    this.#folders.clear();
    this.#devices.clear();
    this.#pending = false;
    await model.readPulse();
    await model.readFolders([...folders].filter(id => model.config.folders.some(f => f.id === id)));
    await model.readDevices([...devices].filter(id => model.peers.some(d => d.deviceID === id)));
    if (folders.size > 0)
      await model.readStatistics();
    if (pending)
      await model.readPending();
  }
}
