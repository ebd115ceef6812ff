// Generates a form from the configuration's options, one control for each.

import { get, send } from './api.js';
import { button, el, fill, newId, say, show } from './dom.js';
import { route } from './urls.js';
import { folderType, shown } from './words.js';

export class SettingsForm {
  #path;
  #context;
  #hidden;
  #body = el('div', { class: 'rows' });
  #bar;
  #save;
  #undo;
  #wrong = el('p', { class: 'wrong soft small', role: 'alert', hidden: true });
  #controls = new Map();
  root;

  /** @param section The section of the options; with an ID, the one with that ID. */
  constructor(context, section, { id, hidden = [] } = {}) {
    this.#context = context;
    this.#path = () => id === undefined ? route`foldersync/settings/${section}` : route`foldersync/settings/${section}/${id}`;
    this.#hidden = new Set(hidden);
    this.#save = button('Save', { class: 'primary', disabled: true, on: () => this.#store() });
    this.#undo = button('Undo', { class: 'quiet', disabled: true, on: () => this.load() });
    this.#bar = el('div', { class: 'save-bar', hidden: true }, this.#wrong, this.#undo, this.#save);
    this.root = el('form', { class: 'card settings', on: { submit: e => { e.preventDefault(); this.#store(); } } }, this.#body, this.#bar);
  }

  /** @param isRefresh Keeps what the user types while the response is on its way. */
  async load(isRefresh = false) {
    let answer;
    try {
      answer = await get(this.#path());
    } catch (e) {
      fill(this.#body, ['wrong', e.message], () => el('p', { class: 'empty' }, shown(e.message)));
      return;
    }
    if (isRefresh && this.#isChanged)
      return;
    this.#controls.clear();
    const options = answer.options.filter(o => !this.#hidden.has(o.key));
    this.#body.shows = undefined;
    this.#body.replaceChildren(...options.map(o => this.#option(o)));
    this.#changed();
  }

  /** Shows changes made elsewhere, unless the user is editing. */
  refresh() {
    if (!this.#isChanged)
      this.load(true);
  }

  #option(option) {
    const id = newId('option');
    const help = newId('help');
    const wrong = el('p', { class: 'wrong', id: newId('wrong'), hidden: true });
    const { control, read } = controlFor(option, { id, 'aria-describedby': `${help} ${wrong.id}`, data: { key: option.key } });
    control.addEventListener('input', () => this.#changed());
    this.#controls.set(option.key, { control, read, wrong, was: JSON.stringify(read()) });
    const byDefault = option.kind === 'word' ? wordOf(option.default ?? '') : text(option.default);
    return el('div', { class: 'setting' },
      el('div', null, el('label', { htmlFor: id }, option.label),
        el('p', { class: 'help', id: help }, option.about === `${option.label}.` ? '' : option.about, byDefault && option.kind !== 'bool' && !option.secret ? ` Default: ${shown(byDefault)}.` : '')),
      el('div', { class: 'control' }, control), wrong);
  }

  get #isChanged() {
    return [...this.#controls.values()].some(c => JSON.stringify(c.read()) !== c.was);
  }

  #changed() {
    const changed = this.#isChanged;
    show(this.#bar, changed);
    this.#save.disabled = !changed;
    this.#undo.disabled = !changed;
  }

  async #store() {
    const values = {};
    for (const [key, { read, was }] of this.#controls) {
      if (JSON.stringify(read()) !== was)
        values[key] = read();
    }
    if (Object.keys(values).length === 0)
      return;
    const good = await this.#context.act(this.#save, () => send('PATCH', this.#path(), null, values), { done: 'Saved', tell: why => this.#tell(why) });
    if (good)
      await this.load();
    else
      this.#changed();
  }

  /** Each line of an error begins with its option. */
  #tell(why) {
    const rest = [];
    for (const [, { control, wrong }] of this.#controls) {
      show(wrong, false);
      control.removeAttribute('aria-invalid');
    }
    for (const line of why.split('\n').filter(l => l.length > 0)) {
      const key = line.slice(0, line.indexOf(': '));
      const about = this.#controls.get(key);
      if (!about) {
        rest.push(line);
        continue;
      }
      say(about.wrong, shown(line.slice(key.length + 2)));
      show(about.wrong, true);
      about.control.setAttribute('aria-invalid', 'true');
      about.control.focus();
    }
    show(this.#wrong, rest.length > 0);
    say(this.#wrong, shown(rest.join(' ')));
  }
}

function controlFor({ kind, words, value, secret, default: byDefault }, properties) {
  switch (kind) {
    case 'bool': {
      const control = el('input', { ...properties, type: 'checkbox', checked: value === 'true' });
      return { control, read: () => String(control.checked) };
    }
    case 'word': {
      const control = el('select', properties, words.map(w => el('option', { value: w, selected: w === value }, wordOf(w))));
      return { control, read: () => control.value };
    }
    case 'texts': {
      const control = el('textarea', { ...properties, rows: Math.max(1, value.length), spellcheck: false, placeholder: 'One per line' });
      control.value = value.join('\n');
      control.style.minHeight = '0';
      return { control, read: () => control.value.split('\n').map(l => l.trim()).filter(l => l.length > 0) };
    }
    default: {
      const control = el('input', { ...properties, type: secret ? 'password' : 'text', spellcheck: false, autocomplete: 'off', placeholder: secret ? 'Set; not shown' : text(byDefault) });
      control.value = secret ? '' : value;
      return { control, read: () => control.value.trim() };
    }
  }
}

function wordOf(word) {
  return folderType(word) === word ? sentence(word) : folderType(word);
}

export function sentence(words) {
  const text = words.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function text(value) {
  return Array.isArray(value) ? value.join(', ') : value ?? '';
}
