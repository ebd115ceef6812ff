// The devices' cards, and this device's own.

import { send } from './api.js';
import { bdi, copies, element, fill, fromTemplate, KeyedList, labelBy, progress, say, show } from './dom.js';
import { ago, bytes, duration, items, percent, rate, shown, time } from './words.js';

const kinds = {
  'tcp-client': 'TCP, outgoing',
  'tcp-server': 'TCP, incoming',
};

export class Devices {
  #list;
  #model;

  constructor(model, act) {
    this.#model = model;
    this.#list = new KeyedList(document.getElementById('device-list'), id => new DeviceCard(id, model, act));
  }

  update() {
    const peers = this.#model.peers;
    show(document.getElementById('devices-empty'), peers.length === 0);
    this.#list.update(peers.map(d => [d.deviceID, d]));
  }
}

class DeviceCard {
  #id;
  #model;
  #parts;
  #paused = false;

  constructor(id, model, act) {
    this.#id = id;
    this.#model = model;
    const { root, parts } = fromTemplate('device-card');
    this.root = root;
    this.#parts = parts;
    labelBy(parts.bar, parts.title);
    labelBy(root.firstElementChild, parts.title);
    say(parts.shortId, id.slice(0, 7));
    say(parts.fullId, id);
    copies(parts.copy, () => id);
    parts.pause.addEventListener('click', () => act(parts.pause, () => send('POST', this.#paused ? 'system/resume' : 'system/pause', { device: id })));
  }

  update(config) {
    const parts = this.#parts;
    const connection = this.#model.connections.connections[this.#id] ?? {};
    const known = this.#model.devices.get(this.#id);
    const completion = known?.completion;
    this.#paused = config.paused;
    const state = deviceState(config, connection, completion);
    this.root.firstElementChild.dataset.tone = state.tone;
    parts.icon.setAttribute('href', `#i-${state.tone}`);
    say(parts.name, shown(this.#model.deviceName(this.#id)));
    say(parts.state, state.words);
    say(parts.pause, config.paused ? 'Resume' : 'Pause');

    const shares = this.#model.config.folders.some(f => f.devices.some(d => d.deviceID === this.#id));
    show(parts.progressRow, shares && Boolean(completion) && !config.paused);
    if (completion) {
      progress(parts, completion.completion, `${percent(completion.completion)} of the shared folders are there`);
      say(parts.percent, percent(completion.completion));
    }
    const missing = shares && completion && (completion.needItems > 0 || completion.needDeletes > 0);
    show(parts.pace, Boolean(missing));
    if (missing)
      say(parts.pace, `Lacks ${items(completion.needItems + completion.needDeletes)}, ${bytes(completion.needBytes)}`);
    const dial = !connection.connected && !config.paused ? connection.lastError : '';
    show(parts.dial, Boolean(dial));
    say(parts.dialText, dial ? `The last attempt to connect failed: ${shown(dial)}` : '');
    this.#showFacts(config, connection, known, shares);
  }

  #showFacts(config, connection, known, shares) {
    const facts = connection.connected ? this.#connectedFacts(connection, known) : this.#absentFacts(config);
    if (!shares)
      facts.push(['Folders', 'None shared yet']);
    fill(this.#parts.facts, JSON.stringify(facts), () => facts.map(([term, words, note]) =>
      element('div', '', element('dt', '', term), element('dd', '', bdi(words), ...note ? [element('span', 'note', note)] : []))));
  }

  #connectedFacts(connection, known) {
    const client = `${connection.clientName} ${connection.clientVersion}`.trim();
    const since = time(connection.startedAt);
    return [
      ['Receiving', rate(known?.receiving.now ?? 0), `${bytes(connection.inBytesTotal)} in all`],
      ['Sending', rate(known?.sending.now ?? 0), `${bytes(connection.outBytesTotal)} in all`],
      ['Address', shown(connection.address)],
      ['Connection', kinds[connection.type] ?? shown(connection.type), connection.isLocal ? 'In the local network' : ''],
      ['Program', shown(client) || 'Unknown'],
      ['Connected for', since ? duration(wholeMinutes((Date.now() - since) / 1000)) : 'a moment'],
    ];
  }

  #absentFacts(config) {
    const seen = time(this.#model.deviceStatistics[this.#id]?.lastSeen);
    return [
      ['Last seen', seen ? ago(seen) : 'Never'],
      ['Address', config.addresses.map(a => a === 'dynamic' ? 'found by itself' : shown(a)).join(', ')],
    ];
  }
}

function deviceState(config, connection, completion) {
  if (config.paused)
    return { tone: 'idle', words: 'Paused' };
  if (!connection.connected)
    return { tone: 'off', words: 'Not connected' };
  return completion && completion.completion < 100 ? { tone: 'busy', words: 'Connected, syncing' } : { tone: 'ok', words: 'Connected' };
}

/** This device's card. */
export class ThisDevice {
  #model;
  #parts;

  constructor(model) {
    this.#model = model;
    const { fragment, parts } = fromTemplate('self-content');
    document.getElementById('self-card').append(fragment);
    this.#parts = parts;
    copies(parts.copy, () => model.status?.myID ?? '');
  }

  update() {
    const { status, version, connections, receiving, sending } = this.#model;
    const parts = this.#parts;
    say(parts.id, status.myID);
    say(parts.uptime, duration(wholeMinutes(status.uptime)));
    say(parts.version, version.version);
    showRate(parts.receiving, receiving, connections.total.inBytesTotal);
    showRate(parts.sending, sending, connections.total.outBytesTotal);
    const listeners = Object.entries(status.connectionServiceStatus);
    fill(parts.addresses, JSON.stringify(listeners), () => listeners.length === 0
      ? ['Nothing: other devices can’t reach this one']
      : listeners.map(([address, { error }]) => element('div', error ? 'wrong' : '', bdi(shown(address)), error ? `: ${shown(error)}` : '')));
  }
}

function showRate(part, now, total) {
  fill(part, `${now.now} ${total}`, () => [rate(now.now), element('span', 'note', `${bytes(total)} in all`)]);
}

/** Seconds only matter in the first minute. */
function wholeMinutes(seconds) {
  return seconds < 60 ? seconds : Math.floor(seconds / 60) * 60;
}
