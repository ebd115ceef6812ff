// Settings: every option of config.yaml, the YAML itself, and the service.

import { get, getOr, ignoreDevices, send } from './api.js';
import { answered, bdi, button, confirmed, copyButton, el, facts, field, fill, head, icon, show, tabs } from './dom.js';
import { SettingsForm, sentence } from './settings-form.js';
import { place } from './urls.js';
import { duration, shown, wholeMinutes } from './words.js';

const sectionWords = { device: 'This device', page: 'Page' };

export class SettingsView {
  #context;
  #tabs = el('div');
  #place = el('div');
  #sections = [];
  #name = null;
  #part = null;
  #wanted = '';

  constructor(context) {
    this.#context = context;
    this.root = el('div', { class: 'settings-view' }, head('Settings', { line: 'Changes are written to config.yaml; comments in it are kept.' }), this.#tabs, this.#place);
    this.#load();
  }

  title() {
    return 'Settings';
  }

  open([name = '']) {
    this.#wanted = name;
    this.#show();
  }

  update() {
    this.#part?.update?.();
  }

  happened(events) {
    if (events.some(e => e.type === 'ConfigSaved'))
      this.#part?.refresh?.();
  }

  async #load() {
    const { sections } = await getOr({ sections: [] }, 'foldersync/settings');
    this.#sections = sections.map(s => [s.name, sectionWords[s.name] ?? sentence(s.name)]);
    this.#show();
  }

