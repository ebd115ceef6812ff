// The devices that share a folder, its options, and its removal.

import { get, send } from './api.js';
import { bdi, button, confirmed, el, fill, toast } from './dom.js';
import { SettingsForm } from './settings-form.js';
import { deviceState, folderName } from './states.js';
import { route } from './urls.js';

export class OptionsPart {
  #context;
  #id;
  #devices = el('fieldset');
  #form;
  #remove;

  constructor(context, id) {
    this.#context = context;
    this.#id = id;
    this.#form = new SettingsForm(context, 'folders', { id, hidden: ['id', 'paused', 'with'] });
    this.#remove = button('Remove folder…', { class: 'danger-text', data: { act: 'remove' }, on: () => this.#ask() });
    this.root = el('div', { class: 'stack' },
      el('section', { class: 'card pad', 'aria-labelledby': 'share-title' }, el('h2', { id: 'share-title' }, 'Share with'), this.#devices),
      el('section', { 'aria-labelledby': 'options-title' }, el('div', { class: 'title-row' }, el('h2', { id: 'options-title' }, 'Options')), this.#form.root),
      el('section', { class: 'card pad', 'aria-labelledby': 'remove-title' }, el('h2', { id: 'remove-title' }, 'Remove'),
        el('p', { class: 'soft' }, 'The folder is no longer synced. All files stay where they are, here and on the other devices.'), el('p', { class: 'buttons' }, this.#remove)));
  }

  open() {
    this.#form.load();
  }

  happened(events) {
    if (events.some(e => e.type === 'ConfigSaved'))
      this.#form.refresh();
  }

  update(folder) {
    const { store } = this.#context;
    fill(this.#devices, store.devices.map(d => [d.id, d.name, deviceState(d).words, folder.devices.includes(d.id)]), () => [
      el('legend', { class: 'unseen' }, 'Share with'),
      ...store.devices.map(d => shareCheck(bdi(d.name || d.id.slice(0, 7)), deviceState(d).words, folder.devices.includes(d.id), (box, on) => this.#share(box, d.id, on))),
      store.devices.length === 0 ? el('p', { class: 'soft' }, 'No device is paired yet. ', el('a', { href: '#/pair' }, 'Pair one'), ' first.') : null,
    ]);
  }

  #share(box, device, on) {
    return setShared(this.#context, box, this.#id, device, on);
  }

  async #ask() {
    const folder = this.#context.store.folder(this.#id);
    if (!await confirmed(`Remove “${folderName(folder)}”?`, 'It is no longer synced. Its files stay where they are, here and on the other devices.', 'Remove folder', { danger: true }))
      return;
    if (await this.#context.act(this.#remove, () => send('DELETE', route`config/folders/${this.#id}`)))
      this.#context.go('#/');
  }
}

export function shareCheck(label, note, checked, onChange) {
  const box = el('input', { type: 'checkbox', checked, on: { change: () => onChange(box, box.checked) } });
  return el('label', { class: 'check' }, box, el('span', null, label), el('span', { class: 'help' }, note));
}

/** Shares one folder with one device, or stops sharing it. */
export async function setShared({ act }, box, folder, device, on) {
  const path = route`config/folders/${folder}`;
  const good = await act(box, async () => {
    const { devices } = await get(path);
    await send('PATCH', path, null, { devices: on ? [...devices, { deviceID: device }] : devices.filter(d => d.deviceID !== device) });
  });
  if (!good)
    box.checked = !on;
  else
    toast(on ? 'Shared' : 'No longer shared; the files stay');
}
