// One device: its connection, its completion, its options, and its removal.

import { send } from './api.js';
import { Bar, bdi, button, confirmed, copyButton, el, facts, fill, head, icon, say, setIcon, show } from './dom.js';
import { setShared, shareCheck } from './folder-options.js';
import { SettingsForm } from './settings-form.js';
import { connectionKind, deviceState, folderName } from './states.js';
import { place, route } from './urls.js';
import { ago, bytes, dateTime, duration, percent, rate, shown, time, wholeMinutes } from './words.js';

export class DeviceView {
  #context;
  #id;
  #title = el('h1', { tabIndex: -1 });
  #symbol = icon('off');
  #state = el('span', { class: 'chip' }, this.#symbol, el('span'));
  #pause;
  #remove;
  #gone;
  #here;
  #dial = el('div', { hidden: true });
  #progress = el('div', { hidden: true });
  #bar = new Bar('Completion of this device');
  #percent = el('p');
  #facts = el('div');
  #folders = el('fieldset');
  #form;

  static keyOf([id]) {
    return id;
  }

  constructor(context, [id]) {
    this.#context = context;
    this.#id = id;
    const { act } = context;
    this.#pause = button('Pause', { data: { act: 'pause' }, on: () => act(this.#pause, () => send('POST', this.#device.paused ? 'system/resume' : 'system/pause', { device: id })) });
    this.#remove = button('Remove device…', { class: 'danger-text', data: { act: 'remove' }, on: () => this.#ask() });
    this.#form = new SettingsForm(context, 'devices', { id, hidden: ['id', 'paused'] });
    this.#progress.append(this.#percent, this.#bar.root);
    this.#gone = head('Unknown device', { back: { href: '#/', label: 'Overview' }, line: 'It was removed, or was never paired with this device.' });
    this.#here = el('div', null,
      head(this.#title, { back: { href: '#/', label: 'Overview' }, line: el('div', null, this.#state), actions: [this.#pause] }),
      el('div', { class: 'stack' }, this.#dial,
        el('section', { class: 'card pad stack', 'aria-label': 'Connection' }, this.#progress, this.#facts,
          el('div', null, el('p', { class: 'small soft' }, 'Device ID'), el('p', { class: 'id' }, id), el('p', { class: 'buttons' }, copyButton('Copy ID', () => id)))),
        el('section', { class: 'card pad', 'aria-labelledby': 'shared-title' }, el('h2', { id: 'shared-title' }, 'Shared folders'), this.#folders),
        el('section', { 'aria-labelledby': 'options-title' }, el('div', { class: 'title-row' }, el('h2', { id: 'options-title' }, 'Options')), this.#form.root),
        el('section', { class: 'card pad', 'aria-labelledby': 'remove-title' }, el('h2', { id: 'remove-title' }, 'Remove'),
          el('p', { class: 'soft' }, 'This device stops connecting to it and sharing folders with it. Files stay on both devices.'), el('p', { class: 'buttons' }, this.#remove))));
    this.root = el('div', { class: 'device-view' }, this.#gone, this.#here);
    this.#form.load();
  }

  get #device() {
    return this.#context.store.device(this.#id);
  }

  title() {
    return this.#device ? shown(this.#device.name || this.#id.slice(0, 7)) : '';
  }

  update() {
    const device = this.#device;
    show(this.#gone, !device);
    show(this.#here, Boolean(device));
    if (!device)
      return;
    const state = deviceState(device);
    fill(this.#title, [device.name], () => bdi(device.name || this.#id.slice(0, 7)));
    this.#state.dataset.tone = state.tone;
    setIcon(this.#symbol, state.tone);
    say(this.#state.lastChild, state.words);
    say(this.#pause.querySelector('span'), device.paused ? 'Resume' : 'Pause');
    this.#showDial(device);
    show(this.#progress, device.sharedFolders.length > 0);
    this.#progress.dataset.tone = state.tone;
    say(this.#percent, device.completion >= 100 ? 'It is up to date with all shared folders.' : `It has ${percent(device.completion)} of the shared folders; ${bytes(device.needBytes ?? 0)} are missing there.`);
    this.#bar.set(device.completion, percent(device.completion));
    this.#showFacts(device);
    this.#showFolders(device);
  }

  happened(events) {
    if (events.some(e => e.type === 'ConfigSaved'))
      this.#form.refresh();
  }

  #showDial(device) {
    const errors = device.connected || device.paused ? [] : Object.entries(device.dialErrors ?? {});
    show(this.#dial, errors.length > 0);
    fill(this.#dial, errors, () => el('div', { class: 'notice', data: { tone: 'wait' } }, icon('off'),
      el('div', { class: 'notice-text' }, el('p', { class: 'notice-title' }, 'The last attempts to connect failed'), errors.map(([address, why]) => el('p', null, bdi(address, 'mono'), ': ', bdi(why))))));
  }

  #showFacts(device) {
    const since = time(device.connectedSince);
    const seen = time(device.lastSeen);
    const client = `${device.clientName ?? ''} ${device.clientVersion ?? ''}`.trim();
    const entries = device.connected
      ? [
        ['Connection', connectionKind(device), (device.crypto ?? '').split('-')[0].replace(/^TLS(?=[0-9])/, 'TLS ')],
        ['Address', device.address ?? ''],
        ['Receiving', rate(device.receiveRate ?? 0), `${bytes(device.inBytesTotal ?? 0)} in all`],
        ['Sending', rate(device.sendRate ?? 0), `${bytes(device.outBytesTotal ?? 0)} in all`],
        ['Connected for', since ? duration(wholeMinutes((Date.now() - since) / 1000)) : 'a moment'],
        ['Program', client || 'Unknown'],
      ]
      : [['Last seen', seen ? ago(seen) : 'Never', seen ? dateTime(seen) : '']];
    fill(this.#facts, entries, () => facts(entries));
  }

  #showFolders(device) {
    const { folders } = this.#context.store;
    fill(this.#folders, folders.map(f => [f.id, f.label, f.devices.includes(device.id)]), () => [
      el('legend', { class: 'unseen' }, 'Shared folders'),
      ...folders.map(f => shareCheck(bdi(folderName(f)), '', f.devices.includes(device.id), (box, on) => setShared(this.#context, box, f.id, device.id, on))),
      folders.length === 0 ? el('p', { class: 'soft' }, 'There is no folder yet. ', el('a', { href: `${place`add-folder`}?${new URLSearchParams({ device: device.id })}` }, 'Add one')) : null,
    ]);
  }

  async #ask() {
    if (!await confirmed(`Remove “${this.title()}”?`, 'This device stops connecting to it and sharing folders with it. Files stay on both devices.', 'Remove device', { danger: true }))
      return;
    if (await this.#context.act(this.#remove, () => send('DELETE', route`config/devices/${this.#id}`)))
      this.#context.go('#/');
  }
}