  #show() {
    const parts = [...this.#sections, ['yaml', 'config.yaml'], ['service', 'Service']];
    if (this.#sections.length === 0 && !['yaml', 'service'].includes(this.#wanted))
      return;
    const [name] = parts.find(p => p[0] === this.#wanted) ?? parts[0];
    fill(this.#tabs, [parts, name], () => tabs('Sections', parts.map(([part, words]) => [place`settings/${part}`, words, part === name])));
    if (name === this.#name)
      return;
    this.#name = name;
    this.#part = name === 'yaml' ? new YamlPart() : name === 'service' ? new ServicePart(this.#context) : new SectionPart(this.#context, name);
    this.#place.replaceChildren(this.#part.root);
    this.#part.update?.();
  }
}

class SectionPart {
  #form;
  #ignored = null;

  constructor(context, name) {
    this.#form = new SettingsForm(context, name, { hidden: name === 'page' ? ['password-hash', 'user'] : [] });
    this.root = el('div', { class: 'stack' }, this.#form.root, name === 'page' ? [new PasswordPart(context).root, new KeyPart(context).root] : null);
    this.#form.load();
    if (name === 'network') {
      this.#ignored = new IgnoredPart(context);
      this.root.append(this.#ignored.root);
    }
  }

  refresh() {
    this.#form.refresh();
    this.#ignored?.load();
  }
}

/** Devices whose connections are refused without asking, with the names they sent. */
class IgnoredPart {
  #context;
  #list = el('ul', { class: 'names' });
  root = el('section', { class: 'card pad stack', 'aria-labelledby': 'ignored-title', hidden: true }, el('h2', { id: 'ignored-title' }, 'Ignored devices'),
    el('p', { class: 'soft' }, 'Their connections are refused without asking.'), this.#list);

  constructor(context) {
    this.#context = context;
    this.load();
  }

  async load() {
    const { remoteIgnoredDevices } = await getOr({ remoteIgnoredDevices: [] }, 'config');
    show(this.root, remoteIgnoredDevices.length > 0);
    this.#list.replaceChildren(...remoteIgnoredDevices.map(({ deviceID, name, address }) => {
      const back = button('Ask again', { class: 'quiet', data: { act: 'unignore' }, on: () =>
        this.#context.act(back, () => ignoreDevices(ids => ids.filter(id => id !== deviceID)), { done: 'You will be asked again' }) });
      return el('li', { class: 'ignored-device' }, bdi(name || 'A device'), address ? [' from ', bdi(address, 'mono')] : null, el('p', { class: 'id' }, deviceID), el('p', { class: 'buttons' }, back));
    }));
  }
}

/** The service hashes the password. */
class PasswordPart {
  #context;
  #user;
  #password;
  #save;

  constructor(context) {
    this.#context = context;
    this.#user = field('Name', el('input', { type: 'text', autocomplete: 'username', data: { part: 'user' } }), 'If empty, only the password is required.');
    this.#password = field('New password', el('input', { type: 'password', autocomplete: 'new-password', data: { part: 'password' } }), 'Required if other computers can reach the page. Everybody then has to log in again.');
    this.#save = el('button', { class: 'primary', data: { act: 'password' } }, 'Set password');
    const remove = button('Remove password…', { class: 'quiet', on: async () => {
      if (await confirmed('Remove the password?', 'The page then opens without a login, but only on this computer and only for you: from the tray, or with `foldersync open`.', 'Remove password', { danger: true }))
        await context.act(remove, () => send('PATCH', 'config/gui', null, { password: '' }), { done: 'Password removed' });
    } });
    this.root = el('form', { class: 'card pad form', on: { submit: e => { e.preventDefault(); this.#store(); } } },
      el('h2', null, 'Password'), this.#user.root, this.#password.root, el('p', { class: 'buttons' }, this.#save, remove));
    getOr({}, 'config/gui').then(({ user }) => { this.#user.control.value = user ?? ''; }).catch(() => {});
  }

  async #store() {
    const password = this.#password.control.value;
    // Only asterisks are what the service shows in place of a password, and takes for "unchanged".
    const why = !password ? 'Enter the new password.' : /^\*+$/.test(password) ? 'Choose one that is not only asterisks.' : '';
    this.#password.wrong(why);
    if (why)
      return;
    if (await this.#context.act(this.#save, () => send('PATCH', 'config/gui', null, { user: this.#user.control.value.trim(), password }), { done: 'Password set', tell: why => this.#password.wrong(why) }))
      this.#password.control.value = '';
  }
}

/** The API key stays hidden until the user asks for it, and confirms that it is them. */
class KeyPart {
  #context;
  #show = button('Show…', { data: { act: 'show-key' }, on: () => this.#reveal() });
  #place = el('div', { class: 'api-key', hidden: true });

  constructor(context) {
    this.#context = context;
    this.root = el('section', { class: 'card pad api-key-card', 'aria-labelledby': 'key-title' }, el('h2', { id: 'key-title' }, 'API key'),
      el('p', { class: 'soft' }, 'Programs that control FolderSync send it. Whoever has it can do everything that you can do here.'), this.#place, el('p', { class: 'buttons' }, this.#show));
  }

  async #reveal() {
    if (!this.#place.hidden) {
      this.#hide();
      return;
    }
    const asksForPassword = globalThis.metadata?.asksForPassword === true;
    const password = asksForPassword ? el('input', { type: 'password', autocomplete: 'current-password', name: 'answer', required: true, data: { part: 'key-password' } }) : null;
    const isSure = await answered('Show the API key?', 'Make sure that nobody looks over your shoulder.', 'Show', password ? field('Your password', password).root : null);
    if (!isSure)
      return;
    await this.#context.act(this.#show, async () => {
      const { apiKey } = await send('POST', 'foldersync/page/key', null, { confirm: true, password: password?.value });
      this.#place.replaceChildren(el('code', { class: 'mono', data: { part: 'key' } }, apiKey), copyButton('Copy', () => apiKey, { data: { act: 'copy-key' } }));
      show(this.#place, true);
      this.#show.querySelector('span').textContent = 'Hide';
    });
  }

  #hide() {
    this.#place.replaceChildren();
    show(this.#place, false);
    this.#show.querySelector('span').textContent = 'Show…';
  }
}

class YamlPart {
  #text = '';
  #yaml = el('pre', { class: 'yaml', tabIndex: 0, role: 'region', 'aria-label': 'The text of config.yaml' });
  #where = el('span', { class: 'soft small mono grow' });

  constructor() {
    this.root = el('section', { 'aria-label': 'config.yaml' },
      el('div', { class: 'tools' }, this.#where, copyButton('Copy', () => this.#text)), el('div', { class: 'card' }, this.#yaml));
    this.refresh();
    getOr({}, 'system/paths').then(({ config }) => { this.#where.replaceChildren(bdi(config ?? '')); }).catch(() => {});
  }

  async refresh() {
    this.#text = await get('foldersync/config/yaml', null, { text: true }).catch(e => e.message);
    this.#yaml.replaceChildren(...this.#text.split('\n').flatMap(line => [...coloured(line), '\n']));
  }
}

/** Highlights keys and comments only. */
function coloured(line) {
  const [, indent, key, rest] = /^(\s*(?:- )?)([\w-]+:)?(.*)$/s.exec(line) ?? [null, '', '', line];
  const comment = /(^|\s)#.*$/.exec(rest);
  const value = comment ? rest.slice(0, comment.index) : rest;
  return [shown(indent), key ? el('span', { class: 'key' }, key) : '', shown(value), comment ? el('span', { class: 'comment' }, shown(comment[0])) : ''].filter(Boolean);
}

class ServicePart {
  #context;
  #facts = el('div');
  #checks = el('ul', { class: 'rows' });
  #checkCard;
  #check;

  constructor(context) {
    this.#context = context;
    const restart = button('Restart…', { data: { act: 'restart' }, on: async () => {
      if (await confirmed('Restart the service?', 'Interrupted transfers resume. The page reconnects automatically.', 'Restart'))
        await context.act(restart, () => send('POST', 'system/restart'));
    } });
    const shutdown = button('Shut down…', { class: 'danger-text', data: { act: 'shutdown' }, on: async () => {
      if (await confirmed('Shut FolderSync down?', 'Nothing is synced until FolderSync is started again.', 'Shut down', { danger: true }))
        await context.act(shutdown, () => send('POST', 'system/shutdown'));
    } });
    this.#check = button('Check now', { data: { act: 'doctor' }, on: () => context.act(this.#check, () => this.#look()) });
    this.#checkCard = el('div', { class: 'card', hidden: true }, this.#checks);
    this.root = el('div', { class: 'stack' },
      el('section', { class: 'card pad', 'aria-label': 'Service' }, this.#facts),
      el('section', { 'aria-labelledby': 'checks-title' }, el('div', { class: 'title-row' }, el('h2', { id: 'checks-title' }, 'Check-up'), this.#check),
        el('p', { class: 'soft small check-line' }, 'Checks ports, change detection, clock, disk, permissions and other devices’ versions, and says how to fix problems.'), this.#checkCard),
      el('section', { class: 'card pad', 'aria-labelledby': 'end-title' }, el('h2', { id: 'end-title' }, 'Restart and shut down'), el('p', { class: 'buttons' }, restart, shutdown)));
    getOr({}, 'system/paths').then(paths => { this.paths = paths; this.update(); }).catch(() => {});
  }

  update() {
    const { status, version } = this.#context.store;
    if (!status)
      return;
    const entries = [
      ['Running for', duration(wholeMinutes(status.uptime))], ['Version', version.version], ['System', version.longVersion ?? '', '', true],
      this.paths?.config ? ['Configuration', this.paths.config, '', true] : null, this.paths?.database ? ['Index', this.paths.database, '', true] : null,
    ];
    fill(this.#facts, entries, () => facts(entries));
  }

  async #look() {
    const checks = await get('foldersync/doctor');
    const tones = { ok: 'ok', warn: 'warn', fail: 'bad' };
    show(this.#checkCard, true);
    this.#checks.replaceChildren(...checks.map(c => {
      const tone = tones[c.status] ?? 'wait';
      return el('li', { class: 'row check-result', data: { tone } }, icon(tone), el('h3', null, bdi(c.check)), el('p', { class: 'state' }, tone === 'ok' ? 'OK' : tone === 'warn' ? 'Needs attention' : 'Failed'),
        el('div', { class: 'detail' }, el('p', null, bdi(c.text ?? '')), c.fix ? el('p', null, bdi(c.fix)) : null));
    }));
  }
}
