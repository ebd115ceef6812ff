// The page's copy of the service's state, updated by events and by occasional polling.

import { get, getOr, Unreachable } from './api.js';
import { route } from './urls.js';

const shown = [
  'StateChanged', 'FolderErrors', 'FolderIndexRebuilt', 'FolderWarnings', 'FolderDeletionsHeld', 'FolderConflict', 'FolderScanProgress', 'FolderSummary', 'LocalIndexUpdated',
  'RemoteIndexUpdated', 'LocalChangeDetected', 'RemoteChangeDetected', 'DeviceConnected', 'DeviceDisconnected', 'ClusterConfigReceived', 'ConfigSaved',
  'PendingDevicesChanged', 'PendingFoldersChanged', 'FolderPaused', 'FolderResumed', 'DevicePaused', 'DeviceResumed', 'Failure',
].join(',');
const pollSeconds = 50;
const pulseEvery = 2000;
const everythingEvery = 15000;
const gather = 250;
const slowest = 10000;
const busy = new Set(['syncing', 'sync-preparing', 'scanning', 'scan-waiting', 'sync-waiting', 'starting', 'cleaning']);

const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));

export class Store extends EventTarget {
  status = null;
  version = null;
  folders = [];
  devices = [];
  rates = { intervalSeconds: 1, points: [] };
  pendingDevices = {};
  pendingFolders = {};
  problems = [];
  conflicts = [];
  configProblems = [];
  pause = { paused: false, until: null };
  selfName = '';
  lost = null;

  #everything = true;
  #pending = true;
  #lists = true;
  #reading = null;
  #lastEverything = 0;

  get ready() {
    return this.status !== null;
  }

  folder(id) {
    return this.folders.find(f => f.id === id);
  }

  device(id) {
    return this.devices.find(d => d.id === id);
  }

  /** A device's name, or the beginning of its ID. */
  deviceName(id) {
    return id === this.status?.myID ? this.selfName || 'this device' : this.device(id)?.name || String(id ?? '').slice(0, 7);
  }

  /** The number of items in Activity that need the user. */
  get attention() {
    return this.problems.filter(p => !p.acknowledged).length + this.conflicts.length;
  }

  start() {
    this.#pulse();
    this.#follow();
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden)
        this.readSoon();
    });
  }

  /** Refreshes what a command changed, without waiting for its event. */
  readSoon() {
    this.#everything = true;
    return this.#flush();
  }

  /** Polls with or without events; seldom while the page is in the background. */
  async #pulse() {
    for (;;) {
      if (Date.now() - this.#lastEverything > everythingEvery)
        this.#everything = true;
      // A page in the background shows progress in its title only.
      if (this.#everything || !document.hidden) {
        try {
          await this.#flush();
        } catch (e) {
          // An error in the page itself: log it in the console and continue.
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
        if (document.hidden || this.lost) {
          await wait(1000);
          continue;
        }
        const query = since === 0 ? { since, limit: 1, timeout: 1, events: shown } : { since, timeout: pollSeconds, events: shown };
        const events = await get('events', query, { within: (pollSeconds + 15) * 1000 });
        // A restarted service numbers its events from 1 again.
        since = events.at(-1)?.id ?? since;
        pause = 500;
        if (events.length === 0)
          continue;
        events.forEach(e => this.#note(e));
        await wait(gather);
        await this.#flush();
        this.dispatchEvent(new CustomEvent('happened', { detail: events }));
      } catch {
        // Polling continues; events resume as soon as the service has them again.
        since = 0;
        await wait(pause);
        pause = Math.min(pause * 2, slowest);
      }
    }
  }

  #note({ type }) {
    this.#lists = true;
    if (type.startsWith('Pending') || type === 'ConfigSaved')
      this.#pending = true;
    if (type === 'ConfigSaved' || type === 'FolderConflict' || type === 'FolderErrors')
      this.#everything = true;
  }

  /** Runs one refresh at a time; what is requested meanwhile is in the next. */
  async #flush() {
    while (this.#reading)
      await this.#reading;
    this.#reading = this.#read();
    await this.#reading;
  }

  async #read() {
    try {
      await (this.#everything || this.lost ? this.#readEverything() : this.#readSome());
      this.lost = null;
    } catch (e) {
      this.#everything = true;
      this.lost = e instanceof Unreachable ? 'The service does not respond. The page shows the last known state and reconnects automatically.' : e.message;
    } finally {
      this.#reading = null;
    }
    this.dispatchEvent(new Event('change'));
  }

  async #readEverything() {
    this.#everything = false;
    this.#lists = false;
    this.#pending = false;
    const [version, status] = await Promise.all([get('system/version'), get('system/status')]);
    const [self] = await Promise.all([
      getOr({}, route`config/devices/${status.myID}`), this.#readLists(), this.#readPending(), this.#readRates(), this.#readTroubles(),
    ]);
    this.selfName = self.name ?? '';
    this.version = version;
    this.status = status;
    this.#lastEverything = Date.now();
  }

  async #readSome() {
    const lists = this.#lists || this.folders.some(f => busy.has(f.state)) || this.devices.some(d => d.connected && d.completion < 100);
    const pending = this.#pending;
    this.#lists = false;
    this.#pending = false;
    const [status] = await Promise.all([get('system/status'), lists ? this.#readLists() : null, pending ? this.#readPending() : null, this.#readRates()]);
    // No event reports that config.yaml was saved with an error or fixed.
    if ((status.configError ?? '') !== (this.status.configError ?? ''))
      this.#everything = true;
    this.status = status;
  }

  async #readLists() {
    [this.folders, this.devices] = await Promise.all([get('foldersync/folders'), get('foldersync/devices')]);
  }

  async #readPending() {
    [this.pendingDevices, this.pendingFolders] = await Promise.all([get('cluster/pending/devices'), get('cluster/pending/folders')]);
  }

  async #readRates() {
    this.rates = await getOr(this.rates, 'foldersync/rates');
  }

  async #readTroubles() {
    [this.problems, this.conflicts, this.configProblems, this.pause] = await Promise.all([
      getOr([], 'foldersync/problems'), getOr([], 'foldersync/conflicts'), getOr([], 'foldersync/config/problems'), getOr(this.pause, 'foldersync/pause'),
    ]);
  }
}
