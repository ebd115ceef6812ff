// Pairing: shows this device's ID and asks for the other one's.

import { get, getOr, send } from './api.js';
import { Attention } from './attention.js';
import { bdi, button, copyButton, el, field, fill, head, icon, show } from './dom.js';
import { place, route } from './urls.js';
import { ago, shown, time } from './words.js';

const settle = 200;
const nearbyEvery = 5000;

export class PairView {
  #context;
  #attention;
  #id = el('p', { class: 'id-chunks', data: { part: 'id' } });
  #qr = el('img', { class: 'qr', alt: 'This device’s ID as a QR code' });
  #nearby = el('ul', { class: 'rows' });
  #none;
  #timer = 0;

  constructor(context) {
    this.#context = context;
    this.#attention = new Attention(context, ['device', 'folder']);
    this.#qr.addEventListener('error', () => show(this.#qr, false));
    this.#none = el('p', { class: 'empty' }, 'No other device is visible on the local network right now. Devices running FolderSync or Syncthing appear here automatically.');
    const copy = copyButton('Copy ID', () => context.store.status.myID);
    this.root = el('div', { class: 'pair-view' },
      head('Pair', { line: 'Two devices are paired when each knows the other’s ID.' }),
      el('div', { class: 'stack' }, this.#attention.root,
        el('div', { class: 'halves' },
          el('section', { class: 'card pad', 'aria-labelledby': 'own-title' }, el('h2', { id: 'own-title' }, 'This device'),
            el('p', { class: 'soft' }, 'Enter this ID on the other device, or scan the code with a phone.'),
            el('div', { class: 'pair' }, this.#qr, el('div', { class: 'pair-id' }, this.#id, el('p', { class: 'buttons' }, copy)))),
          el('section', { class: 'card pad', 'aria-labelledby': 'add-title' }, el('h2', { id: 'add-title' }, 'Another device'),
            el('p', { class: 'soft' }, 'Its ID is shown on its own page, or under “Show ID” in Syncthing.'), new AddDevice(context).root)),
        el('section', { 'aria-labelledby': 'nearby-title' }, el('div', { class: 'title-row' }, el('h2', { id: 'nearby-title' }, 'Nearby')),
          el('div', { class: 'card' }, this.#nearby, this.#none))));
    this.#look();
  }

  title() {
    return 'Pair';
  }

  update() {
    const { status } = this.#context.store;
    this.#attention.update();
    fill(this.#id, [status.myID], () => {
      this.#qr.src = `qr/?${new URLSearchParams({ text: status.myID })}`;
      return status.myID.split('-').map(chunk => el('span', null, chunk));
    });
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = -1;
  }

  async #look() {
    const found = await getOr([], 'foldersync/nearby').catch(() => []);
    if (this.#timer < 0)
      return;
    const fresh = found.filter(d => !d.paired && !this.#context.store.device(d.deviceID));
    show(this.#none, fresh.length === 0);
    fill(this.#nearby, fresh, () => fresh.map(d => this.#row(d)));
    this.#timer = setTimeout(() => this.#look(), nearbyEvery);
  }

  #row(device) {
    const { act } = this.#context;
    const name = device.name || device.deviceID.slice(0, 7);
    const seen = time(device.seen);
    const pair = button('Pair', { class: 'primary', 'aria-label': `Pair with ${shown(name)}`, on: () => act(pair, async () => {
      await send('PUT', route`config/devices/${device.deviceID}`, null, { deviceID: device.deviceID, name: device.name, addresses: ['dynamic'] });
      await this.#look();
    }, { done: `Paired here; now accept this device on ${shown(name)}` }) });
    return el('li', { class: 'row nearby', data: { tone: 'wait' } }, icon('device'), el('h3', null, bdi(name)), pair,
      el('p', { class: 'detail' }, `${device.kind === 'syncthing' ? 'Syncthing' : 'FolderSync'}${seen ? `, seen ${ago(seen)}` : ''} · `, bdi(device.deviceID.slice(0, 7), 'mono')));
  }
}

class AddDevice {
  #context;
  #id;
  #name;
  #address;
  #add;
  #checked = '';
  #right = el('p', { class: 'right', role: 'status' });
  #timer = 0;

  constructor(context) {
    this.#context = context;
    this.#id = field('Device ID', el('input', { type: 'text', spellcheck: false, autocomplete: 'off', dir: 'ltr', data: { part: 'other-id' }, on: { input: () => this.#soon() } }));
    this.#id.root.append(this.#right);
    this.#name = field('Name', el('input', { type: 'text', autocomplete: 'off', data: { part: 'other-name' } }), 'If empty, the device’s own name is used.');
    this.#address = field('Address', el('input', { type: 'text', spellcheck: false, autocomplete: 'off', dir: 'ltr', placeholder: 'Found automatically', data: { part: 'other-address' } }), 'Only needed if it can’t be found automatically: tcp://192.168.1.20:22000');
    this.#add = el('button', { class: 'primary', disabled: true, data: { act: 'add' } }, icon('plus'), el('span', null, 'Add device'));
    this.root = el('form', { class: 'form', on: { submit: e => { e.preventDefault(); this.#store(); } } }, this.#id.root, this.#name.root, this.#address.root, el('p', { class: 'buttons' }, this.#add));
  }

  #soon() {
    this.#add.disabled = true;
    this.#right.textContent = '';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), settle);
  }

  async #check() {
    const typed = this.#id.control.value.trim();
    this.#checked = '';
    if (typed.length === 0) {
      this.#id.wrong('');
      return;
    }
    let answer;
    try {
      answer = await get('svc/deviceid', { id: typed });
    } catch (e) {
      this.#id.wrong(e.message);
      return;
    }
    if (typed !== this.#id.control.value.trim())
      return;
    const { store } = this.#context;
    const why = answer.error
      || (answer.id === store.status.myID ? 'This is the ID of this device itself. Enter the ID that the other device shows.' : '')
      || (store.device(answer.id) ? `This device is already paired, as “${store.deviceName(answer.id)}”.` : '');
    this.#id.wrong(why);
    this.#right.textContent = why ? '' : 'The ID is complete and valid.';
    this.#checked = why ? '' : answer.id;
    this.#add.disabled = this.#checked === '';
  }

  async #store() {
    await this.#check();
    const id = this.#checked;
    if (!id)
      return;
    const address = this.#address.control.value.trim();
    const good = await this.#context.act(this.#add, () => send('PUT', route`config/devices/${id}`, null, {
      deviceID: id, name: this.#name.control.value.trim(), addresses: address ? [...address.split(/[\s,]+/), 'dynamic'] : ['dynamic'],
    }), { done: 'Device added', tell: why => this.#address.wrong(why) });
    if (!good)
      return;
    this.root.reset();
    this.#soon();
    this.#context.go(place`device/${id}`);
  }
}
