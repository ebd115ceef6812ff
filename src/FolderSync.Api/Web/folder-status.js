// A folder's status: transfers, problems, content, and devices.

import { get, send } from './api.js';
import { Attention } from './attention.js';
import { Bar, bdi, button, confirmed, el, facts, fill, icon, say, show } from './dom.js';
import { Paged } from './paged.js';
import { deviceState, folderDetail, folderState, needOf } from './states.js';
import { place, route } from './urls.js';
import { ago, bytes, files, items, percent, plural, shown, time } from './words.js';

const shownTransfers = 8;

export class StatusPart {
  #context;
  #id;
  #attention;
  #progress;
  #bar = new Bar('Progress');
  #percent = el('h2');
  #pace = el('p', { class: 'soft small number' });
  #transfers = el('ul', { class: 'rows' });
  #transferCard;
  #troubles = el('div', { class: 'stack', hidden: true });
  #facts = el('div');
  #devices = el('ul', { class: 'rows' });
  #changes = el('div', { hidden: true });
  #reading = false;

  constructor(context, id) {
    this.#context = context;
    this.#id = id;
    this.#attention = new Attention(context, ['hold']);
    this.#progress = el('section', { class: 'card pad', 'aria-label': 'Progress', hidden: true }, this.#percent, this.#pace, this.#bar.root);
    this.#transferCard = el('section', { hidden: true, 'aria-label': 'Transfers' }, el('div', { class: 'title-row' }, el('h2', null, 'Transferring')), el('div', { class: 'card' }, this.#transfers));
    this.root = el('div', { class: 'stack' }, this.#attention.root, this.#troubles, this.#changes, this.#progress, this.#transferCard,
      el('section', { class: 'card pad', 'aria-label': 'Figures' }, this.#facts),
      el('section', { 'aria-label': 'Shared with' },
        el('div', { class: 'title-row' }, el('h2', null, 'Shared with'), el('a', { class: 'button', href: place`folder/${id}/options` }, 'Share…')),
        el('div', { class: 'card' }, this.#devices)));
  }

  update(folder) {
    const { store } = this.#context;
    const state = folderState(folder, store.devices);
    this.#attention.update(this.#id);
    this.#progress.dataset.tone = state.tone;
    show(this.#progress, !folder.paused && state.tone !== 'bad' && folder.completion < 100);
    say(this.#percent, `${percent(folder.completion)} here`);
    say(this.#pace, folderDetail(folder, state));
    this.#bar.set(folder.completion, `${percent(folder.completion)}, ${state.words}`);
    this.#showFacts(folder);
    this.#showDevices(folder, store);
    this.#showChanges(folder);
    this.#read(folder);
  }

  /** Loads transfers and problems only for the folder on screen. */
  async #read(folder) {
    if (this.#reading)
      return;
    this.#reading = true;
    try {
      const [details, status] = await Promise.all([get('foldersync/folder', { folder: this.#id }), get('db/status', { folder: this.#id })]);
      this.#showTransfers(details.transfers ?? []);
      this.#showTroubles(folder, details, status);
    } catch {
      // The folder was removed; the next refresh shows that.
    } finally {
      this.#reading = false;
    }
  }

  #showTransfers(all) {
    const transfers = all.toSorted((a, b) => b.bytesDone - a.bytesDone);
    show(this.#transferCard, transfers.length > 0);
    fill(this.#transfers, transfers.map(t => [t.name, t.bytesDone]), () => [
      ...transfers.slice(0, shownTransfers).map(t => {
        const bar = new Bar(`Progress of ${shown(t.name)}`);
        bar.set(100 * t.bytesDone / Math.max(1, t.bytesTotal), percent(100 * t.bytesDone / Math.max(1, t.bytesTotal)));
        return el('li', { class: 'row', data: { tone: 'busy' } }, icon('file'), el('h3', null, bdi(t.name)), el('p', { class: 'detail' }, `${bytes(t.bytesDone)} of ${bytes(t.bytesTotal)}`), bar.root);
      }),
      transfers.length > shownTransfers ? el('li', { class: 'row' }, icon('file'), el('p', { class: 'soft' }, `and ${plural(transfers.length - shownTransfers, 'more file', 'more files')}`)) : null,
    ]);
  }

  #showTroubles(folder, details, status) {
    const notices = [];
    if (!folder.paused && folder.error)
      notices.push(['bad', 'The folder is stopped', [folder.error]]);
    if (!folder.paused && status.watchError)
      notices.push(['warn', 'Changes here are noticed late', [status.watchError]]);
    const scan = details.scanProblems ?? [];
    if (scan.length > 0)
      notices.push(['warn', `${items(scan.length)} could not be read here`, scan.slice(0, 50).map(p => `${p.path}: ${p.reason}`)]);
    show(this.#troubles, notices.length > 0);
    fill(this.#troubles, notices, () => notices.map(([tone, title, lines]) => el('div', { class: `notice ${tone}`, data: { tone } }, icon(tone),
      el('div', { class: 'notice-text' }, el('p', { class: 'notice-title' }, title), lines.map(l => el('p', null, bdi(l)))))));
  }

  #showFacts(folder) {
    const changed = time(folder.lastChange?.time);
    const entries = [
      ['Here', files(folder.localFiles ?? 0), bytes(folder.localBytes ?? 0)],
      ['On all devices', files(folder.globalFiles ?? 0), bytes(folder.globalBytes ?? 0)],
      ['Missing here', needOf(folder) > 0 ? items(needOf(folder)) : 'Nothing', needOf(folder) > 0 ? bytes(folder.needBytes) : ''],
      ['Last change', folder.lastChange?.item ?? 'None yet', changed ? `${folder.lastChange.deleted ? 'deleted ' : ''}${ago(changed)}` : ''],
      ['Folder ID', folder.id],
    ];
    fill(this.#facts, entries, () => facts(entries));
  }

  #showDevices(folder, store) {
    const devices = folder.devices.map(id => store.device(id)).filter(Boolean);
    const rows = devices.map(d => [d.id, d.name, deviceState(d)]);
    fill(this.#devices, rows, () => rows.length === 0
      ? el('li', { class: 'empty' }, el('p', null, 'Nobody yet. Share the folder with a device to keep both in sync.'))
      : rows.map(([id, name, state]) => el('li', { class: 'row', data: { tone: state.tone } }, icon(state.tone),
        el('h3', null, el('a', { href: place`device/${id}` }, bdi(name || id.slice(0, 7)))), el('p', { class: 'state' }, state.words))));
  }

  /** Send-only and receive-only folders: what differs, and how to override or revert it. */
  #showChanges(folder) {
    const kind = { sendonly: 'override', receiveonly: 'revert' }[folder.type.replace('-', '')];
    const offered = kind && !folder.paused && !folder.error;
    show(this.#changes, Boolean(offered));
    fill(this.#changes, [offered, kind], () => {
      if (!offered)
        return [];
      const override = kind === 'override';
      const make = button(override ? 'Override others’ changes…' : 'Undo changes made here…', { data: { act: kind }, on: () => this.#decide(make, kind) });
      return el('div', { class: 'notice' }, icon('folder'), el('div', { class: 'notice-text' },
        el('p', { class: 'notice-title' }, override ? 'This folder only sends' : 'This folder only receives'),
        el('p', null, override ? 'Changes of other devices are ignored. You can make this device’s version the current one everywhere.' : 'Changes made here are not sent. You can undo them.')), el('p', { class: 'buttons' }, make));
    });
  }

  async #decide(control, kind) {
    const { act } = this.#context;
    const words = { replace: 'Replaced', restore: 'Restored', delete: 'Deleted' };
    const paged = new Paged({
      caption: 'What would change',
      columns: ['Name', 'What happens', ['Size', 'end']],
      load: (page, perpage) => get(route`foldersync/${kind}/preview`, { folder: this.#id, page, perpage }),
      row: i => [el('span', { class: 'file' }, icon(i.type === 'dir' ? 'folder' : 'file'), bdi(i.name)), words[i.action] ?? shown(i.action), [i.type === 'dir' ? '' : bytes(i.size ?? 0), 'end']],
      nothing: el('p', { class: 'empty' }, 'No differences: there is nothing to do.'),
    });
    await act(control, () => paged.refresh());
    const [title, text, yes] = kind === 'override'
      ? ['Override others’ changes?', 'This device’s version becomes the current one on all devices. On the other devices this will happen:', 'Override']
      : ['Undo the changes made here?', 'Files are reset to what the other devices have; files added here are deleted. This will happen:', 'Undo changes'];
    if (await confirmed(title, text, yes, { danger: true, body: paged.root }))
      await act(control, () => send('POST', route`db/${kind}`, { folder: this.#id }), { done: kind === 'override' ? 'Overridden' : 'Undone' });
  }
}
