// Adds a folder: its path, its name, and the devices that share it.

import { getOr, send } from './api.js';
import { bdi, el, field, fill, head, icon } from './dom.js';
import { PathPicker } from './path-picker.js';
import { deviceState } from './states.js';
import { place, route } from './urls.js';

export class AddFolderView {
  #context;
  #path;
  #label;
  #id;
  #type;
  #devices = el('fieldset', { class: 'field' });
  #chosen = new Set();
  #add;
  #named = false;
  #identified = false;

  constructor(context, _, query) {
    this.#context = context;
    if (query.get('device'))
      this.#chosen.add(query.get('device'));
    this.#path = new PathPicker('Directory on this computer', 'It will be created if it doesn’t exist. Files already in it are kept and shared.', path => this.#follow(path));
    this.#label = field('Name', el('input', { type: 'text', autocomplete: 'off', data: { part: 'label' }, on: { input: () => { this.#named = true; } } }));
    this.#id = field('Folder ID', el('input', { type: 'text', autocomplete: 'off', spellcheck: false, data: { part: 'id' }, on: { input: () => { this.#identified = true; } } }),
      'The same on all devices. It can’t be changed later.');
    this.#type = field('Direction', el('select', { data: { part: 'type' } },
      el('option', { value: 'sendreceive' }, 'Send and receive'), el('option', { value: 'sendonly' }, 'Send only: changes of other devices are ignored'),
      el('option', { value: 'receiveonly' }, 'Receive only: changes made here are not sent')));
    this.#add = el('button', { class: 'primary', data: { act: 'add' } }, icon('plus'), el('span', null, 'Add folder'));
    this.root = el('div', { class: 'add-folder' }, head('Add a folder', { back: { href: '#/', label: 'Overview' } }),
      el('form', { class: 'card pad form', on: { submit: e => { e.preventDefault(); this.#store(); } } },
        this.#path.root, this.#label.root, this.#devices,
        el('details', null, el('summary', null, 'More'), el('div', { class: 'form more' }, this.#id.root, this.#type.root)),
        el('p', { class: 'buttons' }, this.#add, el('a', { class: 'button quiet', href: '#/' }, 'Cancel'))));
    this.#propose();
  }

  title() {
    return 'Add a folder';
  }

  update() {
    const { store } = this.#context;
    fill(this.#devices, store.devices.map(d => [d.id, d.name, deviceState(d).words]), () => [
      el('legend', { class: 'label' }, 'Share with'),
      ...store.devices.map(d => el('label', { class: 'check' },
        el('input', { type: 'checkbox', checked: this.#chosen.has(d.id), on: { change: e => { if (e.target.checked) this.#chosen.add(d.id); else this.#chosen.delete(d.id); } } }),
        el('span', null, bdi(d.name || d.id.slice(0, 7))), el('span', { class: 'help' }, deviceState(d).words))),
      store.devices.length === 0 ? el('p', { class: 'help' }, 'No device is paired yet. The folder can be shared later.') : null,
    ]);
  }

  async #propose() {
    const { random } = await getOr({}, 'svc/random/string', { length: 8 });
    if (random && !this.#identified)
      this.#id.control.value = `${random.slice(0, 4)}-${random.slice(4)}`.toLowerCase();
  }

  #follow(path) {
    if (!this.#named)
      this.#label.control.value = path.replace(/[/\\]+$/, '').split(/[/\\]/).at(-1) ?? '';
  }

  async #store() {
    const id = this.#id.control.value.trim();
    const label = this.#label.control.value.trim();
    this.#path.wrong(this.#path.value ? '' : 'Choose a directory.');
    this.#id.wrong(id ? '' : 'A folder needs an ID.');
    if (!this.#path.value || !id)
      return;
    if (this.#context.store.folder(id)) {
      this.#id.wrong('A folder with this ID already exists.');
      return;
    }
    const good = await this.#context.act(this.#add, () => send('PUT', route`config/folders/${id}`, null, {
      id, label, path: this.#path.value, type: this.#type.control.value, devices: [...this.#chosen].map(deviceID => ({ deviceID })),
    }), { done: 'Folder added', tell: why => this.#path.wrong(why) });
    if (good)
      this.#context.go(place`folder/${id}`);
  }
}
